"""Sentences that give the reason of a gate's decision."""

from .comparison import Comparison


def too_few_answers(c: Comparison, coverage: float) -> str:
    """Say that too few pairs were answered by both arms; empty where there are enough."""
    planned = c.pairs + c.missing
    if c.pairs and c.pairs >= coverage * planned:
        return ""
    return (
        f"Only {c.pairs} of {planned} pairs were answered by both; the rest were lost to "
        "errors, so nothing is decided."
    )


def too_few_pairs(c: Comparison, alpha: float) -> str:
    return f"{c.pairs} pairs are too few: even {c.pairs} wins would not pass at {alpha:.2g}."


def gain_beyond_chance(c: Comparison, alpha: float) -> str:
    return f"{_tally(c)}, {_change(c)} (p = {c.p:.2g}, at most {alpha:.2g} allowed)."


def harm_beyond_chance(c: Comparison) -> str:
    return f"{_tally(c)}, {_change(c)} (p = {c.harm:.2g}): it does harm."


def not_above_floor(c: Comparison, floor: float) -> str:
    """Say that the candidate does not beat what needs no knowledge of the task."""
    return (
        f"{_tally(c)}, {_change(c)}, but its accuracy of {c.candidate:.1%} does not beat "
        f"the floor of {floor:.1%}."
    )


def gain_too_small(c: Comparison, worth: float) -> str:
    """Say that a gain worth having is ruled out."""
    return (
        f"{_tally(c)}: the gain is at most {_points(c.interval.high)}, "
        f"less than the {_points(worth)} this gate looks for."
    )


def too_close(c: Comparison, detectable: float) -> str:
    return (
        f"{_tally(c)}, {_change(c)} (p = {c.p:.2g}): too close to call; "
        f"a gate of this size looks for gains of {_points(detectable)} or more."
    )


def loss_ruled_out(c: Comparison, p: float, alpha: float, margin: float) -> str:
    return (
        f"{_tally(c)}: a loss of {_points(margin)} or more is ruled out "
        f"(p = {p:.2g}, at most {alpha:.2g} allowed)."
    )


def too_few_for_margin(c: Comparison, smallest: float, margin: float) -> str:
    """Say that not even identical replies would rule out a loss of the margin."""
    return (
        f"{_tally(c)}. {c.pairs} pairs are too few: even identical replies would only rule out "
        f"a loss of {_points(smallest)}, and at most {_points(margin)} may be lost."
    )


def loss_not_ruled_out(c: Comparison, p: float, margin: float) -> str:
    return f"{_tally(c)}, {_change(c)}: a loss of {_points(margin)} is not ruled out (p = {p:.2g})."


def _tally(c: Comparison) -> str:
    if c.wins + c.losses == 0:
        return f"Both scored the same on all {c.pairs} problems"
    return f"{c.wins} wins against {c.losses} losses in {c.pairs} pairs"


def _change(c: Comparison) -> str:
    """The change of accuracy."""
    if c.wins + c.losses == 0:
        return "no change"
    return f"a {'gain' if c.gain >= 0 else 'loss'} of {_points(abs(c.gain))}"


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"
