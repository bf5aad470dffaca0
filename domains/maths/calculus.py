"""Derivatives, integrals, and what they say about a curve."""

import random

from .template import (
    Exercise,
    Numbers,
    WorkedProblem,
    antiderivative,
    at,
    derivative,
    nonzero,
    num,
    par,
    plus,
    poly,
    put_in,
    size,
    size_and,
)


def _slope(a: int, b: int, c: int, x: int) -> WorkedProblem:
    f = (a, b, c, 0)
    rate = derivative(f)
    squares, lines = rate[0] * x * x, rate[1] * x
    return WorkedProblem(
        text=f"f(x) = {poly(f)}. Find f'({x}).",
        answer=num(at(rate, x)),
        equation=f"f'(x) = {poly(rate)}",
        working=(
            f"f'({x}) = {put_in(rate, x)}",
            f"f'({x}) = {squares}{plus(lines)}{plus(rate[2])} = {at(rate, x)}",
        ),
        check=f"3*{a} = {3 * a}, 2*{par(b)} = {2 * b}, "
        f"{par(3 * a)}*{par(x)}^2 = {squares}, {par(2 * b)}*{par(x)} = {lines}",
        functions={"f": poly(f), "f'": poly(rate)},
        stages=[num(squares), num(at(f, x))],
    )


def _product(a: int, b: int, c: int, d: int) -> WorkedProblem:
    whole = (a * c, b * c, a * d, b * d)
    rate = derivative(whole)
    one, other = poly((a, b)), poly((c, 0, d))
    return WorkedProblem(
        text=f"f(x) = ({one})({other}). Find f'(x), expanded and with like terms collected.",
        kind="expression",
        answer=poly(rate),
        form="expanded",
        equation=f"f'(x) = {a}({other}) + ({one})*{2 * c}x",
        working=(
            f"f'(x) = {poly((a * c, 0, a * d))} + {poly((2 * a * c, 2 * b * c, 0))}",
            f"{a * c} + {2 * a * c} = {3 * a * c}",
            f"f'(x) = {poly(rate)}",
        ),
        check=f"f(x) = {poly(whole)}, f'(x) = {poly(rate)}",
        functions={"f": f"({one})({other})", "f'": poly(rate)},
        stages=[poly(whole)],
    )


def _integral_numbers(rnd: random.Random, level: int) -> Numbers:
    low = rnd.randint(-2, 2)
    return size(rnd, level), nonzero(rnd, 9), nonzero(rnd, 9), low, low + rnd.randint(1, 4)


def _integral(a: int, b: int, c: int, low: int, high: int) -> WorkedProblem:
    f = (a, b, c)
    whole = antiderivative(f)
    top, bottom = at(whole, high), at(whole, low)
    return WorkedProblem(
        text=f"Find the definite integral of {poly(f)} from x = {low} to x = {high}. Give an "
        "integer or a fraction in lowest terms.",
        answer=num(top - bottom),
        form="lowest",
        equation=f"F(x) = {poly(whole)}",
        working=(
            f"F({high}) = {put_in(whole, high)} = {top}",
            f"F({low}) = {put_in(whole, low)} = {bottom}",
            f"F({high}) - F({low}) = {top} - {par(bottom)} = {top - bottom}",
        ),
        check=f"F'(x) = {poly(derivative(whole))}, "
        f"{par(top - bottom)} + {par(bottom)} = {par(top)}",
        functions={"F": poly(whole), "F'": poly(f)},
        stages=[num(top), num(bottom), num(at(f, high) - at(f, low))],
    )


def _summit(a: int, x: int, c: int) -> WorkedProblem:
    f = (-a, 2 * a * x, c)
    y = at(f, x)
    return WorkedProblem(
        text=f"Find the highest point (x, y) of the curve y = {poly(f)}.",
        kind="pair",
        answer=f"({x}, {y})",
        equation=f"f'(x) = {poly(derivative(f))} = 0",
        working=(
            f"x = {par(-2 * a * x)}/{par(-2 * a)} = {x}",
            f"y = {put_in(f, x)}",
            f"y = {-a * x * x}{plus(2 * a * x * x)}{plus(c)} = {y}",
        ),
        check=f"{par(-2 * a)}*{par(x)}{plus(2 * a * x)} = 0, f({x}) = {y}",
        values={"x": [num(x)], "y": [num(y)]},
        functions={"f": poly(f), "f'": poly(derivative(f))},
        stages=[num(x), num(y)],
    )


