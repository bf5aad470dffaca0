"""Answers of more than one number: polynomials, intervals, solutions, tuples; right and near."""

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction

from .parts import Spelling, plain, spell
from .values import latex, written

Coefficients = tuple[Fraction, ...]
"""From the highest power down."""
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def terms(coefficients: Coefficients, letter: str, *, tex: bool = False) -> list[tuple[bool, str]]:
    """Return sign and text of each term that is there."""
    found = []
    for place, factor in enumerate(coefficients):
        power = len(coefficients) - 1 - place
        if not factor:
            continue
        x = "" if not power else letter if power == 1 else f"{letter}^{power}"
        if tex and power > 1:
            x = f"{letter}^{{{power}}}"
        size = latex(abs(factor)) if tex else written(abs(factor))
        if size == "1" and x:
            size = ""
        elif factor.denominator > 1 and not tex and x:
            size = f"({size})"
        found.append((factor < 0, size + x))
    return found


def joined(found: Sequence[tuple[bool, str]], space: str = " ") -> str:
    (minus, first), *rest = found
    behind = (f"{space}{'-' if minus else '+'}{space}{text}" for minus, text in rest)
    return ("-" if minus else "") + first + "".join(behind)


def polynomial(coefficients: Coefficients, letter: str = "x") -> str:
    return joined(terms(coefficients, letter))


def ways_of_polynomial(coefficients: Coefficients, letter: str = "x") -> Iterator[Spelling]:
    """Yield a polynomial, expanded, as people write it."""
    parts, formula = terms(coefficients, letter), terms(coefficients, letter, tex=True)
    usual = joined(parts)
    yield plain(usual)
    yield spell(joined(parts, ""), "no spaces", new=True)
    yield spell(joined(formula), "braces around exponents", mode="tex")
    yield spell(joined(formula, "").replace("+", "+ "), "odd spaces", mode="tex", new=True)
    yield spell(usual.replace("-", "−"), "minus signs of Unicode", mode="prose")
    yield spell(rf"\displaystyle {joined(formula)}", "display style", mode="tex", new=True)
    yield spell(rf"{{{joined(formula)}}}", "braces around all", mode="tex", new=True)
    if any("^" in text for _, text in parts):
        raised = "".join(
            text.translate(SUPERSCRIPT) if before == "^" else text
            for before, text in itertools.pairwise(["", *usual])
        ).replace("^", "")
        yield spell(raised, "raised digits", mode="prose")
        yield spell(usual.replace("^", "**"), "two stars for a power", mode="prose")
    if len(parts) > 1:
        yield spell(joined(parts[::-1]), "terms turned round")
        yield spell(joined([*parts[1:], parts[0]]), "first term last", new=True)


def misses_of_polynomial(coefficients: Coefficients, letter: str = "x") -> Iterator[Spelling]:
    """Yield polynomials near this one; none has the same coefficients and letter."""
    top, last = len(coefficients) - 1, max(i for i, it in enumerate(coefficients) if it)

    def changed(place: int, factor: Fraction) -> Coefficients:
        return (*coefficients[:place], factor, *coefficients[place + 1 :])

    tried: list[tuple[str, bool, Coefficients]] = [
        ("sign of the last term", False, changed(last, -coefficients[last])),
        ("sign of the first term", False, changed(0, -coefficients[0])),
        ("all signs turned", True, tuple(-it for it in coefficients)),
        ("last term off by one", False, changed(last, coefficients[last] + 1)),
        ("first coefficient off by one", False, changed(0, coefficients[0] + 1)),
        ("last term lost", False, changed(last, Fraction(0))),
        ("first term lost", True, (Fraction(0), *coefficients[1:])),
        ("another term", True, (Fraction(1), *coefficients)),
        ("a constant more", False, changed(top, coefficients[top] + 5)),
        ("exponents one higher", True, (*coefficients, Fraction(0))),
        ("doubled", True, tuple(it + it for it in coefficients)),
        ("coefficients turned round", True, coefficients[::-1]),
        ("first coefficient alone", False, (coefficients[0],)),
        ("first term alone", True, (coefficients[0], *(Fraction(0) for _ in coefficients[1:]))),
        ("last number alone", True, (coefficients[last],)),
        ("last terms replaced", True, (coefficients[0], *(it - 9 for it in coefficients[1:]))),
    ]
    for name, new, other in tried:
        if any(other) and _bare(other) != _bare(coefficients):
            yield spell(polynomial(other, letter), name, "terms", new=new)
    strange = "t" if letter != "t" else "w"
    yield spell(polynomial(coefficients, strange), "another letter", "terms")
    yield spell(f"{polynomial(coefficients, letter)} + {strange}", "a strange term", "terms",
                new=True)  # fmt: skip
    yield spell(f"{coefficients[0]} apples", "first coefficient with a noun", "terms")
    yield spell(rf"\sqrt{{{polynomial(coefficients, letter)}}}", "root of it", "terms", "tex",
                new=True)  # fmt: skip
    yield spell(f"({polynomial(coefficients, letter)})^2", "square of it", "terms", "tex", new=True)


