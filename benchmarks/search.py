"""Whether the search ends with the rules that help and no others, and at what price in replies.

Two arms in one world (`tests/graph/ideas.py`, where every effect is written down): three rules
help, two harm, four do nothing, and a blind teacher proposes edits by lot. One arm is the loop as
it ships, with its gate, ledger, merges and shrinking edits. The other is a single line of descent
with a plain gate: a candidate becomes current when it scores higher than the incumbent on a block.
Every reply of the student counts in both. The plain arm is run with several blocks and edit caps
and with more replies than the search has; the search is held against the best of them.
"""

import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.graph.ideas import Blind, Reader, Sums, clean, draw, searching, value
from tutelage.domains.contract import Problem
from tutelage.graph.run import Parts, go, open_run
from tutelage.store.edits import apply
from tutelage.store.events import CallCompleted, StrategyPromoted
from tutelage.store.rules import EMPTY, Strategy
from tutelage.trainer.prompt import ask

SEEDS = 20


class Point(NamedTuple):
    """Where a line stands after so many replies."""

    replies: int
    value: float
    clean: bool


Curve = Sequence[Point]
"""One point for the start and for each new current version, and one for the end."""


def search(seed: int) -> Curve:
    """The loop, read off its log."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        parts = Parts(domain=Sums(), teacher=Blind(seed), student=Reader())
        run = open_run(home / "store", home / "runs", searching(seed), parts=parts)
        go(run)
        points = [Point(0, value(EMPTY), False)]
        replies = 0
        for entry in run.log.entries(stream=run.id, kinds=[CallCompleted, StrategyPromoted]):
            event = entry.event
            if isinstance(event, StrategyPromoted):
                now = run.version(event.strategy).strategy
                points.append(Point(replies, value(now), clean(now)))
            elif "/feedback" not in event.slot and not event.slot.startswith("evaluate"):
                replies += 1
        run.log.close()
        return [*points, points[-1]._replace(replies=replies)]


def plain(seed: int, most: int, block: int, edits: int, batch: int, candidates: int) -> Curve:
    """A single line of descent: whoever scores higher on a fresh block becomes current."""
    lot, student, now = random.Random(f"plain/{seed}"), Reader(), EMPTY
    points = [Point(0, value(now), False)]
    problems = iter(_problems(seed))
    number = 0
    while student.replies < most:
        number += 1
        _score(student, now, [next(problems) for _ in range(batch)])
        here = [next(problems) for _ in range(block)]
        best, bar = now, _score(student, now, here)
        for place in range(candidates):
            candidate = apply(now, draw(lot, now, edits), f"{number}/{place}")
            if candidate.rules and (score := _score(student, candidate, here)) > bar:
                best, bar = candidate, score
        if best is not now:
            now = best
            points.append(Point(student.replies, value(now), clean(now)))
    return [*points, points[-1]._replace(replies=student.replies)]


def _problems(seed: int) -> Iterator[Problem]:
    size = 0
    while True:
        yield from Sums().problems("val", 1000, seed * 1000 + size)
        size += 1


def _score(student: Reader, strategy: Strategy, problems: Sequence[Problem]) -> float:
    domain = Sums()
    replies = student.reply([ask(domain.guide, problem, strategy) for problem in problems])
    pairs = zip(problems, replies, strict=True)
    return sum(domain.judge(problem, reply.text).score for problem, reply in pairs)


def settled(curve: Curve) -> int | None:
    """Replies after which a line was clean for good; None where it ended otherwise."""
    if not curve[-1].clean:
        return None
    since = curve[-1].replies
    for point in reversed(curve):
        if not point.clean:
            break
        since = point.replies
    return since
