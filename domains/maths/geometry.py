"""Lengths, areas and volumes, with their units."""

from fractions import Fraction

from .template import Exercise, WorkedProblem, num, size_and

_UNITS = ("cm", "m", "mm", "km")
_UNIT = range(len(_UNITS))


def _rectangle(side: int, other: int, unit: int) -> WorkedProblem:
    u, around = _UNITS[unit], 2 * (side + other)
    return WorkedProblem(
        text=f"A rectangle has a perimeter of {around} {u}. One side is {side} {u} long. "
        "What is its area? Give the unit.",
        answer=num(side * other),
        unit=f"{u}^2",
        equation=f"2*({side} + b) = {around}",
        working=(
            f"b = {around}/2 - {side} = {other} {u}",
            f"area = {side}*{other} = {side * other} {u}^2",
        ),
        check=f"2*({side} + {other}) = {around}, {side * other}/{side} = {other}",
        values={"b": [num(other)]},
        stages=[num(other), num(Fraction(around, 2))],
    )


_TRIPLES = ((3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29), (9, 40, 41))


def _triangle(scale: int, triple: int, unit: int) -> WorkedProblem:
    a, b, c = (scale * side for side in _TRIPLES[triple])
    u = _UNITS[unit]
    return WorkedProblem(
        text=f"The legs of a right triangle are {a} {u} and {b} {u} long. What is its perimeter? "
        "Give the unit.",
        answer=num(a + b + c),
        unit=u,
        equation=f"c^2 = {a}^2 + {b}^2",
        working=(
            f"c^2 = {a * a} + {b * b} = {c * c}",
            f"c = sqrt({c * c}) = {c} {u}",
            f"perimeter = {a} + {b} + {c} = {a + b + c} {u}",
        ),
        check=f"{c}*{c} = {c * c}, {a + b + c} - {a} - {b} = {c}",
        values={"c": [num(c)]},
        stages=[num(c), num(c * c), num(a + b)],
    )


def _ring(inner: int, outer: int, unit: int) -> WorkedProblem:
    u, area = _UNITS[unit], outer**2 - inner**2
    return WorkedProblem(
        text=f"A round pond of diameter {2 * inner} {u} has a path around it; the outer edge of "
        f"the path is a circle of diameter {2 * outer} {u}. What is the area of the path? Leave "
        "pi in the answer and give the unit.",
        answer=f"{area}pi",
        unit=f"{u}^2",
        equation="A = pi*R^2 - pi*r^2",
        working=(
            f"R = {2 * outer}/2 = {outer}, r = {2 * inner}/2 = {inner}",
            f"A = {outer**2}pi - {inner**2}pi = {area}pi {u}^2",
        ),
        check=f"{area}pi + {inner**2}pi = pi*{outer}^2",
        values={"A": [f"{area}pi"], "R": [num(outer)], "r": [num(inner)]},
        stages=[f"{outer**2}pi", f"{inner**2}pi"],
    )


def _box(a: int, b: int, h: int, unit: int) -> WorkedProblem:
    u, surface = _UNITS[unit], 2 * (a * b + a * h + b * h)
    return WorkedProblem(
        text=f"A closed box with a base of {a} {u} by {b} {u} holds {a * b * h} {u}^3. What is its "
        "surface area? Give the unit.",
        answer=num(surface),
        unit=f"{u}^2",
        equation=f"{a}*{b}*h = {a * b * h}",
        working=(
            f"h = {a * b * h}/{a * b} = {h} {u}",
            f"{a}*{b} = {a * b}, {a}*{h} = {a * h}, {b}*{h} = {b * h}",
            f"surface = 2*({a * b} + {a * h} + {b * h}) = {surface} {u}^2",
        ),
        check=f"{a}*{b}*{h} = {a * b * h}, {surface}/2 = {a * b} + {a * h} + {b * h}",
        values={"h": [num(h)]},
        stages=[num(h), num(surface // 2)],
    )


_BARE = (2, 3, 5, 6, 7, 10)
"""Under a root nothing can be taken out of them."""


def _diagonal(factor: int, bare: int, leg: int, unit: int) -> WorkedProblem:
    u, square = _UNITS[unit], factor**2 * bare
    return WorkedProblem(
        text=f"In a right triangle the hypotenuse is sqrt({square + leg**2}) {u} and one leg {leg} "
        f"{u} long. How long is the other leg? Give an exact root in simplest form, and the unit.",
        answer=f"{factor}sqrt({bare})",
        unit=u,
        form="root",
        equation=f"b^2 = {square + leg**2} - {leg}^2",
        working=(
            f"b^2 = {square + leg**2} - {leg**2} = {square}",
            f"b = sqrt({factor**2}*{bare}) = {factor}sqrt({bare}) {u}",
        ),
        check=f"(b)^2 + {leg}^2 = {factor**2}*{bare} + {leg**2} = {square + leg**2}",
        values={"b": [f"{factor}sqrt({bare})"]},
        stages=[num(square)],
    )


def _trapezium(a: int, c: int, h: int, unit: int) -> WorkedProblem:
    u, area = _UNITS[unit], Fraction((a + c) * h, 2)
    return WorkedProblem(
        text=f"The parallel sides of a trapezium are {a} {u} and {c} {u} long and lie {h} {u} "
        "apart. What is its area? Give the unit.",
        answer=num(area),
        unit=f"{u}^2",
        equation=f"A = ({a} + {c})/2*{h}",
        working=(
            f"({a} + {c})/2 = {(a + c) // 2} {u}",
            f"A = {(a + c) // 2}*{h} = {area} {u}^2",
        ),
        check=f"{area}/{h} = {(a + c) // 2}, 2*{(a + c) // 2} - {a} = {c}",
        values={"A": [num(area)]},
        stages=[num((a + c) // 2), num(a + c)],
    )


def _cylinder(r: int, h: int, unit: int) -> WorkedProblem:
    u, volume = _UNITS[unit], r * r * h
    return WorkedProblem(
        text=f"A cylinder has a diameter of {2 * r} {u} and a height of {h} {u}. What is its "
        "volume? Leave pi in the answer and give the unit.",
        answer=f"{volume}pi",
        unit=f"{u}^3",
        equation="V = pi*r^2*h",
        working=(
            f"r = {2 * r}/2 = {r} {u}",
            f"V = pi*{r}^2*{h} = {r * r}*{h}pi = {volume}pi {u}^3",
        ),
        check=f"{volume}pi/{h} = {r * r}pi, sqrt({r * r}) = {r}",
        values={"r": [num(r)], "h": [num(h)], "V": [f"{volume}pi"]},
        stages=[f"{r * r}pi", num(r)],
    )


TEMPLATES = (
    Exercise("rectangle", size_and(range(2, 31), _UNIT), _rectangle),
    Exercise("right triangle", size_and(range(len(_TRIPLES)), _UNIT), _triangle),
    Exercise("ring", size_and(lambda r: range(r + 1, r + 13), _UNIT), _ring),
    Exercise("box", size_and(lambda a: range(a, a + 9), range(2, 21), _UNIT), _box),
    Exercise("root", size_and(_BARE, range(1, 13), _UNIT), _diagonal),
    Exercise(
        "trapezium",
        size_and(lambda a: range(a + 2, a + 19, 2), range(3, 26), _UNIT),
        _trapezium,
        away=True,
    ),
    Exercise("cylinder", size_and(range(2, 21), _UNIT), _cylinder, away=True),
)
