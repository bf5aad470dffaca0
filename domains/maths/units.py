"""Reads units as people write them, and converts them within one dimension, by pint.

Of pint's thousand names only everyday ones are units here: to pint, cats are a pressure.
"""

import functools
import logging
import re
from fractions import Fraction
from typing import Any, NamedTuple

EVERYDAY = (
    "meter inch foot yard mile gram pound ounce ton metric_ton second minute hour day week month "
    "year liter gallon quart pint cup tablespoon teaspoon acre hectare degree radian joule watt "
    "newton volt ampere hertz calorie byte bit kilometer_per_hour mile_per_hour cubic_centimeter "
    "percent dollar cent euro gbp yen rupee"
)
PREFIXES = ("", "kilo", "mega", "deci", "centi", "milli")
LONGEST = 100
"""Characters; no unit has a longer name."""
LETTERS = "mghslLVWNJA"
"""Units of one letter; any other letter is an unknown."""
MORE = ("@alias kilometer_per_hour = kmh", "dollar = [money] = usd", "euro = [euro]",
        "cent = dollar/100 = penny = pennies", "gbp = [gbp]", "yen = [yen]",
        "rupee = [rupee]")  # fmt: skip
_SIGNS = {"$": "dollar", "€": "euro", "£": "gbp", "¥": "yen", "₹": "rupee", "¢": "cent",
          "%": "percent", "°": "degree"}  # fmt: skip
_SPELT = tuple((re.compile(pattern), plain) for pattern, plain in (
    (r"\\(?:text\w*|mathrm|mathbf|mbox|operatorname)\s*\{([^{}]*)\}", r" \1 "),
    (r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\1/\2"),
    (r"(?:\^\s*+|(?<!\s)\s*+)?+\{?\s*+\\circ\b\s*\}?", "°"),
    (r"\\(?=[$%])|[{}]|(?<=[A-Za-z])\.(?!\s+\S)|(?<=\bsq)\.", ""), (r"\\cdot\b|\\times\b|⋅", "·"),
    (r"[$€£¥₹¢%°]", lambda sign: f" {_SIGNS[sign[0]]} "), (r"\bpercentage\b", "percent"),
    (r"\b([mck]?m|in|ft|yd)([23])\b", r"\1^\2"), (r"(?:(?<!\s)\s*+)?+([*/^·])\s*", r"\1"),
))  # fmt: skip
_ONE = r"(?:(?:square|sq|cubic) )?[A-Za-z_]+(?:(?:\^|\*\*)-?[1-4]|[²³]|⁻¹| squared| cubed)?"
_PRODUCT = re.compile(rf"{_ONE}(?:(?:[*/·]| per | (?=\S*(?:\^-|⁻))){_ONE}){{0,5}}")


class Unit(NamedTuple):
    """A unit: how many base units it holds, and its dimension (its own name where it has none)."""

    factor: Fraction
    base: frozenset[tuple[str, Fraction]]


@functools.cache
def _registry() -> Any:
    # Whoever never compares units does not pay for it.
    import pint

    # It warns of `mins`, which could be milli-inches.
    logging.getLogger("pint").setLevel(logging.ERROR)
    registry: Any = pint.UnitRegistry(non_int_type=Fraction)
    for line in MORE:
        registry.define(line)
    return registry


@functools.lru_cache(maxsize=4096)
def unit_in(text: str) -> tuple[Unit | None, str]:
    """Return the unit that `text` begins with, if there is one, and the words behind it."""
    for pattern, plain in _SPELT:
        text = pattern.sub(plain, text)
    words = text.split()[:8]
    for end in range(len(words), 0, -1):
        # "12 in total" measures nothing in inches.
        begins = end == len(words) or words[end - 1] != "in"
        if begins and (unit := _parse(" ".join(words[:end]))):
            return unit, " ".join(words[end:])
    return None, " ".join(words)


def _parse(text: str) -> Unit | None:
    if len(text) > LONGEST or not _PRODUCT.fullmatch(text):
        return None
    if re.search(rf"\b(?![{LETTERS}])[A-Za-z]\b", text):
        return None
    registry = _registry()
    for spelt in dict.fromkeys((text, text.lower())):
        try:
            units = registry.parse_units_as_container(spelt)
            roots = {registry.parse_unit_name(name)[0][:2] for name in units}
        except AttributeError:
            # What pint raises for a name that it does not know.
            continue
        if all(prefix in PREFIXES and root in EVERYDAY.split() for prefix, root in roots):
            factor, base = registry.get_base_units(units)[0], registry.get_dimensionality(units)
            return Unit(Fraction(factor), frozenset((base or units).items()))
    return None


def ratio(given: Unit, wanted: Unit) -> Fraction | None:
    """Return the factor from `given` to `wanted`; None where they measure different things."""
    return given.factor / wanted.factor if given.base == wanted.base else None
