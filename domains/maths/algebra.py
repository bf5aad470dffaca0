"""Equations, systems, inequalities, products."""

import random
from fractions import Fraction

from .template import (
    Exercise,
    Numbers,
    WorkedProblem,
    nonzero,
    num,
    par,
    plus,
    poly,
    size,
    size_and,
)


def _two_steps_numbers(rnd: random.Random, level: int) -> Numbers:
    return size(rnd, level), nonzero(rnd, 4 * level + 8), nonzero(rnd, 3 * level + 6)


def _two_steps(a: int, b: int, x: int) -> WorkedProblem:
    c = a * x + b
    return WorkedProblem(
        text=f"Solve for x: {poly((a, b))} = {c}",
        answer=num(x),
        equation=f"{poly((a, b))} = {c}",
        working=(f"{a}x = {c}{plus(-b)} = {c - b}", f"x = {par(c - b)}/{a} = {x}"),
        check=f"{a}*{par(x)}{plus(b)} = {c}",
        values={"x": [num(x)]},
        stages=[num(c - b)],
    )


def _both_sides_numbers(rnd: random.Random, level: int) -> Numbers:
    c = size(rnd, level)
    return c + rnd.randint(2, 9), nonzero(rnd, 12), c, nonzero(rnd, 8)


def _both_sides(a: int, b: int, c: int, x: int) -> WorkedProblem:
    d = (a - c) * x + b
    return WorkedProblem(
        text=f"Solve for x: {poly((a, b))} = {poly((c, d))}",
        answer=num(x),
        equation=f"{poly((a, b))} = {poly((c, d))}",
        working=(
            f"{a}x - {c}x = {d}{plus(-b)}",
            f"{a - c}x = {d - b}",
            f"x = {par(d - b)}/{a - c} = {x}",
        ),
        check=f"{a}*{par(x)}{plus(b)} = {a * x + b} = {c}*{par(x)}{plus(d)}",
        values={"x": [num(x)]},
        stages=[num(d - b)],
    )


def _roots_numbers(rnd: random.Random, level: int) -> Numbers:
    larger = rnd.choice((-1, 1)) * size(rnd, level)
    smaller = nonzero(rnd, abs(larger) - 1)
    return (*sorted((larger, smaller)),)


def _roots(r: int, s: int) -> WorkedProblem:
    whole = poly((1, -r - s, r * s))
    factors = f"(x{plus(-r)})(x{plus(-s)})"
    return WorkedProblem(
        text=f"Find all solutions of {whole} = 0.",
        kind="solutions",
        answer=f"x = {r} or x = {s}",
        equation=f"{whole} = {factors} = 0",
        working=(
            f"{par(-r)}*{par(-s)} = {r * s}, {par(-r)} + {par(-s)} = {-r - s}",
            f"x{plus(-r)} = 0 or x{plus(-s)} = 0",
            f"x = {r} or x = {s}",
        ),
        check=", ".join(f"{par(x)}^2{_times(-r - s, x)}{plus(r * s)} = 0" for x in (r, s)),
        values={"x": [num(r), num(s)]},
        stages=[num(-r), num(-s)],
    )


def _times(factor: int, number: int) -> str:
    return f"{plus(factor)}*{par(number)}" if factor else ""


def _system(a: int, b: int, x: int, y: int) -> WorkedProblem:
    total, mixed = x + y, a * x + b * y
    second = f"{a}x + {'' if b == 1 else b}y = {mixed}"
    return WorkedProblem(
        text=f"Solve the system x + y = {total} and {second}. Give (x, y).",
        kind="pair",
        answer=f"({x}, {y})",
        equation=f"x + y = {total}, {second}",
        working=(
            f"y = {total} - x",
            f"{a}x + {b}({total} - x) = {mixed}",
            f"{par(a - b)}x = {mixed}{plus(-b * total)} = {mixed - b * total}",
            f"x = {par(mixed - b * total)}/{par(a - b)} = {x}",
            f"y = {total}{plus(-x)} = {y}",
        ),
        check=f"{par(x)} + {par(y)} = {total}, {a}*{par(x)} + {b}*{par(y)} = {mixed}",
        values={"x": [num(x)], "y": [num(y)]},
        stages=[num(x), num(y)],
    )


def _inequality_numbers(rnd: random.Random, level: int) -> Numbers:
    a = size(rnd, level) * (rnd.choice((-1, 1)) if level > 1 else 1)
    low = rnd.randint(-9, 6)
    return a, nonzero(rnd, 12), low, low + rnd.randint(1, 9), rnd.randint(0, 1), rnd.randint(0, 1)


