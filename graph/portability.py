"""What a candidate does for the other models a run names, and which of them can use words at all.

Every validator is asked through words: it is never trained. It answers the gate's own problems
with the candidate and with the incumbent in its prompt, in replies that nothing else reads.
Portability is measured before a promotion, so that what harms a model is not rolled back later:
it never becomes current, and the line stays where it was.
"""

from collections.abc import Sequence
from typing import Literal

from ..domains.contract import Problem
from ..evidence.contrasts import Gain, compare, mean
from ..models.contract import Model
from ..store.events import AttemptJudged, GateDecided, PortabilityMeasured, ProbeDecided
from ..store.rules import Strategy
from .attempts import attempt, scores
from .baseline import expert_strategy, points
from .context import Run


def measure_portability(run: Run, gate: GateDecided, slot: str) -> list[PortabilityMeasured]:
    """Try the gate's candidate on every validator, on the gate's block, below `slot`.

    Nothing is measured of a candidate that was refused untried: it has no block.
    """
    if not gate.block:
        return []
    return [
        _measured(run, gate, f"{slot}/portability/{number}", number, model)
        for number, model in enumerate(run.validators, start=1)
    ]


def barred(run: Run, gate: GateDecided) -> str:
    """Why the gate's candidate may not be promoted for what it does to others; empty if it may.

    A harm bars only under `gate.require_portable`; without it, it is told and stands in the report.
    """
    if not run.config.gate.require_portable:
        return ""
    harmed = [
        f"{it.model} ({points(it.gain)} [{points(it.low)}, {points(it.high)}] on {it.pairs} pairs)"
        for entry in run.log.entries(stream=run.id, kinds=[PortabilityMeasured])
        if isinstance(it := entry.event, PortabilityMeasured)
        and (it.candidate, it.incumbent) == (gate.candidate, gate.incumbent)
        and it.verdict == "harms"
    ]
    if not harmed:
        return ""
    return f"It harms {' and '.join(harmed)}, and gate.require_portable lets no such version pass."


def _measured(
    run: Run, gate: GateDecided, slot: str, number: int, model: Model
) -> PortabilityMeasured:
    found = run.log.find(run.id, slot)
    if isinstance(found, PortabilityMeasured):
        return found
    candidate, incumbent = (run.version(it) for it in (gate.candidate, gate.incumbent))
    hears = _probe(run, number, model, candidate.strategy).channel == "words"
    problems = [problem for problem in run.problems["val"] if problem.id in set(gate.block)]
    new = _arm(run, f"{slot}/candidate", problems, model, candidate.strategy)
    old = _arm(run, f"{slot}/incumbent", problems, model, incumbent.strategy)
    pairs, change = _paired(new, old)
    event = run.log.record(
        PortabilityMeasured(
            stream=run.id,
            slot=slot,
            domain=run.domain.name,
            candidate=gate.candidate,
            incumbent=gate.incumbent,
            model=model.name,
            channel="words",
            verdict=_verdict(change, hears),
            pairs=len(pairs),
            missing=len(problems) - len(pairs),
            candidate_accuracy=mean([mine for mine, _ in pairs]),
            incumbent_accuracy=mean([theirs for _, theirs in pairs]),
            gain=change.gain,
            low=change.low,
            high=change.high,
            p=change.p,
        )
    )
    run.watch.say(
        f"Portability of {candidate.name}: {event.verdict} for {model.name}, {points(event.gain)} "
        f"[{points(event.low)}, {points(event.high)}] on {event.pairs} pairs."
    )
    return event


def _verdict(change: Gain, hears: bool) -> Literal["helps", "harms", "unclear", "deaf"]:
    """A shown change stands, whatever the probe found; `deaf` only names an unclear cell."""
    if change.shown:
        return "helps" if change.gain > 0 else "harms"
    return "unclear" if hears else "deaf"


def _probe(run: Run, number: int, model: Model, candidate: Strategy) -> ProbeDecided:
    """Once a run: no words against the expert rules, or the first candidate, on train problems.

    `words` where they are shown to help. The model is trained nowhere, so that `weights` only says
    that it is deaf.
    """
    slot = f"portability/{number}/probe"
    found = run.log.find(run.id, slot)
    if isinstance(found, ProbeDecided):
        return found
    strategy = expert_strategy(run) if run.domain.guide.rules else candidate
    problems = run.batch(0)
    told = _arm(run, f"{slot}/told", problems, model, strategy)
    bare = _arm(run, f"{slot}/bare", problems, model, None)
    pairs, change = _paired(told, bare)
    event = run.log.record(
        ProbeDecided(
            stream=run.id,
            slot=slot,
            model=model.name,
            strategy=strategy.hash,
            channel="words" if change.shown and change.gain > 0 else "weights",
            n=len(pairs),
            gain=change.gain,
            low=change.low,
            high=change.high,
        )
    )
    heard = "can use words" if event.channel == "words" else "is not shown to use words"
    run.watch.say(
        f"Probe of {model.name}: {points(event.gain)} [{points(event.low)}, {points(event.high)}] "
        f"on {event.n} problems: it {heard}."
    )
    return event


def _arm(
    run: Run, prefix: str, problems: Sequence[Problem], model: Model, strategy: Strategy | None
) -> list[AttemptJudged]:
    what = f"portability, {model.name}"
    return attempt(run, prefix, problems, model=model, strategy=strategy, what=what)


def _paired(
    ours: Sequence[AttemptJudged], theirs: Sequence[AttemptJudged]
) -> tuple[list[tuple[float, float]], Gain]:
    """The pairs that no infrastructure error broke, and what the first gains over the second."""
    both = zip(scores(ours), scores(theirs), strict=True)
    pairs = [(a, b) for a, b in both if a is not None and b is not None]
    return pairs, compare([a for a, _ in pairs], [b for _, b in pairs])
