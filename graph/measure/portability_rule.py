"""Rule that bars a promotion for harm to other models, and the pairs that such a harm needs."""

from ...evidence.effects import ALPHA, shows_loss
from ...evidence.gate.decide import detectable_gain
from ...evidence.gate.power import UNDETECTABLE
from ...evidence.gate.settings import COVERAGE, GateSettings
from ...store.events import PortabilityMeasured


def smallest_harm(pairs: int) -> float | None:
    """Return the smallest harm that `pairs` pairs would have shown four times out of five."""
    harm = detectable_gain(pairs, GateSettings(ALPHA))
    return None if harm >= UNDETECTABLE else harm


def has_enough_pairs(pairs: int, missing: int) -> bool:
    """Tell whether the pairs that both arms answered could show a harm, as a gate demands."""
    return pairs >= COVERAGE * (pairs + missing) and smallest_harm(pairs) is not None


def objection(event: PortabilityMeasured) -> str:
    """Return the reason that bars a portable version for this model; empty if none does."""
    if event.high < 0:
        return f"it harms {event.model}"
    if shows_loss(event.gain, event.high, event.p):
        return f"it likely harms {event.model} (one-sided p = {event.p / 2:.2g})"
    if has_enough_pairs(event.pairs, event.missing):
        return ""
    asked = event.pairs + event.missing
    return (
        f"{event.model} was not measured well enough: both arms answered {event.pairs} of {asked} "
        "problems"
    )
