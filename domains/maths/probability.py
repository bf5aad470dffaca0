"""Statistics and probability: means, medians, spread, chances."""

import random
from fractions import Fraction

from .template import (
    Exercise,
    Numbers,
    WorkedProblem,
    chain,
    num,
    par,
    plus,
    reduce_fraction,
    size,
    size_and,
)


def _missing_numbers(rnd: random.Random, level: int) -> Numbers:
    mean = size(rnd, level) + 2
    while True:
        known = sorted(rnd.randint(1, 2 * mean) for _ in range(min(level, 3) + 2))
        if mean * (len(known) + 1) > sum(known):
            return mean, *known


def _missing(mean: int, *known: int) -> WorkedProblem:
    n = len(known) + 1
    total = mean * n
    x = total - sum(known)
    return WorkedProblem(
        text=f"The mean of {n} numbers is {mean}. All but one of them are "
        f"{', '.join(map(str, known))}. What is the missing number?",
        answer=num(x),
        equation=f"({chain(' + ', known)} + x)/{n} = {mean}",
        working=(
            f"{n}*{mean} = {total}",
            f"{chain(' + ', known)} = {sum(known)}",
            f"x = {total} - {sum(known)} = {x}",
        ),
        check=f"({sum(known)} + {x})/{n} = {mean}",
        values={"x": [num(x)]},
        stages=[num(total), num(sum(known))],
    )


def _middle_numbers(rnd: random.Random, level: int) -> Numbers:
    most = size(rnd, level) + 4
    rest = [rnd.randint(1, most - 1) for _ in range({1: 4, 2: 4, 3: 6, 4: 6}[level])]
    return (*sorted(rest), most)


def _middle(*data: int) -> WorkedProblem:
    n, median = len(data), data[len(data) // 2]
    mean = Fraction(sum(data), n)
    shown = [data[(i * 2) % n] for i in range(n)]
    return WorkedProblem(
        text=f"By how much is the mean of {', '.join(map(str, shown))} above their median? Give a "
        "fraction in lowest terms (negative if it is below).",
        answer=num(mean - median),
        form="lowest",
        equation=f"m = ({chain(' + ', data)})/{n}",
        working=(
            f"sorted: {', '.join(map(str, data))}; the middle one is {median}",
            f"m = {reduce_fraction(sum(data), n)}",
            f"m - {median} = {mean} - {median} = {mean - median}",
        ),
        check=f"{median}{plus(mean - median)} = {mean}",
        values={"m": [num(mean)]},
        stages=[num(mean), num(median), num(sum(data))],
    )


def _draw_twice(red: int, blue: int) -> WorkedProblem:
    n = red + blue
    chance = Fraction(red * (red - 1), n * (n - 1))
    return WorkedProblem(
        text=f"A bag holds {red} red and {blue} blue balls. Two are drawn without putting any "
        "back. What is the probability that both are red? Give a fraction in lowest terms.",
        answer=num(chance),
        form="lowest",
        equation=f"p = {red}/{n}*{red - 1}/{n - 1}",
        working=(
            f"{red} + {blue} = {n} balls, then {n} - 1 = {n - 1}",
            f"{red}*{red - 1} = {red * (red - 1)}, {n}*{n - 1} = {n * (n - 1)}",
            f"p = {reduce_fraction(red * (red - 1), n * (n - 1))}",
        ),
        check=f"{par(chance)}*{n * (n - 1)} = {red * (red - 1)}",
        values={"p": [num(chance)]},
        stages=[num(Fraction(red, n)), num(Fraction(red - 1, n - 1))],
    )


def _spread_numbers(rnd: random.Random, level: int) -> Numbers:
    mean = size(rnd, level)
    while True:
        away = [rnd.randint(-min(mean, 6), 6) for _ in range(min(level, 3) + 2)]
        away.append(-sum(away))
        if any(away) and mean + away[-1] >= 0:
            return (*sorted(mean + step for step in away),)


def _spread(*data: int) -> WorkedProblem:
    n = len(data)
    mean = sum(data) // n
    away = [number - mean for number in data]
    squares = sum(step * step for step in away)
    variance = Fraction(squares, n)
    return WorkedProblem(
        text=f"Find the population variance of {', '.join(map(str, data))}. Give an integer or a "
        "fraction in lowest terms.",
        answer=num(variance),
        form="lowest",
        equation=f"m = ({chain(' + ', data)})/{n} = {mean}",
        working=(
            "squares: " + ", ".join(f"({x} - {mean})^2 = {(x - mean) ** 2}" for x in data),
            f"{chain(' + ', [step * step for step in away])} = {squares}",
            f"variance = {reduce_fraction(squares, n)}",
        ),
        check=f"{chain(' + ', away)} = 0, {par(variance)}*{n} = {squares}",
        values={"m": [num(mean)]},
        stages=[num(squares), num(mean)],
    )  # fmt: skip


def _groups(n: int, mean: int, m: int, other: int) -> WorkedProblem:
    total = n * mean + m * other
    whole = Fraction(total, n + m)
    return WorkedProblem(
        text=f"In a test {n} pupils have a mean of {mean} points and {m} others a mean of {other}. "
        "What is the mean of all of them? Give an integer or a fraction in lowest terms.",
        answer=num(whole),
        form="lowest",
        equation=f"m = ({n}*{mean} + {m}*{other})/({n} + {m})",
        working=(
            f"{n}*{mean} = {n * mean}, {m}*{other} = {m * other}",
            f"{n * mean} + {m * other} = {total}, {n} + {m} = {n + m}",
            f"m = {reduce_fraction(total, n + m)}",
        ),
        check=f"{par(whole)}*{n + m} = {total}",
        values={"m": [num(whole)]},
        stages=[num(total), num(Fraction(mean + other, 2))],
    )


def _game(n: int, lucky: int, wins: int, loses: int) -> WorkedProblem:
    gain, loss = lucky * wins, (n - lucky) * loses
    mean = Fraction(gain - loss, n)
    return WorkedProblem(
        text=f"A fair wheel has {n} equal fields. On {lucky} of them a player wins {wins} points, "
        f"on the others the player loses {loses}. What is the expected gain of a turn? Give an "
        "integer or a fraction in lowest terms (negative for a loss).",
        answer=num(mean),
        form="lowest",
        equation=f"E = {lucky}/{n}*{wins} - {n - lucky}/{n}*{loses}",
        working=(
            f"{lucky}*{wins} = {gain}, {n - lucky}*{loses} = {loss}",
            f"E = ({gain} - {loss})/{n} = {mean}",
        ),
        check=f"{par(mean)}*{n} + {loss} = {gain}",
        values={"E": [num(mean)]},
        stages=[num(gain), num(gain - loss), num(Fraction(gain, n))],
    )


TEMPLATES = (
    Exercise("missing number", _missing_numbers, _missing),
    Exercise("mean and median", _middle_numbers, _middle),
    Exercise("two draws", size_and(range(2, 16)), _draw_twice),
    Exercise("variance", _spread_numbers, _spread),
    Exercise(
        "two groups", size_and(range(40, 96), lambda n: range(2, n), range(40, 96), more=1), _groups
    ),
    Exercise(
        "expected gain",
        size_and(lambda n: range(1, n), range(2, 21), range(1, 11), more=3),
        _game,
        away=True,
    ),
)