def _falling_numbers(rnd: random.Random, level: int) -> Numbers:
    r = nonzero(rnd, 6)
    return size(rnd, level), r, r + 2 * rnd.choice([k for k in range(1, 6) if r + 2 * k])


def _falling(a: int, r: int, s: int) -> WorkedProblem:
    rate = (3 * a, -3 * a * (r + s), 3 * a * r * s)
    f = (a, -3 * a * (r + s) // 2, 3 * a * r * s, 0)
    return WorkedProblem(
        text=f"On which open interval does f(x) = {poly(f)} decrease?",
        kind="interval",
        answer=f"({r}, {s})",
        equation=f"f'(x) = {poly(rate)}",
        working=(
            f"f'(x) = {3 * a}(x{plus(-r)})(x{plus(-s)})",
            f"f'({r}) = 0, f'({s}) = 0",
            f"f' is below 0 for {r} < x < {s}",
        ),
        check=f"({r} + {par(s)})/2 = {(r + s) // 2}, "
        f"f'({(r + s) // 2}) = {at(rate, (r + s) // 2)} < 0",
        functions={"f": poly(f), "f'": poly(rate)},
        stages=[num(r), num(s)],
    )


def _tangent(a: int, b: int, c: int, x: int) -> WorkedProblem:
    f = (a, b, c)
    rate, y = at(derivative(f), x), at(f, x)
    line = poly((rate, y - rate * x))
    return WorkedProblem(
        text=f"Find the tangent to the curve y = {poly(f)} at x = {x}, in the form y = mx + b.",
        kind="expression",
        answer=line,
        form="expanded",
        equation=f"f'(x) = {poly(derivative(f))}",
        working=(
            f"f'({x}) = {put_in(derivative(f), x)} = {rate}",
            f"f({x}) = {put_in(f, x)} = {y}",
            f"{y} - {par(rate)}*{par(x)} = {y - rate * x}",
            f"y = {line}",
        ),
        check=f"{par(rate)}*{par(x)}{plus(y - rate * x)} = {y}",
        values={"x": [num(x)], "y": [num(y)]},
        functions={"f": poly(f), "f'": poly(derivative(f))},
        stages=[num(rate), num(y)],
    )


def _chain_rule(a: int, b: int, power: int, x: int) -> WorkedProblem:
    inner = a * x + b
    found = power * a * inner ** (power - 1)
    return WorkedProblem(
        text=f"f(x) = ({poly((a, b))})^{power}. Find f'({x}).",
        answer=num(found),
        equation=f"f'(x) = {power}*{a}*({poly((a, b))})^{power - 1}",
        working=(
            f"{a}*{par(x)}{plus(b)} = {inner}",
            f"f'({x}) = {power * a}*{par(inner)}^{power - 1} = {found}",
        ),
        check=f"{power}*{a} = {power * a}, {par(inner)}^{power - 1} = {inner ** (power - 1)}",
        functions={"f'": f"{power}*{a}*({poly((a, b))})^{power - 1}"},
        stages=[num(inner), num(power * inner ** (power - 1))],
    )


TEMPLATES = (
    Exercise("slope", size_and(9, 9, 4), _slope),
    Exercise("derivative of a product", size_and(9, range(1, 6), 9), _product),
    Exercise("definite integral", _integral_numbers, _integral),
    Exercise("highest point", size_and(7, 20), _summit),
    Exercise("falling", _falling_numbers, _falling),
    Exercise("tangent", size_and(9, 9, 5), _tangent, away=True),
    Exercise("chain rule", size_and(9, range(2, 5), range(-2, 3)), _chain_rule, away=True),
)
