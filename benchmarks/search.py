"""Measure the search: does it end with the rules that help alone, and after how many replies?

Two kinds of lines in one world (`tests/graph/ideas.py`, where every effect is written down): three
rules help, two harm, four do nothing, and a blind teacher proposes edits by lot. One is the loop
as it ships, with its gate, rule worths, merges and shrinking edits. The other is a single line of
descent with a plain gate: a candidate becomes current when it scores higher than the incumbent on
a fresh block. Every reply of the student counts in both. The plain gate is tried with several
blocks and edit caps and given more replies than a run of the search takes; the search is held
against the best of them.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
from _figures import Columns, Figure, finish, make_parser, print_table
from matplotlib.figure import Figure as Picture

# The world is the tests': it is not shipped.
sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.graph.ideas import Blind, Reader, Sums, clean, draw, searching, value
from tutelage.domains.contract import Problem
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.store.edits import apply
from tutelage.store.events import CallCompleted, StrategyPromoted
from tutelage.store.rules import EMPTY, Strategy
from tutelage.trainer.student_prompt import build_request

SEEDS = 20
"""The search was tuned on the seeds 0 to 19: what it does on others is the fairer figure."""
MOST = 12_000
"""Replies that a plain line gets: more than any run of the search takes."""
BLOCKS, EDITS = (24, 60, 160), (1, 4)
AT = (0, 500, 1000, 1500, 2000, 3000, 4000, 5000, 6000, 8000, 12_000)
OURS = "search"


class Point(NamedTuple):
    """State of a line after so many replies."""

    replies: int
    value: float
    """The true chance of a right reply."""
    clean: bool
    """Every rule that helps is in, and no other."""


Curve = Sequence[Point]
"""One point for the start, one for each new current version, and one for the end."""
Lines = Mapping[str, Sequence[Curve]]
"""Name of a way to search -> its line for each seed."""


def search(seed: int) -> Curve:
    """Run the loop and read its log; what it asks after its last round does not count."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        parts = Overrides(domain=Sums(), teacher=Blind(seed), student=Reader())
        run = open_run(home / "store", home / "runs", searching(seed), overrides=parts)
        go(run)
        points, replies = [Point(0, value(EMPTY), False)], 0
        for entry in run.log.entries(stream=run.id, kinds=[CallCompleted, StrategyPromoted]):
            event = entry.event
            if isinstance(event, StrategyPromoted):
                now = run.version(event.strategy).strategy
                points.append(Point(replies, value(now), clean(now)))
            elif "/feedback" not in event.slot and not event.slot.startswith("evaluate"):
                replies += 1
        run.log.close()
        return [*points, points[-1]._replace(replies=replies)]


def plain(seed: int, block: int, edits: int, most: int = MOST) -> Curve:
    """Run a single line of descent: what scores higher on a fresh block becomes current."""
    loop = searching(seed).loop
    lot, student, now = random.Random(f"plain/{seed}"), Reader(), EMPTY
    points, problems, number = [Point(0, value(now), False)], _problems(seed), 0
    while student.replies < most:
        number += 1
        # What the teacher reads; this one is blind, yet a real one would want it.
        _score(student, now, [next(problems) for _ in range(loop.batch)])
        here = [next(problems) for _ in range(block)]
        best, bar = now, _score(student, now, here)
        for place in range(loop.candidates):
            candidate = apply(now, draw(lot, now, edits), f"{number}/{place}")
            if candidate.rules and (score := _score(student, candidate, here)) > bar:
                best, bar = candidate, score
        if best is not now:
            now = best
            points.append(Point(student.replies, value(now), clean(now)))
    return [*points, points[-1]._replace(replies=student.replies)]


def _problems(seed: int) -> Iterator[Problem]:
    """Yield new problems without end."""
    part = 0
    while True:
        yield from Sums().problems("val", 1000, seed * 1000 + part)
        part += 1


def _score(student: Reader, strategy: Strategy, problems: Sequence[Problem]) -> float:
    domain = Sums()
    replies = student.reply(
        [build_request(domain.guide, problem, strategy) for problem in problems]
    )
    pairs = zip(problems, replies, strict=True)
    return sum(domain.judge(problem, reply.text).score for problem, reply in pairs)


def replies_to_clean(curve: Curve) -> int | None:
    """Count the replies after which a line stayed clean; None where it did not end so."""
    since = None
    for point in reversed(curve):
        if not point.clean:
            break
        since = point.replies
    return since


def median_replies(curves: Sequence[Curve]) -> float:
    """Return the median replies to stay clean; a line that does not end so counts with MOST."""
    return statistics.median(MOST if (it := replies_to_clean(c)) is None else it for c in curves)


def point_after(curve: Curve, replies: int) -> Point:
    """Return the point of a line after `replies`, or its end if that came before."""
    return [point for point in curve if point.replies <= replies][-1]


