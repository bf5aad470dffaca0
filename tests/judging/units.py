"""Units: other ways of writing one, the same amount in another, and units that are wrong."""

from collections.abc import Iterator
from fractions import Fraction

from .parts import Spelling, plain, spell
from .values import decimal, misses_of, ways_of_writing, written

LENGTHS = {
    "mm": ("millimetres", "millimeters"), "cm": ("centimetres", "centimeters"),
    "m": ("metres", "meters"), "km": ("kilometres", "kilometers"),
}  # fmt: skip
TIMES = {"min": "minutes", "h": "hours", "years": "years"}
SIZES = {"mm": 1, "cm": 10, "m": 1000, "km": 1_000_000}
WORDS = {2: "square", 3: "cubic"}

Way = tuple[str, str, bool, bool]
"""Text behind the number, name, new, in a formula."""


def ways_of_unit(unit: str) -> Iterator[Way]:
    name, _, power = unit.partition("^")
    if name in LENGTHS and not power:
        yield from _length(name)
    elif name in LENGTHS:
        yield from _power(name, int(power))
    elif unit == "km/h":
        yield from (
            (" kph", "kph", False, False), (" km per hour", "per hour", False, False),
            (" kilometres per hour", "kilometres per hour", False, False),
            (" km·h⁻¹", "raised minus one", False, False),
            (r"\,\text{km/h}", "text km/h", True, True),
            (r"\ \frac{\text{km}}{\text{h}}", "unit as a fraction", False, True),
            (r"\ \mathrm{km/h}", "upright km/h", True, True),
            (r" \text{ kilometers per hour}", "words in a formula", True, True),
        )  # fmt: skip
    else:
        yield f" {TIMES[unit]}", "unit in letters", False, False
        yield rf"\text{{ {unit}}}", "text unit", False, True
        yield rf"\,\mathrm{{{unit}}}", "upright unit", True, True
        for short in {"min": ("mins", "min."), "h": ("hrs", "hr"), "years": ("yrs",)}[unit]:
            yield f" {short}", "short unit", unit != "years", False
        if unit == "years":
            yield " years old", "years old", False, False


def _length(name: str) -> Iterator[Way]:
    yield from (
        (name, "unit without a space", False, False),
        (f" {LENGTHS[name][0]}", "unit in British letters", False, False),
        (f" {LENGTHS[name][1]}", "unit in American letters", False, False),
        (rf"\text{{ {name}}}", "text unit", False, True),
        (rf"\,\text{{{name}}}", "text unit behind a thin space", True, True),
        (rf"~\text{{{name}}}", "text unit behind a tie", False, True),
        (rf"\ \mathrm{{{name}}}", "upright unit", False, True),
        (rf"\mathrm{{~{name}}}", "tie in the upright unit", False, True),
        (rf"\;\text{{{LENGTHS[name][1]}}}", "words in a formula", True, True),
        (f"\u00a0{name}", "no-break space before the unit", True, False),
    )


def _power(name: str, power: int) -> Iterator[Way]:
    raised = {2: "²", 3: "³"}[power]
    british, american = LENGTHS[name]
    yield from (
        (f" {name}{raised}", "raised digit", False, False),
        (f" {WORDS[power]} {british}", "unit in British letters", False, False),
        (f" {WORDS[power]} {american}", "unit in American letters", False, False),
        (rf"\text{{ {name}}}^{power}", "text unit", False, True),
        (rf"\,\text{{{name}}}^{{{power}}}", "text unit, exponent in braces", True, True),
        (rf"~\text{{{name}}}^{power}", "text unit behind a tie", False, True),
        (rf"\ \mathrm{{{name}}}^{power}", "upright unit", False, True),
        (rf"\text{{ {name}{raised}}}", "raised digit in text", True, True),
        (rf"\mathrm{{~{name}}}^{power}", "tie in the upright unit", False, True),
        (rf"\;\text{{{WORDS[power]} {american}}}", "words in a formula", True, True),
    )


def conversions(value: Fraction, unit: str) -> Iterator[str]:
    """Yield the same amount in another unit, exactly."""
    name, _, power = unit.partition("^")
    if name in LENGTHS:
        for other in LENGTHS:
            ratio = Fraction(SIZES[name], SIZES[other]) ** int(power or 1)
            text = decimal(value * ratio)
            if other != name and text and len(text) < 10:
                yield f"{text} {other}{'^' + power if power else ''}"
    elif unit == "min" and value.denominator == 1:
        if text := decimal(value / 60):
            yield f"{text} h"
        if value > 60 and value % 60:
            yield f"{value // 60} h {value % 60} min"
            yield f"{value // 60} hours {value % 60} minutes"
    elif unit == "h" and (value * 60).denominator == 1:
        yield f"{value * 60} min"
    elif unit == "km/h" and (text := decimal(value * 1000 / 3600)):
        yield f"{text} m/s"


