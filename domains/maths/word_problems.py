"""Word problems: money, motion, shares, ages, filling and working together."""

import random
from fractions import Fraction

from .template import Exercise, Numbers, WorkedProblem, num, par, reduce_fraction, size, size_and

_NAMES = ("Ada", "Ben", "Chen", "Dina", "Emil", "Fatma", "Goran", "Hana")
_THINGS = (("pencils", "notebooks"), ("apples", "melons"), ("stamps", "cards"), ("cups", "plates"))


def _who(*numbers: int) -> tuple[str, str]:
    """Choose two names by the numbers: the same problem names the same people."""
    first = sum(numbers) % len(_NAMES)
    return _NAMES[first], _NAMES[(first + 1 + numbers[0] % 7) % len(_NAMES)]


def _change_numbers(rnd: random.Random, level: int) -> Numbers:
    a, p, q = size(rnd, level) + 1, rnd.randint(2, 9), rnd.randint(2, 9)
    b = rnd.randint(2, a - 1)
    return a, p, b, q, -(-(a * p + b * q + 1) // 50) * 50


def _change(a: int, p: int, b: int, q: int, paid: int) -> WorkedProblem:
    name, _ = _who(a, p, b, q)
    few, many = _THINGS[(a + q) % len(_THINGS)]
    cost, left = a * p + b * q, paid - a * p - b * q
    return WorkedProblem(
        text=f"{name} buys {a} {few} at ${p} each and {b} {many} at ${q} each, and pays with "
        f"${paid}. How much change does {name} get? Give the unit.",
        answer=num(left),
        unit="$",
        equation=f"x = {paid} - ({a}*{p} + {b}*{q})",
        working=(
            f"{a}*{p} = {a * p}, {b}*{q} = {b * q}",
            f"{a * p} + {b * q} = {cost} dollars",
            f"x = {paid} - {cost} = {left} dollars",
        ),
        check=f"{left} + {a * p} + {b * q} = {paid}",
        values={"x": [num(left)]},
        stages=[num(cost), num(paid - a * p)],
    )


def _trip(fast: int, hours: int, slow: int, more: int) -> WorkedProblem:
    name, _ = _who(fast, hours, slow, more)
    way = fast * hours + slow * more
    speed = Fraction(way, hours + more)
    return WorkedProblem(
        text=f"{name} drives {hours} h at {fast} km/h and then {more} h at {slow} km/h. What is "
        "the average speed of the whole trip? Give an integer or a fraction, and the unit.",
        answer=num(speed),
        unit="km/h",
        equation=f"v = ({fast}*{hours} + {slow}*{more})/({hours} + {more})",
        working=(
            f"{fast}*{hours} = {fast * hours} km, {slow}*{more} = {slow * more} km",
            f"{fast * hours} + {slow * more} = {way} km, {hours} + {more} = {hours + more} h",
            f"v = {reduce_fraction(way, hours + more)} km/h",
        ),
        check=f"{par(speed)}*{hours + more} = {way}",
        values={"v": [num(speed)]},
        stages=[num(way), num(Fraction(fast + slow, 2))],
    )


def _shares(a: int, b: int, c: int, each: int) -> WorkedProblem:
    one, other = _who(a, b, c, each)
    parts = a + b + c
    return WorkedProblem(
        text=f"{one}, {other} and a friend share ${parts * each} in the ratio {a}:{b}:{c}. How "
        f"much does {one} get? Give the unit.",
        answer=num(a * each),
        unit="$",
        equation=f"x = {parts * each}*{a}/({a} + {b} + {c})",
        working=(
            f"{a} + {b} + {c} = {parts} parts",
            f"{parts * each}/{parts} = {each} dollars a part",
            f"x = {a}*{each} = {a * each} dollars",
        ),
        check=f"{a * each} + {b * each} + {c * each} = {parts * each}",
        values={"x": [num(a * each)]},
        stages=[num(each), num(parts)],
    )


def _prices(price: int, up: int, down: int) -> WorkedProblem:
    risen = Fraction(price * (100 + up), 100)
    fallen = risen * (100 - down) / 100
    return WorkedProblem(
        text=f"A coat costs ${price}. Its price rises by {up}% and then falls by {down}%. What "
        "does it cost now? Give the exact amount and the unit.",
        answer=_money(fallen),
        unit="$",
        equation=f"x = {price}*{100 + up}/100*{100 - down}/100",
        working=(
            f"{price}*{100 + up}/100 = {_money(risen)} dollars",
            f"x = {_money(risen)}*{100 - down}/100 = {_money(fallen)} dollars",
        ),
        check=f"{_money(fallen)}*100/{100 - down} = {_money(risen)}",
        values={"x": [num(fallen)]},
        stages=[num(risen), num(Fraction(price * (100 + up - down), 100))],
    )


def _money(amount: Fraction) -> str:
    """Write an amount with as many decimals as it takes, at most four."""
    return f"{float(amount):.4f}".rstrip("0").rstrip(".")


def _ages(x: int, times: int, later: int) -> WorkedProblem:
    child, adult = _who(x, times, later)
    total = x + later + times * x + later
    return WorkedProblem(
        text=f"{adult} is {times} times as old as {child}. In {later} years their ages will add up "
        f"to {total} years. How old is {adult} now? Give the unit.",
        answer=num(times * x),
        unit="years",
        equation=f"x + {later} + {times}x + {later} = {total}",
        working=(
            f"{times + 1}x = {total} - 2*{later} = {total - 2 * later}",
            f"x = {total - 2 * later}/{times + 1} = {x}",
            f"{times}*{x} = {times * x} years",
        ),
        check=f"{x} + {later} + {times * x} + {later} = {total}",
        values={"x": [num(x)]},
        stages=[num(x), num(total - 2 * later)],
    )


def _tank(rate: int, leak: int, minutes: int, before: int) -> WorkedProblem:
    full = before + (rate - leak) * minutes
    return WorkedProblem(
        text=f"A tank holds {before} litres of water. A tap adds {rate} litres a minute while a "
        f"leak loses {leak} litres a minute. After how many minutes does it hold {full} litres? "
        "Give the unit.",
        answer=num(minutes),
        unit="min",
        equation=f"{before} + ({rate} - {leak})*t = {full}",
        working=(
            f"{rate} - {leak} = {rate - leak} litres a minute",
            f"{full} - {before} = {full - before} litres",
            f"t = {full - before}/{rate - leak} = {minutes} min",
        ),
        check=f"{before} + {rate - leak}*{minutes} = {full}",
        values={"t": [num(minutes)]},
        stages=[num(rate - leak), num(full - before)],
    )


def _meeting(fast: int, slow: int, hours: int, ahead: int) -> WorkedProblem:
    way = fast * (hours + ahead) + slow * hours
    return WorkedProblem(
        text=f"Two towns are {way} km apart. A train leaves the first at {fast} km/h; {ahead} h "
        f"later another leaves the second at {slow} km/h towards it. How long does the second "
        "train run until they meet? Give the unit.",
        answer=num(hours),
        unit="h",
        equation=f"{fast}*(t + {ahead}) + {slow}*t = {way}",
        working=(
            f"{fast}*{ahead} = {fast * ahead} km, {way} - {fast * ahead} = {way - fast * ahead} km",
            f"{fast} + {slow} = {fast + slow} km/h",
            f"t = {way - fast * ahead}/{fast + slow} = {hours} h",
        ),
        check=f"{fast}*{hours + ahead} + {slow}*{hours} = {way}",
        values={"t": [num(hours)]},
        stages=[num(way - fast * ahead), num(fast + slow), num(hours + ahead)],
    )


def _together(a: int, b: int) -> WorkedProblem:
    one, other = _who(a, b)
    t = Fraction(a * b, a + b)
    return WorkedProblem(
        text=f"{one} paints a fence in {a} h, {other} in {b} h. How long do they need together? "
        "Give an integer or a fraction, and the unit.",
        answer=num(t),
        unit="h",
        equation=f"t/{a} + t/{b} = 1",
        working=(
            f"1/{a} + 1/{b} = {a + b}/{a * b}",
            f"t = {reduce_fraction(a * b, a + b)} h",
        ),
        check=f"{par(t)}/{a} + {par(t)}/{b} = 1",
        values={"t": [num(t)]},
        stages=[num(1 / t), num(Fraction(a + b, 2))],
    )


TEMPLATES = (
    Exercise("change", _change_numbers, _change),
    Exercise(
        "trip", size_and(range(1, 6), lambda v: range(10, v, 10), range(1, 6), step=10), _trip
    ),
    Exercise("shares", size_and(range(1, 10), range(1, 10), range(2, 13)), _shares),
    Exercise("prices", size_and(range(5, 51, 5), range(5, 51, 5), step=20), _prices),
    Exercise("ages", size_and(range(2, 6), range(2, 21)), _ages),
    Exercise(
        "tank", size_and(lambda v: range(1, v), range(5, 41), range(5, 101, 5), more=2), _tank
    ),
    Exercise(
        "trains", size_and(range(10, 76, 5), range(2, 10), range(1, 4), step=5), _meeting, away=True
    ),
    Exercise("together", size_and(lambda a: range(a + 1, a + 31)), _together, away=True),
)