def measure(seeds: Sequence[int], workers: int) -> Lines:
    """Run every way to search over the same seeds."""
    ways = {
        f"plain, block {block}, {edits} edit{'s' if edits > 1 else ''}": (block, edits)
        for block in BLOCKS
        for edits in EDITS
    }
    with ProcessPoolExecutor(workers) as pool:
        ours = list(pool.map(search, seeds))
        tried = {name: [pool.submit(plain, s, *way) for s in seeds]
                 for name, way in ways.items()}  # fmt: skip
        return {OURS: ours} | {name: [it.result() for it in these] for name, these in tried.items()}


def list_figures(lines: Lines, seconds: float) -> list[Figure]:
    """List the figures of the search with their goals, and those of the plain lines."""
    ours = lines[OURS]
    others = {name: curves for name, curves in lines.items() if name != OURS}
    ends = {name: 100 * statistics.mean(c[-1].clean for c in cs) for name, cs in lines.items()}
    costs = {name: median_replies(curves) for name, curves in others.items()}
    ever = {
        name: 100 * statistics.mean(any(p.clean for p in c) for c in cs)
        for name, cs in others.items()
    }
    return [
        Figure("search: ends with what helps alone", ends[OURS], "%", least=80),
        Figure("search: replies for it, median", median_replies(ours), "replies",
               most=min(costs.values())),
        Figure("search: replies of a whole run, most", max(c[-1].replies for c in ours), "replies",
               most=MOST),
        Figure("search: true value at the end", _worth(ours), "share"),
        *(Figure(f"{name}: ends so", ends[name], "%") for name in others),
        *(Figure(f"{name}: was so at some time", ever[name], "%") for name in others),
        *(Figure(f"{name}: replies for it, median", costs[name], "replies") for name in others),
        *(Figure(f"{name}: true value at the end", _worth(others[name]), "share")
          for name in others),
        Figure("all of it", seconds, "s", most=1200),
    ]  # fmt: skip


def _worth(curves: Sequence[Curve]) -> float:
    return statistics.mean(curve[-1].value for curve in curves)


def list_points(lines: Lines) -> list[Figure]:
    """List the curves as figures: mean true value, and share of clean lines, by replies."""
    found = []
    for name, curves in lines.items():
        for replies in AT:
            here = [point_after(curve, replies) for curve in curves]
            worth, share = (statistics.mean(part) for part in list(zip(*here, strict=True))[1:])
            found += [
                Figure(f"{name}: true value after {replies}", worth, "share"),
                Figure(f"{name}: clean after {replies}", 100 * share, "%"),
            ]
    return found


def show_curves(lines: Lines) -> None:
    """Print the curves as a table: true value, and clean lines in percent."""
    print(f"\n{'true value, and % clean, after':32}" + "".join(f"{replies:>12}" for replies in AT))
    found = iter(list_points(lines))
    for name in lines:
        cells = [f"{next(found).value:8.3f}{next(found).value:4.0f}" for _ in AT]
        print(f"{name:32}" + "".join(cells))


def draw_curves(lines: Lines, file: Path) -> None:
    """Draw the curves; the file's name says which kind of picture."""
    settings = {"svg.fonttype": "none", "svg.hashsalt": "tutelage", "font.size": 9}
    grid = range(0, MOST + 1, 100)
    with mpl.rc_context(settings):  # type: ignore[arg-type]  # its stub knows no plain dict
        picture = Picture(figsize=(10.5, 4.2), layout="constrained")
        worth, share = picture.subplots(1, 2)
        for name, curves in lines.items():
            here = [[point_after(curve, replies) for curve in curves] for replies in grid]
            width = 2.6 if name == OURS else 1.1
            worth.plot(grid, [statistics.mean(p.value for p in row) for row in here], lw=width)
            clean_lines = [100 * statistics.mean(p.clean for p in row) for row in here]
            share.plot(grid, clean_lines, lw=width, label=name)
        worth.set(xlabel="replies of the student", ylabel="true value of the current version")
        share.set(xlabel="replies of the student", ylabel="lines that hold what helps alone, %")
        for axis in (worth, share):
            axis.spines[["top", "right"]].set_visible(False)
        share.legend(frameon=False, loc="center right")
        file.parent.mkdir(parents=True, exist_ok=True)
        picture.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)


def main() -> int:
    """Print the figures beside their goals; return 1 when a goal is missed."""
    parser = make_parser(__doc__)
    parser.add_argument("--figure", type=Path, metavar="FILE", default=Path("runs/search.svg"),
                        help="where the curves are drawn, .svg or .png")  # fmt: skip
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many")
    parser.add_argument("--first-seed", type=int, default=0, metavar="N", help="counted from N on")
    parser.add_argument("--workers", type=int, default=min(4, os.cpu_count() or 1))
    options = parser.parse_args()
    start = time.perf_counter()
    first = options.first_seed
    lines = measure(range(first, first + options.seeds), options.workers)
    figures = list_figures(lines, time.perf_counter() - start)
    print_table(figures, Columns(56, 10, 10), "search")
    print(f"\nSeeds {first} to {first + options.seeds - 1}.", end=" ")
    print(f"A line that does not end so counts with {MOST} replies.")
    show_curves(lines)
    draw_curves(lines, options.figure)
    print(f"\nThe curves are drawn in {options.figure}.")
    return finish(figures, options, list_points(lines))


if __name__ == "__main__":
    sys.exit(main())
