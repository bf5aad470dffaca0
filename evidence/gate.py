"""The gate: a paired test that a candidate must pass on problems it was not made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .intervals import Interval, is_binary, paired
from .pairs import DISCORDANCE, mcnemar, sign_flip_at, smallest_detectable

Decision = Literal["accept", "reject", "indecisive"]
Scores = Sequence[float | None]


@dataclass(frozen=True)
class GateVerdict:
    """What the gate decided, and every number that it decided by."""

    decision: Decision
    reason: str
    """One sentence that a person understands."""
    pairs: int
    """Problems that both arms answered."""
    missing: int
    """Pairs dropped because an infrastructure error took at least one of the answers."""
    wins: int
    """Pairs in which the candidate scored higher."""
    losses: int
    candidate_accuracy: float
    incumbent_accuracy: float
    gain: float
    low: float
    high: float
    """Interval of the gain, at the confidence asked for (95 %)."""
    p: float
    """One-sided and exact: the chance of such a gain if the candidate were no better."""
    alpha: float
    detectable: float
    """The smallest gain that a gate of this size finds with the power asked for; see `plan`."""


def plan(n: int, alpha: float, power: float = 0.8, discordance: float = DISCORDANCE) -> float:
    """Smallest gain that a gate over `n` problems would find; known before any reply is seen.

    Above 1 (UNDETECTABLE) means that the block is too small to accept anything at `alpha`.
    Graded scores are planned as if they were right/wrong.
    """
    return smallest_detectable(n, alpha, power, discordance)


def spend(alpha: float, decisions: int) -> float:
    """Share of `alpha` for one of `decisions` gates, so that all of them together keep to it."""
    if decisions < 1:
        raise ValueError(f"Wanted at least one decision to spend alpha on, found {decisions}.")
    return alpha / decisions


def decide(
    candidate: Scores,
    incumbent: Scores,
    *,
    alpha: float,
    power: float = 0.8,
    floor: float | None = None,
    worthwhile: float | None = None,
    discordance: float = DISCORDANCE,
    coverage: float = 0.6,
    confidence: float = 0.95,
    seed: int = 0,
    samples: int = 10_000,
) -> GateVerdict:
    """Judge the candidate against the incumbent, answer by answer on the same problems.

    None is an answer lost to an infrastructure error: its pair is dropped and counted, and
    with less than `coverage` of the pairs left nothing is decided. `worthwhile` is the smallest
    gain worth having; left out, it is the detectable one. A candidate is accepted when its gain
    is significant and, where a `floor` is given, its accuracy lies above it.
    """
    measured = _measure(candidate, incumbent, alpha, confidence, seed, samples)
    detectable = plan(len(candidate), alpha, power, discordance)
    worth = detectable if worthwhile is None else worthwhile
    decision, reason = _judge(measured, alpha, floor, worth, detectable, coverage)
    return GateVerdict(
        decision=decision,
        reason=reason,
        pairs=measured.pairs,
        missing=measured.missing,
        wins=measured.wins,
        losses=measured.losses,
        candidate_accuracy=measured.candidate,
        incumbent_accuracy=measured.incumbent,
        gain=measured.gain,
        low=measured.interval.low,
        high=measured.interval.high,
        p=measured.p,
        alpha=alpha,
        detectable=detectable,
    )


@dataclass(frozen=True)
class _Measured:
    pairs: int
    missing: int
    wins: int
    losses: int
    candidate: float
    incumbent: float
    gain: float
    interval: Interval
    p: float
    harm: float
    """p-value of the opposite claim, that the candidate is worse."""


def _measure(
    candidate: Scores,
    incumbent: Scores,
    alpha: float,
    confidence: float,
    seed: int,
    samples: int,
) -> _Measured:
    if len(candidate) != len(incumbent):
        raise ValueError(
            f"Wanted both arms on the same problems, found {len(candidate)} and {len(incumbent)}."
        )
    both = [
        (float(a), float(b))
        for a, b in zip(candidate, incumbent, strict=True)
        if a is not None and b is not None
    ]
    ours, theirs = [a for a, _ in both], [b for _, b in both]
    n = len(both)
    # Rounded, so that 0.3 - 0.1 - 0.2 is not a win.
    differences = [round(a - b, 12) for a, b in both]
    wins, losses = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
    interval = paired(ours, theirs, confidence, seed, samples)
    if is_binary((*ours, *theirs)):
        p, harm = mcnemar(wins, losses), mcnemar(losses, wins)
        gain = (wins - losses) / n if n else 0.0
    else:
        p = sign_flip_at(differences, alpha, seed, samples)
        harm = sign_flip_at([-d for d in differences], alpha, seed, samples)
        gain = sum(differences) / n
    return _Measured(
        pairs=n,
        missing=len(candidate) - n,
        wins=wins,
        losses=losses,
        candidate=sum(ours) / n if n else 0.0,
        incumbent=sum(theirs) / n if n else 0.0,
        gain=gain,
        interval=interval,
        p=p,
        harm=harm,
    )


def _judge(
    m: _Measured,
    alpha: float,
    floor: float | None,
    worth: float,
    detectable: float,
    coverage: float,
) -> tuple[Decision, str]:
    tally = f"{m.wins} wins against {m.losses} losses in {m.pairs} pairs"
    change = f"a {'gain' if m.gain >= 0 else 'loss'} of {_points(abs(m.gain))}"
    planned = m.pairs + m.missing
    if m.pairs == 0 or m.pairs < coverage * planned:
        return "indecisive", (
            f"Only {m.pairs} of {planned} pairs were answered by both; the rest were lost to "
            "errors, so nothing is decided."
        )
    if 0.5**m.pairs > alpha:
        return "indecisive", (
            f"{m.pairs} pairs are too few: even {m.pairs} wins would not pass at {alpha:.2g}."
        )
    if m.p <= alpha and m.gain > 0:
        if floor is not None and m.candidate <= floor:
            return "reject", (
                f"{tally}, {change}, but its accuracy of {m.candidate:.1%} does not beat "
                f"the floor of {floor:.1%}."
            )
        return "accept", f"{tally}, {change} (p = {m.p:.2g}, at most {alpha:.2g} allowed)."
    if m.harm <= alpha and m.gain < 0:
        return "reject", f"{tally}, {change} (p = {m.harm:.2g}): it does harm."
    if m.wins + m.losses == 0:
        tally = f"Both scored the same on all {m.pairs} problems"
    if m.interval.high < worth:
        return "reject", (
            f"{tally}: the gain is at most {_points(m.interval.high)}, "
            f"less than the {_points(worth)} this gate looks for."
        )
    return "indecisive", (
        f"{tally}, {change} (p = {m.p:.2g}): too close to call; "
        f"a gate of this size looks for gains of {_points(detectable)} or more."
    )


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"
