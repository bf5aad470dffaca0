"""Node that measures the floors, and probes which channel this student can use."""

from langgraph.runtime import Runtime

from ..context import Run
from ..measure.floors import measure_floors
from ..measure.probe import expert_strategy, probe
from ..measure.validators import check_validators
from ..state import RunState


def baseline(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Ask each validator once, measure the floors of the pool, probe what words do."""
    run = runtime.context
    check_validators(run)
    run.progress.stage("baseline", "floors, and whether the student can use words")
    measure_floors(run, "val", run.problems["val"])
    if run.channel() is None and run.domain.guide.rules:
        probe(run, expert_strategy(run))
    return {}
