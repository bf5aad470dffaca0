"""Reads units as people write them: `cm^2`, `square centimetres`, `km per hour`, `$`."""

import re
from fractions import Fraction
from typing import NamedTuple


class Unit(NamedTuple):
    """The measure of a unit, and its size in base units."""

    measures: str
    factor: Fraction


_LENGTHS = {"mm": Fraction(1, 1000), "cm": Fraction(1, 100), "m": Fraction(1), "km": Fraction(1000)}
_TIMES = {"s": Fraction(1), "min": Fraction(60), "h": Fraction(3600)}
_VOLUMES = {"ml": Fraction(1, 10**6), "l": Fraction(1, 1000)}

UNITS: dict[str, Unit] = {
    **{name: Unit("length", size) for name, size in _LENGTHS.items()},
    **{f"{name}^2": Unit("area", size**2) for name, size in _LENGTHS.items()},
    **{f"{name}^3": Unit("volume", size**3) for name, size in _LENGTHS.items()},
    **{name: Unit("volume", size) for name, size in _VOLUMES.items()},
    **{name: Unit("time", size) for name, size in _TIMES.items()},
    **{
        f"{way}/{time}": Unit("speed", size / _TIMES[time])
        for way, size in _LENGTHS.items()
        for time in _TIMES
    },
    **{
        f"{name}/{time}": Unit("flow", size / _TIMES[time])
        for name, size in _VOLUMES.items()
        for time in _TIMES
    },
    "g": Unit("mass", Fraction(1)),
    "kg": Unit("mass", Fraction(1000)),
    "$": Unit("money", Fraction(1)),
    "cents": Unit("money", Fraction(1, 100)),
    "years": Unit("age", Fraction(1)),
    "%": Unit("share", Fraction(1, 100)),
}
_WORDS = {
    "millimetre": "mm", "millimeter": "mm", "centimetre": "cm", "centimeter": "cm", "metre": "m",
    "meter": "m", "kilometre": "km", "kilometer": "km", "second": "s", "sec": "s", "minute": "min",
    "hour": "h", "hr": "h", "litre": "l", "liter": "l", "millilitre": "ml", "milliliter": "ml",
    "gram": "g", "kilogram": "kg", "dollar": "$", "usd": "$", "cent": "cents", "year": "years",
    "percent": "%", "mins": "min",
}  # fmt: skip
_WORD = re.compile(r"[a-z]+|\$")


def unit_of(text: str) -> str | None:
    """Return the symbol of a unit as written, "" for nothing at all, None for what is no unit."""
    text = text.strip().strip(".").strip().lower()
    if not text:
        return ""
    if len(text) > 60:
        return None
    text = re.sub(r"\\(?:text|mathrm|operatorname)\s*\{([^{}]*)\}", r" \1 ", text)
    text = text.replace("\\$", "$").replace("\\%", "%").replace("²", "^2").replace("³", "^3")
    text = re.sub(r"\^\{\s*([23])\s*\}", r"^\1", text).replace("**", "^")
    text = re.sub(r"\bper\b", "/", text)
    text = re.sub(r"\bkm\s?/?ph\b|\bkmh\b", "km/h", text)
    text = _WORD.sub(_symbol, text)
    text = re.sub(r"\b(?:square|sq\.?|squared)\s+(\w+)", r"\1^2", text)
    text = re.sub(r"\bcubic\s+(\w+)", r"\1^3", text)
    text = re.sub(r"\b(\w+) squared\b", r"\1^2", text)
    text = re.sub(r"\b(\w+) cubed\b", r"\1^3", text)
    text = re.sub(r"\b([mck]?m)([23])\b", r"\1^\2", text)
    text = re.sub(r"^(years) old$", r"\1", text.strip())
    text = re.sub(r"\s+", "", text)
    return text if text in UNITS else None


def _symbol(match: re.Match[str]) -> str:
    word = match[0]
    return _WORDS.get(word, _WORDS.get(word.removesuffix("s"), word))


def ratio(given: str, wanted: str) -> Fraction | None:
    """Return the factor from `given` to `wanted`; None where they measure different things."""
    one, other = UNITS.get(given), UNITS.get(wanted)
    if one is None or other is None or one.measures != other.measures:
        return None
    return one.factor / other.factor
