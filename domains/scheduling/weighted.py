"""Weighted intervals: one room, and the bookings that together are worth most."""

import random
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from ..contract import AnswerKind, Problem, Split, Verdict
from ..guide_file import read_guide
from ..identity import problem
from ..reading import Reading, read_reply
from ..reading.numbers import number_of
from . import solver
from .instances import draw, shuffle_items, sizes_of
from .solver import Weighted

NAME = "scheduling:weighted"
KNOWN = {"3 bookings": 3, "4 bookings": 4}
OOD = {"5 bookings": 5, "6 bookings": 6}
LAST_HOUR, LONGEST, HEAVIEST = 9, 5, 9
EASY = 0.05
"""The share that is kept of problems which taking the heaviest first solves."""
ROW = re.compile(r"(\d)-(\d): (\d+)\+(\d+)=(\d+) or (\d+), keep (\d+)", re.A)

GUIDE = read_guide(Path(__file__).with_suffix(".toml"))


class WeightedIntervals:
    """The most that one room can earn. Taking everything, or one booking, is never right."""

    name = NAME
    task_type = "optimisation"
    judge_version = 2
    guide = GUIDE

    def __init__(self, *, topics: Sequence[str] = ()) -> None:
        self._sizes = sizes_of(NAME, KNOWN, topics)

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        """Return `n` distinct problems, topics in turn."""
        return draw(NAME, _make, OOD if split == "ood" else self._sizes, split, n, seed)

    def reading(self, problem: Problem, reply: str) -> Reading[Fraction]:
        """Read a number."""
        return read_reply(reply, number_of)

    def answer_kind(self, problem: Problem) -> AnswerKind:
        """Return the kind of all answers here."""
        return "number"

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Compare the number; where it is wrong, say what the working missed."""
        reading = self.reading(problem, reply)
        found = reading.answer
        modes = tuple(dict.fromkeys(mode for mode, _ in flaws(problem, reply)))
        if found is None:
            return Verdict(0.0, "unparsed", reading.refusal, ("no_answer", *modes))
        best = int(problem.answer)
        if found == best:
            return Verdict(1.0, "right", "Right.", (), str(found))
        values = [weight for *_, weight in bookings_of(problem)]
        slips = {greedy(bookings_of(problem)): "heaviest_first"}
        slips |= {sum(values): "took_all", max(values): "heaviest_only"}
        otherwise = "too_much" if found > best else "too_little"
        mode = slips.get(int(found), otherwise) if found.denominator == 1 else otherwise
        said = f"The most is {best}, not {(reading.text or '')[:20]}."
        return Verdict(0.0, "wrong", said, (mode, *modes), (reading.text or "")[:40])

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        """Write the named steps, then the number that the table leads to."""
        lines, best = work(problem)
        shown = [line for kind, line in lines.items() if steps is None or kind in steps]
        return " ".join([*shown, f"Answer: {best}"])


def _make(rnd: random.Random, size: int) -> Problem | None:
    """Draw bookings; those where taking all or the best one is enough are not worth asking.

    Of those where it is enough to take the heaviest first most are left out: among what is left,
    that fails often enough to be the bad advice that it is.
    """
    slots = set()
    for _ in range(size):
        start = rnd.randrange(LAST_HOUR)
        slots.add((start, rnd.randint(start + 1, min(start + LONGEST, LAST_HOUR))))
    bookings = sorted((start, end, rnd.randint(1, HEAVIEST)) for start, end in sorted(slots))
    values = [weight for *_, weight in bookings]
    best = solver.best_weight(bookings)
    easy = greedy(bookings) == best
    if len(slots) < size or best in (sum(values), max(values)) or (easy and rnd.random() > EASY):
        return None
    shown = shuffle_items(bookings, bookings)
    return problem(
        NAME,
        text=", ".join(f"{start}-{end} worth {weight}" for start, end, weight in shown) + ".",
        topic=f"{size} bookings",
        difficulty=size - 2,
        answer=str(best),
        canonical=bookings,
        data={"bookings": [list(booking) for booking in bookings]},
        features={
            "bookings": size,
            "all values": sum(values),
            "largest value": max(values),
            "smallest value": min(values),
            "two largest": sum(sorted(values)[-2:]),
            "first value": shown[0][2],
            "booked hours": sum(end - start for start, end, _ in bookings),
            "latest end": max(end for _, end, _ in bookings),
        },
    )


def bookings_of(problem: Problem) -> list[Weighted]:
    """Return the bookings in the order of their ends."""
    found = [(start, end, weight) for start, end, weight in problem.data["bookings"]]
    return sorted(found, key=lambda it: (it[1], it[0]))


def greedy(bookings: Sequence[Weighted]) -> int:
    """Return the worth of taking the heaviest that still fits, again and again."""
    taken: list[Weighted] = []
    for booking in sorted(bookings, key=lambda it: (-it[2], it[0])):
        if all(solver.are_disjoint(booking, other) for other in taken):
            taken.append(booking)
    return sum(weight for *_, weight in taken)


def work(problem: Problem) -> tuple[dict[str, str], int]:
    """Return the steps, and the most that can be earned, by the table."""
    bookings = bookings_of(problem)
    rows, kept, before = [], 0, []
    for start, end, weight in bookings:
        base = _best_by(bookings, start)
        best = max(kept, base + weight)
        rows.append(f"{start}-{end}: {weight}+{base}={weight + base} or {kept}, keep {best}")
        ended = [f"{s}-{e}" for s, e, _ in bookings if e <= start]
        before.append(f"{start}-{end} after {','.join(ended) or 'none'}")
        kept = best
    heaviest = sorted(bookings, key=lambda it: (-it[2], it[0]))
    steps = {
        "order": f"By end: {', '.join(f'{s}-{e} ({w})' for s, e, w in bookings)}.",
        "heaviest": f"By value: {', '.join(f'{w} ({s}-{e})' for s, e, w in heaviest)}.",
        "before": f"{'; '.join(before)}.",
        "table": f"{'; '.join(rows)}.",
    }
    return steps, kept


def _best_by(bookings: Sequence[Weighted], hour: int) -> int:
    """Return the most that bookings which end by `hour` are worth."""
    return solver.best_weight([it for it in bookings if it[1] <= hour])


def flaws(problem: Problem, reply: str) -> Iterator[tuple[str, str]]:
    """Yield false rows of the working, as failure mode and row."""
    bookings = bookings_of(problem)
    rows = list(ROW.finditer(reply))
    if not rows:
        yield "no_working", ""
    for found in rows:
        start, end, weight, base, total, without, keep = map(solver.whole_number, found.groups())
        if (start, end, weight) not in bookings or base != _best_by(bookings, start):
            yield "false_row", found[0]
            continue
        earlier = bookings[: bookings.index((start, end, weight))]
        if weight + base != total or without != solver.best_weight(earlier):
            yield "false_row", found[0]
        if keep != max(total, without):
            yield "wrong_keep", found[0]