def wrong_units(unit: str) -> Iterator[tuple[str, str, bool]]:
    """Yield units of another dimension or size: text behind the number, name, new."""
    name, _, power = unit.partition("^")
    yield "", "no unit", False
    if name in LENGTHS:
        behind = f"^{power}" if power else ""
        yield from ((f" {it}{behind}", "other size", False) for it in LENGTHS if it != name)
        yield f" {name}{'' if power else '^2'}", "other power", False
        yield f" {name}^{5 - int(power or 2)}", "another power", False
        yield f" {name}/s", "a speed", True
        yield " inches", "inches", True
    else:
        yield " km", "a length", False
        yield {"km/h": " m/s", "min": " h", "h": " min", "years": " months"}[unit], "size", True
        yield {"km/h": " mph", "min": " s", "h": " days", "years": " days"}[unit], "system", True
    yield " kg", "a mass", False
    yield " dollars", "money", True


def ways_of_quantity(value: Fraction, unit: str, *, free: bool) -> Iterator[Spelling]:
    """Yield an amount with its unit: each writing of either, and the same in another unit."""
    yield plain(f"{written(value)} {unit}")
    for behind, name, new, formula in ways_of_unit(unit):
        mode = "tex" if formula else "prose"
        yield spell(f"{written(value)}{behind}", name, "unit", mode, new=new)  # type: ignore[arg-type] # a Literal
    for way in ways_of_writing(value, free=free):
        if "approx" not in way.text:
            behind = rf"\text{{ {unit}}}" if way.mode == "tex" else f" {unit}"
            if not (way.mode == "tex" and "^" in unit):
                yield Spelling(f"{way.text}{behind}", way.production, way.mode)
    for text in conversions(value, unit) if free else ():
        yield spell(text, "the same in another unit", "unit", "prose")


def misses_of_quantity(value: Fraction, unit: str) -> Iterator[Spelling]:
    for miss in misses_of(value):
        if miss.value != value:
            yield spell(f"{miss.text} {unit}", miss.name, miss.group, new=miss.new)
    for behind, name, new in wrong_units(unit):
        yield spell(f"{written(value)}{behind}", name, "unit", new=new)
    for word in ("thousand", "million", "hundred"):
        yield spell(f"{written(value)} {word} {unit}", word, "scale", "prose", new=True)
    yield spell(f"{written(value)}x {unit}", "a letter before the unit", "letters", new=True)


def ways_of_money(value: Fraction) -> Iterator[Spelling]:
    amount = decimal(value) or ""
    yield plain(f"${amount}", "prose")
    yield spell(rf"\${amount}", "escaped dollar", "unit", "tex")
    yield spell(f"{amount} dollars", "dollars", "unit", "prose")
    yield spell(f"{amount} USD", "code of the currency", "unit", "prose")
    yield spell(rf"{amount}\text{{ dollars}}", "dollars in a formula", "unit", "tex", new=True)
    yield spell(f"US${amount}", "country before the dollar", "unit", "prose", new=True)
    yield spell(f"$ {amount}", "space behind the dollar", "unit", "prose")
    yield spell(f"${decimal(value, 2)}", "cents written out", "unit", "prose")
    yield spell(rf"\text{{\${amount}}}", "dollar in text", "unit", "tex", new=True)
    yield spell(f"{value * 100} cents", "the same in another unit", "unit", "prose")


def misses_of_money(value: Fraction) -> Iterator[Spelling]:
    amount = decimal(value) or ""
    for miss in misses_of(value):
        if miss.value != value and miss.value is not None and "/" not in miss.text:
            shown = decimal(miss.value)
            sign, size = ("-", shown[1:]) if shown and shown[0] == "-" else ("", shown)
            yield spell(f"{sign}${size}", miss.name, "value", "prose", new=miss.new)
    for behind, name, new in (
        ("", "no unit", False), (" cents", "other size", False), (" km", "a length", False),
        (" euros", "another currency", True), (" percent", "percent", True),
        (" thousand dollars", "thousand", True), (" million dollars", "million", True),
        (" hours", "a duration", True),
    ):  # fmt: skip
        yield spell(f"{amount}{behind}", name, "unit", "prose" if behind else "any", new=new)
    yield spell(f"${amount}k", "k", "scale", "prose", new=True)
    yield spell(f"${amount} million", "million", "scale", "prose", new=True)