def _bare(coefficients: Coefficients) -> Coefficients:
    return tuple(itertools.dropwhile(lambda it: not it, coefficients))


def ways_of_interval(low: str, high: str, left: str, right: str) -> Iterator[Spelling]:
    """Yield a finite interval of x, `left` and `right` being its brackets."""
    less, more = "<" + "=" * (left == "["), "<" + "=" * (right == "]")
    below, above = (r"\le" if it == "<=" else "<" for it in (less, more))
    yield plain(f"{left}{low}, {high}{right}")
    yield spell(f"{left}{low},{high}{right}", "no space", new=True)
    yield spell(rf"\left{left}{low}, {high}\right{right}", "growing brackets", mode="tex")
    yield spell(f"{left}{low}; {high}{right}", "semicolon between", mode="prose", new=True)
    yield spell(f"x ∈ {left}{low}, {high}{right}", "element of", mode="prose")
    yield spell(rf"x \in {left}{low}, {high}{right}", "element in LaTeX", mode="tex")
    yield spell(f"{low} {less} x {more} {high}", "chain", mode="prose")
    yield spell(f"{low} {below} x {above} {high}", "chain in LaTeX", mode="tex")
    yield spell(f"{low} {less} x {more} {high}".replace("<=", "≤"), "chain, one sign", mode="prose")
    falling = f"{high} {more} x {less} {low}".replace("<", ">")
    yield spell(falling, "falling chain", mode="prose")
    yield spell(f"{low} {below}slant x {above}slant {high}".replace("<slant", "<"),
                "slanted signs", mode="tex")  # fmt: skip
    yield spell(rf"\{{x \mid {low} {below} x {above} {high}\}}", "set in LaTeX", mode="tex")
    yield spell(f"{{x | {low} {less} x {more} {high}}}", "set", mode="prose")
    turned = {"(": "]", "[": "["}[left], {")": "[", "]": "]"}[right]
    yield spell(f"{turned[0]}{low}, {high}{turned[1]}", "brackets turned outwards", mode="prose")
    begin, end = less.replace("<", ">"), more
    yield spell(f"x {begin} {low} and x {end} {high}", "two sides with and", mode="prose")
    yield spell(f"x {begin} {low}, x {end} {high}", "two sides with a comma", mode="prose")
    yield spell(f"{left}{low}, {high}{right}".replace("-", "−"), "minus signs of Unicode",
                mode="prose")  # fmt: skip


