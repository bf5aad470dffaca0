"""Pareto frontier: versions that are best on some problem that no gate ever uses."""

from collections.abc import Mapping

from ...domains.versions import judge_of
from ...evidence.attribution.contrasts import mean
from ...evidence.pareto import fronts, lower_limit
from ...store import slots
from ...store.events import (
    AttemptJudged,
    FrontierScored,
    GateDecided,
    PortabilityMeasured,
    ReviewAnswered,
)
from ...store.rules import EMPTY
from ...store.strategies.versions import Version
from ..context import Run
from .rollouts import attempt, by_problem, scores

LOST = -1.0
"""Stands for a score that no reply is left of."""


def score_version(run: Run, version: Version, adapter: str) -> FrontierScored:
    """Return a version's scores on the frontier's problems; measured once a judge, then read.

    In the `words` channel the version stands in the prompt of a student with `adapter`; in the
    `weights` channel `adapter` is the one that was trained for the version, and no prompt is.
    """
    place = slots.frontier(version.hash, adapter)
    slot = _slot_of_today(run, place)
    if (event := run.log.find(FrontierScored, run.id, slot)) is not None:
        return event
    problems, repeats = run.frontier_problems, run.config.search.repeats
    answered = attempt(
        run,
        place,
        problems,
        strategy=version.strategy if run.reads_words() else None,
        adapter=adapter,
        samples=repeats,
        beside=slots.FRONTIER,
        what=f"frontier, {version.name}",
    )
    answers = by_problem(answered)
    rows = [[s for s in scores(answers[it.id]) if s is not None] for it in problems]
    return run.log.record(
        FrontierScored(
            stream=run.id,
            slot=slot,
            strategy=version.hash,
            adapter=adapter,
            problems=tuple(problem.id for problem in problems),
            scores=tuple(mean(row) if row else LOST for row in rows),
            lower=tuple(LOST if (low := lower_limit(row)) is None else low for row in rows),
            repeats=repeats,
        )
    )


def _slot_of_today(run: Run, place: str) -> str:
    """Return the slot of a version's scores, another one where another judge read its replies.

    Scores of several versions are compared, so one judge has to have read them all.
    """
    first = slots.below(place, run.frontier_problems[0].id, 0)
    made, today = run.log.find(AttemptJudged, run.id, first), judge_of(run.domain)
    return place if made is None or made.judge == today else slots.reread(place, today)


def measure_frontier(run: Run, adapter: str) -> dict[str, int]:
    """Return hash -> problems won, for each version on the frontier; make missing scores.

    Empty while there is nothing to choose between: fewer than two versions that can be scored,
    or a current one that cannot.
    """
    members = pool(run)
    adapters = dict.fromkeys(members, adapter) if run.reads_words() else _adapters(run)
    able = {name: version for name, version in members.items() if name in adapters}
    if len(able) < 2 or run.current().hash not in able:
        return {}
    run.progress.stage("frontier", f"{len(able)} versions on {len(run.frontier_problems)} problems")
    scored = {name: score_version(run, version, adapters[name]) for name, version in able.items()}
    return fronts(
        {name: [None if low == LOST else low for low in it.lower] for name, it in scored.items()}
    )


def pool(run: Run) -> Mapping[str, Version]:
    """Return the versions that may be a round's parent, oldest first.

    The empty one, the current one, and this run's candidates that no gate rejected, no person
    sent back and no validator model was harmed by. What was made shorter without a loss has had
    its day: the shorter version stands for it.
    """
    members = {EMPTY.hash: True}
    for entry in run.log.entries(
        stream=run.id, kinds=[GateDecided, ReviewAnswered, PortabilityMeasured]
    ):
        match entry.event:
            case GateDecided() as event if slots.cycle_of(event.slot):
                members[event.candidate] = event.decision != "reject"
                if event.decision == "accept" and event.claim == "no worse":
                    members[event.incumbent] = False
            case ReviewAnswered(verdict="reject" | "edit", candidate=refused):
                members[refused] = False
            case PortabilityMeasured(verdict="harms", candidate=refused):
                members[refused] = False
    # A line that a person or a validator took back is no parent, however it once was judged.
    found = {name: run.version(name) for name, inside in members.items() if inside}
    standing = {name: it for name, it in found.items() if it.status != "rolled back"}
    current = run.current()
    return standing if current.hash in standing else {**standing, current.hash: current}


def mean_scores(run: Run) -> dict[str, float]:
    """Return hash -> mean score on the frontier's problems, as last measured in this run."""
    return {
        event.strategy: mean([s for s in event.scores if s != LOST])
        for event in run.log.events(FrontierScored, stream=run.id)
    }


def _adapters(run: Run) -> dict[str, str]:
    """Return the adapter a gate first trained for each version: none is trained for a score."""
    found: dict[str, str] = {}
    for event in run.log.events(GateDecided, stream=run.id):
        if event.channel == "weights" and slots.cycle_of(event.slot):
            for name, adapter in (
                (event.incumbent, event.incumbent_adapter),
                (event.candidate, event.candidate_adapter),
            ):
                if adapter:
                    found.setdefault(name, adapter)
    return found
