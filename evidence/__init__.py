"""Statistics behind every claim: numbers in, verdicts out."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .attribution.headline import headline as headline
    from .attribution.table import JudgedReply as JudgedReply
    from .attribution.table import table as table
    from .floors import best_floor as best_floor
    from .floors import split_floors as split_floors
    from .gate.decide import GateVerdict as GateVerdict
    from .gate.decide import decide as decide
    from .gate.decide import detectable_gain as detectable_gain
    from .gate.settings import GateSettings as GateSettings
    from .pairs import mcnemar as mcnemar

_FILES = {
    **dict.fromkeys(("GateVerdict", "decide", "detectable_gain"), "gate.decide"),
    **dict.fromkeys(("JudgedReply", "table"), "attribution.table"),
    **dict.fromkeys(("best_floor", "split_floors"), "floors"),
    "GateSettings": "gate.settings",
    "headline": "attribution.headline",
    "mcnemar": "pairs",
}


def __getattr__(name: str) -> Any:
    """Import a name on first use: scipy takes a third of a second, and `effects` needs none."""
    if name not in _FILES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_FILES[name]}", __name__), name)
