"""Rollouts: one arm answers problems; each reply is judged and recorded."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import NamedTuple

from ...domains.contract import Domain, Problem
from ...domains.versions import judge_of
from ...evidence.attribution.contrasts import Gain, compare
from ...evidence.pairs import (
    MixedEngines,
    answered_pairs,
    require_one_engine,
    require_one_judge,
)
from ...models.contract import EngineKnown, Model, ModelError, Reply, Request
from ...store import slots
from ...store.errors import SlotConflict
from ...store.events import AttemptJudged
from ...store.rules import Strategy
from ...trainer.student_prompt import build_request
from ..context import Run
from ..state import seed_of
from .adapters import student_with
from .rereading import judge, read_by_one_judge

SAMPLING_TEMPERATURE = 0.7


class _Arm(NamedTuple):
    """Facts that are the same in all attempts of one arm."""

    model: str
    strategy: str
    adapter: str
    engine: str


def attempt(
    run: Run,
    prefix: str,
    problems: Sequence[Problem],
    *,
    model: Model | None = None,
    strategy: Strategy | None = None,
    adapter: str = "",
    samples: int = 1,
    beside: str = "",
    what: str = "",
) -> list[AttemptJudged]:
    """Return the attempts in slots `prefix/<problem>/<sample>`; make those that are missing.

    They stand problem by problem, sample by sample, and all as today's judge reads them.

    `model` defaults to the student with `adapter`. Samples beyond one are drawn at
    temperature 0.7, each with the seed of its slot: no arm is handed the luck of another. A single
    one is greedy. Below the slot `beside` stand attempts that these will be compared with. Raises
    ModelError, before anything is asked, where another engine made those, or some of these.
    """
    wanted = [(problem, sample) for problem in problems for sample in range(samples)]
    places = [slots.below(prefix, problem.id, sample) for problem, sample in wanted]
    found = {slot: run.log.find(AttemptJudged, run.id, slot) for slot in places}
    shown = "" if strategy is None or not strategy.rules else strategy.hash
    _check_same_question(run.id, found, shown, adapter)
    known = [event for event in found.values() if event is not None]
    found |= {it.slot: it for it in read_by_one_judge(run, known, problems, what or prefix)}
    missing = [place for place, slot in enumerate(places) if found[slot] is None]
    answering = model or (student_with(run, adapter) if missing else run.student)
    # Not the name of who answers: adapters have their folder in it, and folders move.
    asked = (model or run.student).name
    name = f"{asked}+{adapter}" if adapter and model is None else asked
    engine = _one_engine(run, answering, asked, (prefix, beside)) if missing else ""
    arm = _Arm(asked, shown, adapter, engine)
    by_slot = {places[place]: wanted[place][0] for place in missing}
    calls = _calls(run, by_slot, strategy, sampled=samples > 1)
    with closing(run.journal.replies(answering, calls, name)) as batches:
        for answered in batches:
            judged = [_attempt(run, slot, by_slot[slot], reply, arm) for slot, reply in answered]
            found.update({event.slot: event for event in run.log.record_all(judged)})
            done = sum(event is not None for event in found.values())
            run.progress.advance(what or prefix, done, len(places))
            run.pause_point()
    return _require_all(found, places)


def _require_all(
    found: Mapping[str, AttemptJudged | None], places: Sequence[str]
) -> list[AttemptJudged]:
    """Return the attempts in all of `places`. Raises RuntimeError where one was not made."""
    made = [event for slot in places if (event := found[slot]) is not None]
    if len(made) < len(places):
        raise RuntimeError(
            f"{len(places) - len(made)} of {len(places)} attempts were not made, and a comparison "
            "of the rest would mislead. Nothing is lost: resume makes them."
        )
    return made


def _one_engine(run: Run, model: Model, asked: str, places: Iterable[str]) -> str:
    """Return the engine of a model, which made its attempts below these slots too."""
    if isinstance(model, EngineKnown) and not model.repeatable:
        raise ModelError(
            f"{model.name} makes several replies at once ({model.engine}), and each depends on "
            "the others of its time: a comparison would measure that. Open it with one slot."
        )
    engine = run.journal.engine(model)
    try:
        for place in filter(None, places):
            made = run.log.events(AttemptJudged, stream=run.id, prefix=slots.inside(place))
            require_one_engine([engine, *(it.engine for it in made if it.model == asked)])
    except MixedEngines as mixed:
        raise ModelError(
            f"{model.name} is now answered by {engine}. {mixed} Nothing was asked. Go on with the "
            "engine that began, in its version, with its files and on its device, or begin a new "
            "run: what is accepted so far stays."
        ) from None
    return engine


def _calls(
    run: Run, by_slot: Mapping[str, Problem], strategy: Strategy | None, *, sampled: bool
) -> list[tuple[str, Request]]:
    """Return the request of each slot; where replies are sampled, with the seed of the slot."""
    temperature, base = SAMPLING_TEMPERATURE if sampled else 0.0, run.config.seed
    return [
        (
            slot,
            build_request(
                run.domain.guide,
                problem,
                strategy,
                temperature=temperature,
                seed=seed_of(base, slot) if sampled else base,
            ),
        )
        for slot, problem in by_slot.items()
    ]


def by_problem(attempts: Iterable[AttemptJudged]) -> dict[str, list[AttemptJudged]]:
    """Return problem id -> its attempts, in the order in which they come."""
    found: dict[str, list[AttemptJudged]] = defaultdict(list)
    for event in attempts:
        found[event.problem].append(event)
    return found


def scores(attempts: Sequence[AttemptJudged]) -> list[float | None]:
    """Return scores for the gate: an infrastructure error is missing data, no wrong answer."""
    return [None if event.outcome == "error" else event.score for event in attempts]


def compare_attempts(
    ours: Sequence[AttemptJudged], theirs: Sequence[AttemptJudged]
) -> tuple[list[tuple[float, float]], Gain]:
    """Return pairs that no infrastructure error broke, and the first's gain over the second."""
    require_one_judge(event.judge for event in (*ours, *theirs))
    require_one_engine(event.engine for event in (*ours, *theirs))
    pairs = answered_pairs(scores(ours), scores(theirs))
    return pairs, compare([a for a, _ in pairs], [b for _, b in pairs])


def _attempt(run: Run, slot: str, problem: Problem, reply: Reply, arm: _Arm) -> AttemptJudged:
    verdict = judge(run.domain, problem, reply)
    return AttemptJudged(
        stream=run.id,
        slot=slot,
        problem=problem.id,
        **arm._asdict(),
        reply_text=run.log.keep(reply.text),
        outcome=verdict.outcome,
        score=verdict.score,
        answer=verdict.answer,
        feedback=verdict.feedback,
        failure_modes=verdict.failure_modes,
        judged_by=verdict.judged_by,
        judge=judge_of(run.domain),
        doubt=verdict.doubt,
    )


def right_solution(domain: Domain, problem: Problem) -> str | None:
    """Return the domain's own worked solution; None where it has none or judges it not right."""
    solution = domain.solution(problem)
    right = solution is not None and domain.judge(problem, solution).outcome == "right"
    return solution if right else None


def _check_same_question(
    stream: str, found: Mapping[str, AttemptJudged | None], strategy: str, adapter: str
) -> None:
    """Raise SlotConflict where a slot was filled by another version or another adapter."""
    for slot, event in found.items():
        if event is not None and event.strategy != strategy:
            raise SlotConflict(stream, slot, "strategy", event.strategy, strategy)
        if event is not None and event.adapter != adapter:
            raise SlotConflict(stream, slot, "adapter", event.adapter, adapter)
