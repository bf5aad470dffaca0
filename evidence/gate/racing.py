"""Futility stopping: a gate stops asking when the candidate can hardly be accepted any more.

Stopping for futility alone can never raise the share of false accepts: a stopped gate never
accepts, and one that is not stopped decides by exactly the replies that a gate without interim
looks would have had. So the accepts of a race are some of the accepts of the full gate, whatever
the rule for stopping is.

What it costs is power, and little of it. A gate that is stopped would have been accepted with a
chance below FUTILE = g under the gain that it looks for; if it misses that gain with chance b when
nothing is stopped, it is stopped with chance s <= b / (1 - g), so at most b g / (1 - g) of power is
lost: 1.1 points at a power of 80 % (Lan, Simon and Halperin, Sequential Analysis 1, 1982).
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import ceil, sqrt

from scipy.special import ndtr, ndtri

from ..intervals import is_binary
from ..pairs import Scores, answered_pairs, differences, mcnemar, sign_flip_at
from .decide import Claim, GateVerdict
from .margins import graded_no_worse, no_worse
from .power import DISCORDANCE, chance_to_pass

FUTILE = 0.05
"""A chance to accept that is not worth the replies that it would take."""

LOOKS, FEWEST = 4, 16
"""Interim looks at a block, and the fewest problems between two: a student answers in batches."""


def interim_looks(n: int) -> list[int]:
    """Numbers of problems after which a race over `n` is analysed; the last is the gate itself."""
    step = max(FEWEST, ceil(n / LOOKS))
    return [*range(step, n, step), n]


def is_futile(
    wins: int,
    losses: int,
    left: int,
    alpha: float,
    *,
    gain: float | None = None,
    discordance: float = DISCORDANCE,
) -> bool:
    """Tell whether right/wrong scores can no longer be accepted, or hardly.

    True when not even `left` wins more would pass; with a `gain`, also when the gate would accept
    with a chance below FUTILE though that were the true gain, exactly computed.
    """
    if mcnemar(wins + left, losses) > alpha:
        return True
    if gain is None:
        return False
    return chance_to_pass(left, alpha, min(gain, 1.0), discordance, wins, losses) < FUTILE


def is_futile_for_graded_scores(
    found: Sequence[float], left: int, alpha: float, *, gain: float | None = None
) -> bool:
    """Tell the same for differences of graded scores, of which 1 is the best there can be.

    The chance under `gain` is a normal approximation: it only decides how long to go on asking.
    """
    if gain is not None and _chance(found, left, alpha, min(gain, 1.0)) < FUTILE:
        return True
    return sign_flip_at([*found, *[1.0] * left], alpha) > alpha


def futility_reason(
    candidate: Scores,
    incumbent: Scores,
    left: int,
    alpha: float,
    *,
    gain: float,
    claim: Claim = "better",
    margin: float = 0.05,
    graded: bool = False,
) -> str:
    """The reason to stop a gate that has `left` problems to go; empty while it can still accept."""
    both = answered_pairs(candidate, incumbent)
    found = differences(both)
    wins, losses = sum(d > 0 for d in found), sum(d < 0 for d in found)
    binary = not graded and is_binary([score for pair in both for score in pair])
    if claim == "no worse":
        best = (
            no_worse(wins + left, losses, len(found) + left, margin)
            if binary
            else graded_no_worse([*found, *[1.0] * left], margin)
        )
        return f"even {left} wins more would not rule the loss out" if best > alpha else ""
    futile = (
        partial(is_futile, wins, losses, left, alpha)
        if binary
        else partial(is_futile_for_graded_scores, found, left, alpha)
    )
    if futile():
        return f"even {left} wins more would not pass"
    if futile(gain=gain):
        return (
            f"even if its gain were the {100 * min(gain, 1.0):.1f} points this gate looks for, "
            f"it would now pass with a chance below {FUTILE:.0%}"
        )
    return ""


def stop_for_futility(verdict: GateVerdict, planned: int, why: str) -> GateVerdict:
    """Turn the verdict on a race that was stopped into a refusal that says how far it had come."""
    change = f"{'gained' if verdict.gain > 0 else 'lost'} {100 * abs(verdict.gain):.1f} points"
    return replace(
        verdict,
        decision="reject",
        reason=(
            f"Stopped after {verdict.pairs + verdict.missing} of {planned} problems: "
            f"{verdict.wins} wins against {verdict.losses} losses, {change} so far; {why}."
        ),
    )


def _chance(found: Sequence[float], left: int, alpha: float, gain: float) -> float:
    """Approximate how often a sign-flip test would pass if the rest gained `gain` a problem."""
    squares = sum(d * d for d in found)
    # Nothing that gains `gain` on average moves less than this.
    square = max(squares / len(found) if found else 0.0, gain * gain)
    needed = -ndtri(alpha) * sqrt(squares + left * square)
    ahead = sum(found) + left * gain - needed
    spread = sqrt(left * (square - gain * gain))
    return float(ndtr(ahead / spread)) if spread else float(ahead >= 0)