def misses_of_interval(low: int, high: int, left: str, right: str) -> Iterator[Spelling]:
    """Yield intervals near this one. Low is less than high."""
    other = {"(": "[", "[": "(", ")": "]", "]": ")"}

    def yielded(a: object, b: object, left: str, right: str, name: str, new: bool) -> Spelling:
        return spell(f"{left}{a}, {b}{right}", name, "interval", new=new)

    yield yielded(low, high, other[left], right, "left bracket", False)
    yield yielded(low, high, left, other[right], "right bracket", False)
    yield yielded(low, high, other[left], other[right], "both brackets", False)
    yield yielded(high, low, left, right, "ends turned round", False)
    yield yielded(low + 1, high, left, right, "left end off by one", False)
    yield yielded(low, high + 1, left, right, "right end off by one", False)
    yield yielded(low * 10 + 1, high * 10 + 1, left, right, "ends of other size", True)
    if low + high:
        yield yielded(-high, -low, left, right, "mirrored", True)
    yield yielded(low, r"\infty", left, ")", "right end lost", True)
    yield spell(f"x > {low}", "one side lost", "interval")
    yield spell(f"x < {low} or x > {high}", "outside", "interval", "prose", new=True)
    yield spell(f"x > {low} and y < {high}", "two letters", "interval", "prose")
    yield spell(rf"({low}, {high}) \cup ({high + 1}, {high + 3})", "a piece more", "interval",
                "tex", new=True)  # fmt: skip
    yield spell(f"{high - low}", "length", "interval", new=True)
    yield spell(rf"\{{{low}, {high}\}}", "set of the ends", "interval", "tex", new=True)


def ways_of_solutions(one: str, other: str, letter: str = "x") -> Iterator[Spelling]:
    """Yield two different solutions of an equation."""
    x = letter
    yield plain(f"{x} = {one} or {x} = {other}", "prose")
    yield spell(f"{x} = {other} or {x} = {one}", "other order", mode="prose")
    yield spell(f"{x} = {one}, {other}", "label once")
    yield spell(f"{one}, {other}", "bare list")
    yield spell(rf"\{{{one}, {other}\}}", "set in LaTeX", mode="tex")
    yield spell(f"{{{other}, {one}}}", "set", mode="prose")
    yield spell(f"{one} and {other}", "with and", mode="prose")
    yield spell(f"both {one} and {other}", "both", mode="prose")
    yield spell(f"{x}_1 = {one}, {x}_2 = {other}", "numbered letters")
    yield spell(f"{x}₁ = {one}, {x}₂ = {other}", "numbered letters of Unicode", mode="prose")
    yield spell(rf"{x} = {one} \text{{ or }} {x} = {other}", "or in a formula", mode="tex")
    yield spell(rf"{x} \in \{{{one}, {other}\}}", "element of a set", mode="tex")
    yield spell(rf"{x} = {one} \lor {x} = {other}", "logical or", mode="tex")
    yield spell(f"{x} = {one} ∨ {x} = {other}", "logical or of Unicode", mode="prose")
    yield spell(f"${x} = {one}$ and ${x} = {other}$", "two formulas", mode="prose", new=True)
    yield spell(rf"{x} = {one},\quad {x} = {other}", "wide space", mode="tex", new=True)
    yield spell(f"{x} = {one} as well as {x} = {other}", "as well as", mode="prose", new=True)


def misses_of_solutions(one: int, other: int, letter: str = "x") -> Iterator[Spelling]:
    """Yield pairs near two different solutions that are not the same set."""
    for a, b, name, new in (
        (-one, -other, "all signs", False), (one, -other, "one sign", False),
        (one + 1, other, "one off by one", False), (one, other * 10, "one ten times", True),
        (one + 2, other + 2, "both off by two", True), (one, one + other, "a sum for one", True),
    ):  # fmt: skip
        if {a, b} != {one, other}:
            yield spell(f"{letter} = {a} or {letter} = {b}", name, "solutions", "prose", new=new)
    yield spell(f"{letter} = {one}", "second lost", "solutions")
    yield spell(f"{letter} = {other}", "first lost", "solutions")
    yield spell(f"{one}", "one number", "solutions")
    more = max(one, other) + 3
    yield spell(f"{letter} = {one}, {other}, {more}", "one too many", "solutions")
    strange = "y" if letter != "y" else "z"
    yield spell(f"{strange} = {one} or {strange} = {other}", "another letter", "solutions", "prose",
                new=True)  # fmt: skip
    yield spell(f"{letter}^2 = {one}, {letter}^2 = {other}", "squares", "solutions", "tex",
                new=True)  # fmt: skip
    low, high = sorted((one, other))
    yield spell(f"{low} < {letter} < {high}", "all between", "solutions", "prose", new=True)
