"""Last node: opens the sealed splits and puts every gain down to its channel."""

import json
from dataclasses import asdict

from langgraph.runtime import Runtime

from ...evidence.attribution.headline import headline
from ...store import slots
from ...store.events import Evaluated, RunFinished
from ...store.judged_by import count_judges, count_readings
from ...store.readings import newest_readings
from ...store.rules import Strategy
from ..context import Run
from ..measure.attribution import SEALED, attribute, strategy_leaks
from ..planning.required_slots import refuse_holes
from ..state import RunState


def evaluate(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Answer `test` and `ood` with every arm, and record the attribution table.

    Raises RunHasHole, with all seals whole, where the log lacks what comes before.
    """
    run = runtime.context
    refuse_holes(run.log, run.id)
    event = run.log.find(Evaluated, run.id, slots.EVALUATE) or run.log.record(
        _evaluation(run, state["strategy"], state["adapter"])
    )
    strategy, adapter = event.strategy, event.adapter
    run.log.record(
        RunFinished(stream=run.id, slot=slots.FINISH, strategy=strategy, adapter=adapter)
    )
    return {"strategy": strategy}


def _evaluation(run: Run, strategy: str, adapter: str) -> Evaluated:
    current = run.version(strategy)
    run.progress.stage("evaluate", f"the sealed splits, {current.name}")
    attribution = attribute(run, current.strategy, adapter)
    leaks = _sealed_leaks(run, current.strategy)
    if leaks:
        run.progress.say(f"Rules of {current.name} carry content of sealed problems: {leaks}")
    data = attribution.as_json() | {
        "run": run.id,
        "domain": run.domain.name,
        "strategy_version": current.name,
        "strategy_hash": current.hash,
        "adapter": adapter,
        "teacher": run.teacher.name,
        "student": run.student.name,
        "headline": headline(attribution),
        "leaks": leaks,
        "judged_by": dict(sorted(count_judges(run.log, run.id).items())),
    }
    if again := count_readings(newest_readings(run.log, run.id).values()):
        data["read_again"] = again
    return Evaluated(
        stream=run.id,
        slot=slots.EVALUATE,
        strategy=current.hash,
        adapter=adapter,
        attribution_text=run.log.keep(json.dumps(data, indent=2)),
    )


def _sealed_leaks(run: Run, strategy: Strategy) -> list[dict[str, str]]:
    """Return what the rules carry of the sealed problems: nobody could look while they were."""
    sealed = [problem for split in SEALED for problem in run.open_seal(split, slots.EVALUATE)]
    return [asdict(leak) for leak in strategy_leaks(strategy, sealed, run.domain.guide.classes)]
