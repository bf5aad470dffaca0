"""Values of answers, held exactly, so that a near miss is known to differ."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from .parts import Spelling, plain, spell

VULGAR = {
    Fraction(1, 2): "½", Fraction(1, 3): "⅓", Fraction(2, 3): "⅔", Fraction(1, 4): "¼",
    Fraction(3, 4): "¾", Fraction(1, 5): "⅕", Fraction(2, 5): "⅖", Fraction(3, 5): "⅗",
    Fraction(4, 5): "⅘", Fraction(1, 6): "⅙", Fraction(5, 6): "⅚", Fraction(1, 8): "⅛",
    Fraction(3, 8): "⅜", Fraction(5, 8): "⅝", Fraction(7, 8): "⅞",
}  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


def written(value: Fraction) -> str:
    return str(value)


def latex(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def decimal(value: Fraction, least: int = 0) -> str | None:
    """Write a value whose decimals end with at least so many of them; None for any other."""
    places = next((k for k in range(13) if (value * 10**k).denominator == 1), None)
    if places is None:
        return None
    places = max(places, least)
    digits = str(abs(int(value * 10**places))).rjust(places + 1, "0")
    whole, after = (digits[:-places], digits[-places:]) if places else (digits, "")
    return f"{'-' if value < 0 else ''}{whole}{'.' if places else ''}{after}"


def groups(n: int, sign: str) -> str:
    return f"{n:,}".replace(",", sign)


def ways_of_writing(value: Fraction, *, free: bool = True, tex: bool = True) -> Iterator[Spelling]:
    """Yield a number as people write it. `free`: no form was asked for. `tex`: formulas too."""
    yield plain(written(value))
    if value.denominator == 1:
        yield from _whole(int(value), free, tex)
    else:
        yield from _fraction(value, free, tex)
    if value < 0:
        size = written(-value)
        yield spell(f"−{size}", "minus sign of Unicode")
        yield spell(f"–{size}", "en dash for minus", "dress", "prose", new=True)
        yield spell(f"minus {size}", "minus in letters", mode="prose")
    yield spell(written(value).translate(FULL_WIDTH), "full-width digits", "dress", "prose")


def _whole(n: int, free: bool, tex: bool) -> Iterator[Spelling]:
    if free:
        yield spell(f"{n}.0", "one decimal", new=True)
        yield spell(f"{n}.00", "two decimals", new=True)
    if tex:
        yield spell(rf"\text{{{n}}}", "text around digits", mode="tex")
        yield spell(rf"\mathbf{{{n}}}", "bold letters around digits", mode="tex")
        yield spell(rf"\textbf{{{n}}}", "bold text around digits", mode="tex", new=True)
        yield spell(rf"\mathrm{{{n}}}", "upright letters around digits", mode="tex", new=True)
        yield spell(f"{{{n}}}", "braces around digits", mode="tex", new=True)
        yield spell(rf"\displaystyle {n}", "display style before digits", mode="tex")
        yield spell(rf"\,{n}\,", "thin spaces around digits", mode="tex", new=True)
    if abs(n) >= 1000:
        yield spell(groups(n, ","), "thousands with commas")
        yield spell(groups(n, " "), "thousands with spaces")
        yield spell(groups(n, "\u202f"), "thousands with narrow spaces", mode="prose")
        yield spell(groups(n, "\u00a0"), "thousands with no-break spaces", mode="prose", new=True)
        yield spell(groups(n, "\u2009"), "thousands with thin spaces", mode="prose", new=True)
        yield spell(groups(n, "'"), "thousands with apostrophes", mode="prose")
        if tex:
            yield spell(groups(n, "{,}"), "thousands with commas in braces", mode="tex")
            yield spell(groups(n, r"\,"), "thousands with LaTeX spaces", mode="tex")
    if free and abs(n) >= 1000 and n % 100 == 0:
        digits = str(abs(n)).rstrip("0")
        front = ("-" if n < 0 else "") + digits[0] + ("." + digits[1:] if digits[1:] else "")
        power = len(str(abs(n))) - 1
        yield spell(f"{front}e{power}", "exponent e")
        yield spell(f"{front} × 10^{power}", "power of ten", mode="prose")
        if tex:
            yield spell(rf"{front} \times 10^{{{power}}}", "power of ten in LaTeX", mode="tex")
            yield spell(rf"{front} \cdot 10^{{{power}}}", "power of ten with a dot", mode="tex")


def _fraction(value: Fraction, free: bool, tex: bool) -> Iterator[Spelling]:
    top, bottom, sign = abs(value.numerator), value.denominator, "-" if value < 0 else ""
    yield spell(f"{sign}{top}⁄{bottom}", "fraction slash", mode="prose")
    yield spell(f"{sign}{top} / {bottom}", "spaces around the bar", new=True)
    whole, rest = divmod(abs(value), 1)
    if tex:
        yield spell(latex(value), "fraction in LaTeX", mode="tex")
        yield spell(latex(value).replace(r"\f", r"\df"), "display fraction", mode="tex")
        yield spell(latex(value).replace(r"\f", r"\tf"), "text fraction", mode="tex")
        yield spell(rf"{sign}{{{top}}}/{{{bottom}}}", "braces around the sides", "notation", "tex",
                    new=True)  # fmt: skip
        if top < 10 and bottom < 10:
            yield spell(rf"{sign}\frac{top}{bottom}", "fraction without braces", mode="tex")
            yield spell(rf"{sign}\frac {top} {bottom}", "fraction with spaces", mode="tex",
                        new=True)  # fmt: skip
        rounded = f"{float(value):.2f}"
        if decimal(value) is None and abs(value) > Fraction(1, 10):
            yield spell(rf"{latex(value)} \approx {rounded}", "rounded behind, LaTeX", mode="tex")
    if free and whole:
        yield spell(f"{sign}{whole} {rest}", "mixed number", mode="prose")
        if tex:
            yield spell(f"{sign}{whole}{latex(rest)}", "mixed number in LaTeX", mode="tex")
        if rest in VULGAR:
            yield spell(f"{sign}{whole}{VULGAR[rest]}", "mixed number of one sign", mode="prose")
    if abs(value) in VULGAR:
        yield spell(f"{sign}{VULGAR[abs(value)]}", "fraction of one sign", mode="prose")
    if (exact := decimal(value)) and free:
        yield spell(exact, "decimals")
        yield spell(f"{exact}0", "a zero more", new=True)
        if abs(value) < 1:
            yield spell(exact.replace("0.", ".", 1), "no digit before the point", mode="prose")


class Miss(NamedTuple):
    """A wrong number: its text, how it came about, and its value, None where it is no number."""

    text: str
    name: str
    value: Fraction | None
    group: str = "value"
    new: bool = True


def misses_of(value: Fraction) -> Iterator[Miss]:
    """Yield numbers near `value`; those that happen to equal it too."""
    digits = str(abs(value.numerator))
    bar = "" if value.denominator == 1 else f"/{value.denominator}"
    sign = "-" if value < 0 else ""

    def make(top: str, name: str, new: bool = True) -> Miss:
        return Miss(f"{sign}{top}{bar}", name, Fraction(f"{sign}{top}{bar}"), "value", new)

    yield Miss(written(-value), "other sign", -value, "value", False)
    yield Miss(written(value + 1), "one more", value + 1, "value", False)
    yield Miss(written(value - 1), "one less", value - 1, "value", False)
    yield make(str(int(digits) + 10), "ten more on top")
    if len(digits) > 1:
        yield make(digits[1] + digits[0] + digits[2:], "digits swapped")
        yield make(digits[:-1], "last digit lost")
    yield make(digits + digits[-1], "last digit twice")
    yield make(digits[:-1] + str((int(digits[-1]) + 3) % 10), "another last digit")
    yield Miss(written(value * 10), "ten times", value * 10)
    if (tenth := decimal(value / 10)) is not None:
        yield Miss(tenth, "point one place off", value / 10)
    if bar and value:
        yield Miss(written(Fraction(1) / value), "upside down", Fraction(1) / value, "value", False)
        yield Miss(written(Fraction(value.numerator, value.denominator + 1)), "another bottom",
                   Fraction(value.numerator, value.denominator + 1))  # fmt: skip
        yield Miss(f"{sign}{digits}", "top alone", Fraction(value.numerator))
    else:
        yield Miss(f"{sign}{digits}.5", "a half more", Fraction(f"{sign}{digits}.5"))
        yield Miss(f"{sign}{digits}/3", "a bar behind", value / 3)


SCALES = (
    ("million", False), ("thousand", True), ("dozen", True), ("hundred", True), ("billion", True),
    ("squared", False), ("factorial", False), ("times five", False), ("over five", False),
    ("cubed", True), ("percent", True), ("plus one", True), ("minus two", True), ("k", False),
)  # fmt: skip
LETTERS = (
    ("{}x", False), ("{}i", False), ("{}n", True), (r"{}\pi", True), (r"{}\sqrt{{2}}", True),
    (r"{} \sin x", False), ("{}x^2", True), ("{} + x", True), ("{}y - 1", True), ("{}ab", True),
    ("{} + 3", True), ("{} - 1", True), ("{}^3", True), ("({})^2", True), ("10^{{{}}}", True),
    ("{} + C", True), ("{} + 2i", True), (r"\sqrt{{{}}}", True), (r"\frac{{1}}{{{}}}", True),
    ("{}!", True), (r"{} \cdot 2", True), ("{}e^x", True), ("2({})", True), ("{}_7", False),
)  # fmt: skip


def words_and_letters_behind(value: Fraction) -> Iterator[Miss]:
    """Yield a number with words and letters that change it; only for values that they do change."""
    if abs(value) < 3 or value.denominator > 1:
        return
    for word, new in SCALES:
        yield Miss(f"{value} {word}" if word != "k" else f"{value}k", word, None, "scale", new)
    for form, new in LETTERS:
        if value < 0 and form[0] != "{" and "sqrt" in form:
            continue
        bare = str(value)
        if any(sign in form for sign in "!^_") and value < 10:
            continue  # 5_7 is 5, and a minus before a power is another question.
        name = form.replace("{}", "#").replace("{{", "{").replace("}}", "}")
        yield Miss(form.format(bare), f"formula {name}", None, "letters", new)


def near_misses(
    value: Fraction, *, letters: bool = True, unit: str = "", front: str = ""
) -> Iterator[Spelling]:
    """Yield what is near `value` and is not it, with a unit behind where there is one."""
    for miss in misses_of(value):
        if miss.value != value:
            yield spell(f"{front}{miss.text}{unit}", miss.name, miss.group,
                        "prose" if unit or front else "any", new=miss.new)  # fmt: skip
    for miss in words_and_letters_behind(value) if letters and not unit + front else ():
        mode = "prose" if miss.group == "scale" else "tex"
        yield spell(miss.text, miss.name, miss.group, mode, new=miss.new)  # type: ignore[arg-type] # a Literal


def rivals_of(value: Fraction) -> tuple[Spelling, ...]:
    return tuple(plain(written(value + step)) for step in (1, 2, -3))