def _inequality(
    a: int, b: int, low: int, high: int, with_low: int, with_high: int
) -> WorkedProblem:
    first, last = (low, high) if a > 0 else (high, low)
    signs = [("<=" if closed else "<") for closed in (with_low, with_high)]
    one, other = signs if a > 0 else signs[::-1]
    left, right = a * first + b, a * last + b
    flip = "" if a > 0 else f"Dividing by {a} turns the signs.\n"
    answer = f"{'[' if with_low else '('}{low}, {high}{']' if with_high else ')'}"
    return WorkedProblem(
        text=f"Solve {left} {one} {poly((a, b))} {other} {right}. Give the interval of x.",
        kind="interval",
        answer=answer,
        equation=f"{left} {one} {poly((a, b))} {other} {right}",
        working=(
            f"{left}{plus(-b)} = {left - b}, {right}{plus(-b)} = {right - b}",
            f"{left - b} {one} {poly((a, 0))} {other} {right - b}",
            f"{flip}{par(left - b)}/{par(a)} = {first}, {par(right - b)}/{par(a)} = {last}",
            f"{low} {signs[0]} x {signs[1]} {high}",
        ),
        check=f"{a}*{par(low)}{plus(b)} = {a * low + b}, {a}*{par(high)}{plus(b)} = {a * high + b}",
        stages=[num(left - b), num(right - b)],
    )


def _expand_numbers(rnd: random.Random, level: int) -> Numbers:
    one = size(rnd, level), nonzero(rnd, 9)
    # A product is the same whichever factor comes first.
    return *max(one, other := (rnd.randint(1, 5), nonzero(rnd, 9))), *min(one, other)


def _expand(a: int, b: int, c: int, d: int) -> WorkedProblem:
    product = f"({poly((a, b))})({poly((c, d))})"
    whole = poly((a * c, a * d + b * c, b * d))
    return WorkedProblem(
        text=f"Expand and collect like terms: {product}",
        kind="expression",
        answer=whole,
        form="expanded",
        equation=product + " = " + " + ".join(
            f"{par(one)}{x}*{par(other)}{y}"
            for one, x in ((a, "x"), (b, "")) for other, y in ((c, "x"), (d, ""))
        ),
        working=(
            f"{product} = {poly((a * c, a * d, 0))}{plus(b * c)}x{plus(b * d)}",
            f"{par(a * d)} + {par(b * c)} = {a * d + b * c}",
            f"{product} = {whole}",
        ),
        check=f"At 1: ({a}{plus(b)})*({c}{plus(d)}) = {(a + b) * (c + d)}, "
        f"{a * c}{plus(a * d + b * c)}{plus(b * d)} = {(a + b) * (c + d)}",
        values={"x": []},
    )  # fmt: skip


def _brackets(a: int, b: int, c: int, d: int, x: int) -> WorkedProblem:
    e = a * (b * x + c) + d
    inner = Fraction(e - d, a)
    return WorkedProblem(
        text=f"Solve for x: {a}({poly((b, c))}){plus(d)} = {e}",
        answer=num(x),
        equation=f"{a}({poly((b, c))}){plus(d)} = {e}",
        working=(
            f"{a}({poly((b, c))}) = {e}{plus(-d)} = {e - d}",
            f"{poly((b, c))} = {par(e - d)}/{a} = {inner}",
            f"{b}x = {inner}{plus(-c)} = {inner - c}",
            f"x = {par(inner - c)}/{b} = {x}",
        ),
        check=f"{a}*({b}*{par(x)}{plus(c)}){plus(d)} = {e}",
        values={"x": [num(x)]},
        stages=[num(e - d), num(inner), num(inner - c)],
    )


def _distance_numbers(rnd: random.Random, level: int) -> Numbers:
    return nonzero(rnd, 20), size(rnd, level), rnd.randint(0, 1)


def _distance(middle: int, far: int, closed: int) -> WorkedProblem:
    sign = "<=" if closed else "<"
    low, high = middle - far, middle + far
    return WorkedProblem(
        text=f"Solve |x{plus(-middle)}| {sign} {far}. Give the interval of x.",
        kind="interval",
        answer=f"{'[' if closed else '('}{low}, {high}{']' if closed else ')'}",
        equation=f"-{far} {sign} x{plus(-middle)} {sign} {far}",
        working=(
            f"{par(middle)} - {far} = {low}, {par(middle)} + {far} = {high}",
            f"{low} {sign} x {sign} {high}",
        ),
        check=f"{low}{plus(-middle)} = -{far}, {high}{plus(-middle)} = {far}",
        stages=[num(far), num(high)],
    )


TEMPLATES = (
    Exercise("two-step equation", _two_steps_numbers, _two_steps),
    Exercise("unknown on both sides", _both_sides_numbers, _both_sides),
    Exercise("quadratic", _roots_numbers, _roots),
    Exercise("system", size_and(lambda a: [*range(1, a), *range(a + 1, a + 4)], 9, 9), _system),
    Exercise("inequality", _inequality_numbers, _inequality),
    Exercise("product", _expand_numbers, _expand),
    Exercise("nested brackets", size_and(range(2, 8), 9, 20, 9), _brackets, away=True),
    Exercise("distance", _distance_numbers, _distance, away=True),
)
