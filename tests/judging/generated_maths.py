"""Cases of generated maths problems, of every kind of answer."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from tutelage.domains import Domain, Problem, get

from . import shapes, units
from .parts import Case, Production, Spelling, Whole, plain, spell, unique
from .values import decimal, latex, near_misses, rivals_of, ways_of_writing, written

GENERATED = "maths"
QUANTITY = re.compile(r"(\$)?(-?\d+(?:\.\d+|/\d+)?)(?:(pi)|sqrt\((\d+)\))?(?: (.+))?")
TERM = re.compile(r"(-?)(?:\((\d+/\d+)\)|(\d*))(?:(x)(?:\^(\d+))?)?")
INTERVAL = re.compile(r"([\[(])(-?\d+), (-?\d+)([\])])")
SOLUTIONS = re.compile(r"x = (-?\d+) or x = (-?\d+)")
PAIR = re.compile(r"\((-?\d+), (-?\d+)\)")


def generated_cases() -> Iterator[Case]:
    domain = get("maths")
    for problem in (*domain.problems("train", 130, 11), *domain.problems("ood", 70, 11)):
        made = _generated_case(domain, problem)
        if made:
            yield made


def _generated_case(domain: Domain, problem: Problem) -> Case | None:
    def case(
        kind: str,
        rights: Iterator[Spelling],
        wrongs: Iterator[Spelling],
        rivals: Sequence[str],
        wholes: Iterable[Whole] = (),
    ) -> Case:
        others = tuple(plain(text, "prose" if "$" in text else "any") for text in rivals)
        return Case(GENERATED, domain, problem, kind, unique(rights), unique(wrongs), others,
                    tuple(wholes))  # fmt: skip

    answer = problem.answer
    if found := QUANTITY.fullmatch(answer):
        money, number, pi, under, unit = found.groups()
        value = Fraction(number)
        if not value:
            return None
        if money:
            return case(
                "v",
                units.ways_of_money(value),
                units.misses_of_money(value),
                [f"${value + 3}" if value.denominator == 1 else f"${decimal(value + 3)}"],
            )
        if pi or under:
            rival = f"{value + 2}{'pi' if pi else f'sqrt({under})'} {unit}"
            wrongs = _misses_of_multiple(value, under, unit)
            return case("v", _multiples(value, under, unit), wrongs, [rival])
        free = "fraction" not in problem.text
        if unit:
            return case("v", units.ways_of_quantity(value, unit, free=free),
                        units.misses_of_quantity(value, unit), [f"{value + 4} {unit}"],
                        _unit_behind(value, unit))  # fmt: skip
        return case("v", ways_of_writing(value, free=free), near_misses(value),
                    [it.text for it in rivals_of(value)])  # fmt: skip
    pair = PAIR.fullmatch(answer) if "(x, y)" in problem.text else None
    if pair is None and (found := INTERVAL.fullmatch(answer)):
        left, low, high, right = found.groups()
        return case("m", shapes.ways_of_interval(low, high, left, right),
                    shapes.misses_of_interval(int(low), int(high), left, right),
                    [f"{left}{int(low) - 2}, {int(high) + 2}{right}"])  # fmt: skip
    if found := SOLUTIONS.fullmatch(answer):
        one, other = (int(it) for it in found.groups())
        return case("m", shapes.ways_of_solutions(str(one), str(other)),
                    shapes.misses_of_solutions(one, other),
                    [f"x = {one + 40} or x = {other + 50}"], _two_lines(one, other))  # fmt: skip
    if pair:
        one, other = (int(it) for it in pair.groups())
        return case("m", _ways_of_pair(one, other), _misses_of_pair(one, other),
                    [f"({one + 2}, {other + 3})"], _pair_lines(one, other))  # fmt: skip
    coefficients = read_polynomial(answer)
    if coefficients is None:
        return None
    return case("m", _labelled(coefficients, problem.text),
                shapes.misses_of_polynomial(coefficients),
                [shapes.polynomial((coefficients[0] + 2, *coefficients[1:]))])  # fmt: skip


def read_polynomial(text: str) -> tuple[Fraction, ...] | None:
    """Read `6x^2 - (3/2)x + 1`; None for what is none of this form, or holds no letter."""
    pieces = [TERM.fullmatch(piece) for piece in text.replace(" ", "").replace("-", "+-").split("+")
              if piece]  # fmt: skip
    powers: dict[int, Fraction] = {}
    for found in pieces:
        if found is None:
            return None
        minus, fraction, digits, letter, power = found.groups()
        size = Fraction(fraction or digits or 1)
        powers[int(power or 1) if letter else 0] = -size if minus else size
    top = max(powers)
    return tuple(powers.get(power, Fraction(0)) for power in range(top, -1, -1)) if top else None


def _labelled(coefficients: tuple[Fraction, ...], question: str) -> Iterator[Spelling]:
    yield from shapes.ways_of_polynomial(coefficients)
    usual = shapes.polynomial(coefficients)
    if "f'(x)" in question:
        yield spell(f"f'(x) = {usual}", "derivative label")
        yield spell(rf"f^{{\prime}}(x) = {usual}", "prime in LaTeX", mode="tex")
        yield spell(f"f′(x) = {usual}", "prime of Unicode", mode="prose")
    if "y = mx + b" in question:
        yield spell(f"y = {usual}", "line with its label", new=True)


def _multiples(value: Fraction, under: str | None, unit: str) -> Iterator[Spelling]:
    """Yield a number times pi or a root, with its unit."""
    n, name, power = written(value), unit.partition("^")[0], unit.partition("^")[2]
    behind = rf"\text{{ {name}}}" + (f"^{power}" if power else "")
    if not under:
        yield plain(f"{n}pi {unit}", "prose")
        for text, way in ((f"{n}π", "letter pi"), (f"{n} pi", "space before pi"),
                          (f"{n}*pi", "star"), (f"{n} × π", "times sign")):  # fmt: skip
            yield spell(f"{text} {unit}", way, mode="prose", new=way == "times sign")
        for text, way in (
            (rf"{n}\pi", "pi in LaTeX"),
            (rf"{n} \pi", "space before pi"),
            (rf"{n}\cdot\pi", "dot before pi"),
            (rf"\pi \cdot {n}", "pi first"),
        ):
            yield spell(f"{text}{behind}", way, mode="tex")
        rounded = f"{float(value) * math.pi:.1f}"
        yield spell(rf"{n}\pi{behind} \approx {rounded}{behind}", "rounded behind", mode="tex")
        return
    yield plain(f"{n}sqrt({under}) {unit}", "prose")
    for text, way in ((f"{n}√{under}", "root sign"), (f"{n}*sqrt({under})", "star"),
                      (f"{n}√({under})", "root sign and brackets")):  # fmt: skip
        yield spell(f"{text} {unit}", way, mode="prose", new="brackets" in way)
    for text, way in ((rf"{n}\sqrt{{{under}}}", "root in LaTeX"),
                      (rf"{n} \cdot \sqrt{{{under}}}", "dot before the root"),
                      (rf"{n}\,\sqrt{{{under}}}", "thin space before the root")):  # fmt: skip
        yield spell(f"{text}{behind}", way, mode="tex", new="thin" in way)
    rounded = f"{float(value) * float(under) ** 0.5:.2f}"
    yield spell(rf"{n}\sqrt{{{under}}}{behind} \approx {rounded}{behind}", "rounded behind",
                mode="tex")  # fmt: skip


def _misses_of_multiple(value: Fraction, under: str | None, unit: str) -> Iterator[Spelling]:
    sign = f"sqrt({under})" if under else "pi"
    yield spell(f"-{value}{sign} {unit}", "other sign", "value")
    yield spell(f"{value + 1}{sign} {unit}", "one more", "value")
    yield spell(f"{value * 10}{sign} {unit}", "ten times", "value", new=True)
    yield spell(f"{value * 2}{sign} {unit}", "doubled", "value", new=True)
    yield spell(f"{value} {unit}", "root or pi lost", "value")
    yield spell(f"{value} + {sign} {unit}", "sum for a product", "value", new=True)
    yield spell(f"{value}{sign}^2 {unit}", "squared", "value", new=True)
    yield spell(f"1/({value}{sign}) {unit}", "upside down", "value", new=True)
    yield spell(f"{value}{'pi' if under else 'sqrt(3)'} {unit}", "another sign", "value", new=True)
    yield spell(f"{value}{sign}x {unit}", "a letter more", "letters", new=True)
    if under:
        yield spell(f"{value}sqrt({int(under) + 1}) {unit}", "one more under the root", "value")
        yield spell(f"{under}sqrt({value + 1}) {unit}", "parts swapped", "value", new=True)
    for behind, name, new in units.wrong_units(unit):
        yield spell(f"{value}{sign}{behind}", name, "unit", new=new)


def _ways_of_pair(one: int, other: int) -> Iterator[Spelling]:
    yield plain(f"({one}, {other})")
    yield spell(f"({one},{other})", "no space", new=True)
    yield spell(rf"\left({one}, {other}\right)", "growing brackets", mode="tex")
    yield spell(f"(x, y) = ({one}, {other})", "letters in front")
    yield spell(rf"(x,y)=({one},\,{other})", "thin space", mode="tex", new=True)
    yield spell(f"x = {one}, y = {other}", "two labels")
    yield spell(f"x = {one} and y = {other}", "labels with and", mode="prose")
    yield spell(f"y = {other}, x = {one}", "labels turned round", mode="prose")
    yield spell(rf"x = {one},\quad y = {other}", "wide space", mode="tex", new=True)
    yield spell(f"P({one}, {other})", "named point", mode="prose")
    yield spell(f"({one}; {other})", "semicolon", mode="prose", new=True)
    yield spell(rf"\begin{{cases}} x = {one} \\ y = {other} \end{{cases}}", "cases", mode="tex")
    yield spell(rf"x={one}\text{{ and }}y={other}", "and in a formula", mode="tex", new=True)
    yield spell(f"({one}, {other})".replace("-", "−"), "minus signs of Unicode", mode="prose")


def _misses_of_pair(one: int, other: int) -> Iterator[Spelling]:
    for a, b, name, new in (
        (other, one, "swapped", False), (-one, other, "sign of x", False),
        (one, -other, "sign of y", False), (one + 1, other, "x off by one", False),
        (one, other - 1, "y off by one", False), (one, other * 10, "y ten times", True),
        (one, one, "x twice", True), (other, other, "y twice", True),
    ):  # fmt: skip
        if (a, b) != (one, other):
            yield spell(f"({a}, {b})", name, "pair", new=new)
            yield spell(f"x = {a}, y = {b}", f"{name}, labels", "pair", new=new)
    yield spell(f"x = {one}", "y lost", "pair")
    yield spell(f"{other}", "y alone", "pair", new=True)
    yield spell(f"({one}, {other}, 0)", "a third number", "pair")
    yield spell(f"{one + other}", "sum", "pair", new=True)
    yield spell(f"a = {one}, b = {other + 1}", "other letters", "pair", new=True)


def _unit_behind(value: Fraction, unit: str) -> Iterator[Whole]:
    box = Production("unit behind the box", "box", True)
    yield Whole(box, True, f"Working it out leads to $\\boxed{{{latex(value)}}}$ {unit}.")
    yield Whole(box, True, f"Let us see.\n\n**Answer:** $\\boxed{{{latex(value)}}}$ {unit}")
    yield Whole(box, False, f"Let us see.\n\n**Answer:** $\\boxed{{{latex(value + 1)}}}$ {unit}")
    yield Whole(box, False, f"Let us see.\n\n**Answer:** $\\boxed{{{latex(value)}}}$ kg")
    said = Production("unit said before", "on the way", True)
    yield Whole(said, False, f"In {unit}: the number is {value}.\n\nAnswer: {value + 2} {unit}")


def _two_lines(one: int, other: int) -> Iterator[Whole]:
    lines = Production("solutions on two lines", "below the mark", False)
    yield Whole(lines, True, f"Factor it.\n\nAnswer:\nx = {one}\nx = {other}")
    yield Whole(lines, True, f"**Answer:**\n\n- x = {one}\n- x = {other}")
    yield Whole(lines, True, f"Answer:\n$$x = {one}$$\n$$x = {other}$$")
    yield Whole(lines, False, f"Factor it.\n\nAnswer:\nx = {one}\nx = {other + 1}")
    yield Whole(lines, False, f"**Answer:**\n\n- x = {one}\n- x = {-other - 1}")
    boxes = Production("two boxes", "box", False)
    yield Whole(boxes, True, f"The solutions are $\\boxed{{{one}}}$ and $\\boxed{{{other}}}$.")
    yield Whole(boxes, False, f"The solutions are $\\boxed{{{one}}}$ and $\\boxed{{{other + 2}}}$.")
    later = Production("second solution alone in the end", "on the way", True)
    yield Whole(later, False, f"One is x = {one}.\n\nIs there more?\n\nAnswer: x = {other}")


def _pair_lines(one: int, other: int) -> Iterator[Whole]:
    lines = Production("pair on two lines", "below the mark", False)
    yield Whole(lines, True, f"Subtract.\n\nAnswer:\nx = {one}\ny = {other}")
    yield Whole(lines, True, f"**Answer:**\n\n- x = {one}\n- y = {other}")
    yield Whole(lines, False, f"Subtract.\n\nAnswer:\nx = {one + 1}\ny = {other}")
    yield Whole(lines, False, f"**Answer:**\n\n- x = {other + 1}\n- y = {one}")
    later = Production("second number alone in the end", "on the way", True)
    yield Whole(later, False, f"So x = {one}.\n\nPut it in.\n\nAnswer: y = {other}")
