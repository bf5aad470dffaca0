"""Portability of a candidate: its effect on the other models that a run names.

Every validator is asked through words: it is never trained. It answers the gate's own problems
with the candidate and with the incumbent in its prompt, in replies that nothing else reads.
Portability is measured before a promotion, so that what harms a model is not rolled back later:
it never becomes current, and the line stays where it was.

A harm is sought with less proof than a gain: it bars where the interval or the one-sided test shows
it, and what was not measured well enough bars too. That none was shown does not mean that there is
none, so each line tells which harm could have been seen.
"""

from collections.abc import Sequence
from typing import Literal

from ...domains.contract import Problem
from ...evidence.attribution.contrasts import Gain, mean
from ...evidence.effects import shows_loss
from ...models.contract import Model
from ...store import slots
from ...store.events import AttemptJudged, GateDecided, PortabilityMeasured, ProbeDecided
from ...store.rules import Strategy
from ..context import Run
from .channel_rule import words_harm, words_help, words_move
from .portability_rule import has_enough_pairs, objection, smallest_harm
from .probe import expert_strategy, whole_points
from .rollouts import attempt, compare_attempts


def measure_portability(run: Run, gate: GateDecided, slot: str) -> list[PortabilityMeasured]:
    """Try the gate's candidate on every validator, on the gate's block, below `slot`.

    Nothing is measured of a candidate that was refused untried: it has no block.
    """
    if not gate.block:
        return []
    return [
        _measure_model(run, gate, slots.portability(slot, number), number, model)
        for number, model in enumerate(run.validators, start=1)
    ]


def promotion_bar(run: Run, gate: GateDecided) -> str:
    """Return the harm to others that bars the gate's candidate; empty if it may be promoted.

    Only under `gate.require_portable`; without it, a harm is told and stands in the report. A harm
    that was once shown stays; what was not measured well enough may be measured again.
    """
    if not run.config.gate.require_portable:
        return ""
    found = [
        it
        for it in run.log.events(PortabilityMeasured, stream=run.id)
        if (it.candidate, it.incumbent) == (gate.candidate, gate.incumbent)
    ]
    newest = {slots.validator_of(it.slot): it for it in found}.values()
    kept = [it for it in found if it in newest or shows_loss(it.gain, it.high, it.p)]
    if not (why := [f"{said} {_effect(it)}" for it in kept if (said := objection(it))]):
        return ""
    return f"Not portable: {'; '.join(why)}. gate.require_portable lets no such version pass."


def _effect(it: PortabilityMeasured) -> str:
    low, high = whole_points(it.low), whole_points(it.high)
    return f"({whole_points(it.gain)} [{low}, {high}] on {it.pairs} pairs)"


def _measure_model(
    run: Run, gate: GateDecided, slot: str, number: int, model: Model
) -> PortabilityMeasured:
    if (found := run.log.find(PortabilityMeasured, run.id, slot)) is not None:
        return found
    candidate, incumbent = (run.version(it) for it in (gate.candidate, gate.incumbent))
    probed = _probe(run, number, model, candidate.strategy)
    problems = [problem for problem in run.problems["val"] if problem.id in set(gate.block)]
    ours, theirs = slots.part(slot, "candidate"), slots.part(slot, "incumbent")
    new = _arm(run, ours, problems, model, candidate.strategy, beside=theirs)
    old = _arm(run, theirs, problems, model, incumbent.strategy, beside=ours)
    pairs, change = compare_attempts(new, old)
    asked = len(run.batch(0))
    deaf = (
        not words_move(probed)
        and has_enough_pairs(probed.n, asked - probed.n)
        and has_enough_pairs(len(pairs), len(problems) - len(pairs))
    )
    event = run.log.record(
        PortabilityMeasured(
            stream=run.id,
            slot=slot,
            domain=run.domain.name,
            candidate=gate.candidate,
            incumbent=gate.incumbent,
            model=model.name,
            channel="words",
            verdict=_verdict(change, deaf),
            pairs=len(pairs),
            missing=len(problems) - len(pairs),
            candidate_accuracy=mean([mine for mine, _ in pairs]),
            incumbent_accuracy=mean([theirs for _, theirs in pairs]),
            **change._asdict(),
        )
    )
    run.progress.say(
        f"Portability of {candidate.name}: {event.verdict} for {model.name} {_effect(event)}; "
        f"{_harm_limit(event.pairs)}."
    )
    return event


def _verdict(change: Gain, deaf: bool) -> Literal["helps", "harms", "unclear", "deaf"]:
    """Return the verdict that the interval shows; `deaf` only names what it cannot show."""
    if change.high < 0:
        return "harms"
    if change.is_beyond_chance:
        return "helps"
    quiet = change.low <= 0 and not shows_loss(change.gain, change.high, change.p)
    return "deaf" if deaf and quiet else "unclear"


def _harm_limit(pairs: int) -> str:
    """Return in words the harm that so few pairs would not have shown."""
    if (harm := smallest_harm(pairs)) is None:
        return "so few show no harm, however large"
    return f"a harm below {100 * harm:.0f} points could well go unseen"


def _probe(run: Run, number: int, model: Model, candidate: Strategy) -> ProbeDecided:
    """Compare no words with the expert rules, or the first candidate, on train problems.

    Once a run. `words` where they are shown to help. The model is trained nowhere, so that
    `weights` only says that they are not: it may be deaf to them, or harmed by them.
    """
    slot = slots.probe_of(number)
    if (found := run.log.find(ProbeDecided, run.id, slot)) is not None:
        return found
    strategy = expert_strategy(run) if run.domain.guide.rules else candidate
    problems = run.batch(0)
    within, without = slots.part(slot, "told"), slots.part(slot, "bare")
    told = _arm(run, within, problems, model, strategy, beside=without)
    bare = _arm(run, without, problems, model, None, beside=within)
    pairs, change = compare_attempts(told, bare)
    event = run.log.record(
        ProbeDecided(
            stream=run.id,
            slot=slot,
            model=model.name,
            strategy=strategy.hash,
            channel="words" if change.is_beyond_chance and change.gain > 0 else "weights",
            n=len(pairs),
            **change._asdict(),
        )
    )
    heard = "can use words" if words_help(event) else "is not shown to use words"
    heard = "is harmed by words" if words_harm(event) else heard
    run.progress.say(
        f"Probe of {model.name}: {whole_points(event.gain)} [{whole_points(event.low)}, "
        f"{whole_points(event.high)}] on {event.n} problems: it {heard}."
    )
    return event


def _arm(
    run: Run,
    prefix: str,
    problems: Sequence[Problem],
    model: Model,
    strategy: Strategy | None,
    beside: str,
) -> list[AttemptJudged]:
    return attempt(
        run,
        prefix,
        problems,
        model=model,
        strategy=strategy,
        beside=beside,
        what=f"portability, {model.name}",
    )
