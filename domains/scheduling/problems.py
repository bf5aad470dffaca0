"""Draws meeting-room problems in pairs of YES and NO that share their shallow facts.

Each YES stands beside a NO of the same rooms, meetings, total and longest duration, earliest
start, latest end, equal starts, equal ends and meetings that touch. Any predictor that reads only
these is right half the time. One room is left out: there, a day of nine hours holds next to no YES
that looks like a NO (where meetings touch, they nearly always fit).
"""

import functools
import itertools
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..contract import Problem, Split
from ..drawing import take, take_in_turn
from ..identity import name_of, problem, split_of

NAME = "scheduling"
FIRST_HOUR, LAST_HOUR, LONGEST = 0, 9, 7
"""One digit each: a small tokenizer reads an hour as one token."""
ENUMERATED = 50_000
"""A shape with more sets of meetings than this is sampled once, always the same way."""
SAMPLED = 20_000
NEAR = 2
"""Twins whose loose facts differ by more than this, all told, are used last."""

Meeting = tuple[int, int]
Meetings = tuple[Meeting, ...]
"""Sorted by start, then by end. A meeting holds its room from start up to, not at, its end."""


class Shape(NamedTuple):
    """The stratum of a problem: its numbers of rooms and meetings."""

    rooms: int
    meetings: int

    @property
    def topic(self) -> str:
        return f"{self.meetings} meetings, {self.rooms} rooms"


KNOWN = (Shape(2, 3), Shape(2, 4), Shape(3, 4))
OOD = (Shape(2, 5), Shape(3, 5))


def shapes_of(topics: Sequence[str]) -> tuple[Shape, ...]:
    """Return the shapes of `topics`, all of them when none is named."""
    by_topic = {shape.topic: shape for shape in KNOWN}
    unknown = [topic for topic in topics if topic not in by_topic]
    if unknown:
        raise ValueError(f"No topic {unknown[0]!r} in {NAME}. Known: {'; '.join(by_topic)}.")
    return tuple(shape for shape in KNOWN if not topics or shape.topic in topics)


def running_at(meetings: Iterable[Meeting], hour: int) -> list[int]:
    """Return the ends of the meetings that run at `hour`, sorted."""
    return sorted(end for start, end in meetings if start <= hour < end)


def peak(meetings: Meetings) -> int:
    """Return the largest number of meetings that run at once; it is reached at some start."""
    return max(sum(start <= hour < end for start, end in meetings) for hour, _ in meetings)


def busiest(meetings: Meetings) -> tuple[int, int]:
    """Return the first hour at which most meetings run, and their number."""
    most = peak(meetings)
    return min(hour for hour, _ in meetings if len(running_at(meetings, hour)) == most), most


def draw(shapes: Sequence[Shape], split: Split, n: int, seed: int) -> list[Problem]:
    """Return `n` problems: a pair of each shape in turn until all pairs are used."""
    queues = [_order_pairs(shape, split, seed) for shape in shapes]
    twins = (twin for pair in take_in_turn(queues) for twin in pair)
    return [_problem(shape, meetings) for shape, meetings in take(twins, n, NAME, split)]


@functools.lru_cache(maxsize=64)
def _order_pairs(shape: Shape, split: Split, seed: int) -> list[list[tuple[Shape, Meetings]]]:
    """Order a shape's pairs: near twins first, and of these one of every cell, then a second."""
    rnd = random.Random(f"{NAME}/{split}/{seed}/{shape.topic}")
    ranked = []
    for yes, no in _cells(shape)["ood" if split == "ood" else split]:
        twins = _twins(rnd.sample(yes, len(yes)), rnd.sample(no, len(no)))
        ranked += [(gap > NEAR, rank, rnd.random(), pair) for rank, (gap, pair) in enumerate(twins)]
    pairs = [rnd.sample(pair, 2) for *_, pair in sorted(ranked)]
    return [[(shape, meetings) for meetings in pair] for pair in pairs]


def _twins(yes: list[Meetings], no: list[Meetings]) -> list[tuple[int, tuple[Meetings, Meetings]]]:
    """Pair each of the smaller side with the nearest one left of the other, nearest first."""
    few, many = sorted((yes, no), key=len)
    twins, left = [], [(_free_facts(meetings), meetings) for meetings in many]
    for one in few:
        facts = _free_facts(one)
        gap, place = min((_gap(facts, other), place) for place, (other, _) in enumerate(left))
        twins.append((gap, (one, left.pop(place)[1])))
    return sorted(twins, key=lambda twin: twin[0])


def _gap(one: dict[str, int], other: dict[str, int]) -> int:
    return sum(abs(one[fact] - other[fact]) for fact in one)


@functools.cache
def _cells(shape: Shape) -> dict[str, list[tuple[list[Meetings], list[Meetings]]]]:
    """Return split -> the cells that hold both answers, as (YES sets, NO sets)."""
    cells: dict[str, dict[tuple[int, ...], tuple[list[Meetings], list[Meetings]]]]
    cells = {split: defaultdict(lambda: ([], [])) for split in ("train", "val", "test", "ood")}
    for meetings in _sets(shape):
        split = "ood" if shape in OOD else split_of(name_of(NAME, _canonical(shape, meetings)))
        full = peak(meetings) > shape.rooms
        cells[split][tuple(_matching_facts(meetings).values())][full].append(meetings)
    return {
        split: [cell for _, cell in sorted(found.items()) if all(cell)]
        for split, found in cells.items()
    }


def _sets(shape: Shape) -> Iterable[Meetings]:
    slots = [
        (start, end)
        for start in range(FIRST_HOUR, LAST_HOUR)
        for end in range(start + 1, min(start + LONGEST, LAST_HOUR) + 1)
    ]
    if math.comb(len(slots), shape.meetings) <= ENUMERATED:
        return itertools.combinations(slots, shape.meetings)
    rnd = random.Random(f"{NAME}/{shape.topic}")
    drawn = {tuple(sorted(rnd.sample(slots, shape.meetings))) for _ in range(SAMPLED)}
    return sorted(drawn)


def _canonical(shape: Shape, meetings: Meetings) -> dict[str, object]:
    return {"rooms": shape.rooms, "meetings": [list(meeting) for meeting in meetings]}


def _problem(shape: Shape, meetings: Meetings) -> Problem:
    canonical = _canonical(shape, meetings)
    written = ",".join(f"{start}-{end}" for start, end in meetings)
    return problem(
        NAME,
        text=f"{written} rooms {shape.rooms}",
        topic=shape.topic,
        difficulty=shape.meetings - 2,
        answer="YES" if peak(meetings) <= shape.rooms else "NO",
        canonical=canonical,
        data=canonical,
        features={
            "rooms": shape.rooms,
            "meetings": shape.meetings,
            **_matching_facts(meetings),
            **_free_facts(meetings),
        },
    )


def _matching_facts(meetings: Meetings) -> dict[str, int]:
    """Return the facts that are the same in both problems of a pair."""
    starts, ends = {start for start, _ in meetings}, {end for _, end in meetings}
    return {
        "total hours": sum(end - start for start, end in meetings),
        "longest": max(end - start for start, end in meetings),
        "earliest start": min(starts),
        "latest end": max(ends),
        "equal starts": len(meetings) - len(starts),
        "equal ends": len(meetings) - len(ends),
        "touching": sum(end in starts for _, end in meetings),
    }


def _free_facts(meetings: Meetings) -> dict[str, int]:
    """Return the facts in which pairs may differ; the floors show what they give away."""
    return {
        "shortest": min(end - start for start, end in meetings),
        "last start": meetings[-1][0],
        "first end": min(end for _, end in meetings),
    }
