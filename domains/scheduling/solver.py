"""Exact answers by exhaustive search, which small instances allow."""

import itertools
from collections.abc import Sequence

Interval = tuple[int, int]
Weighted = tuple[int, int, int]
"""Start, end, weight."""
Job = tuple[int, int]
"""How long it takes, and when it is due."""


def are_disjoint(one: Sequence[int], other: Sequence[int]) -> bool:
    """Tell whether two intervals share no time; the end is not included."""
    return one[1] <= other[0] or other[1] <= one[0]


def room_plan(meetings: Sequence[Interval], rooms: int) -> tuple[int, ...] | None:
    """Return a room for each meeting, by the first plan in counting order; None without a plan."""
    for plan in itertools.product(range(1, rooms + 1), repeat=len(meetings)):
        if not clashes(meetings, plan):
            return plan
    return None


def clashes(meetings: Sequence[Interval], plan: Sequence[int]) -> list[tuple[int, int]]:
    """Return pairs of meetings, by their places, that a plan puts into one room at one time."""
    pairs = itertools.combinations(range(len(meetings)), 2)
    return [
        (one, other)
        for one, other in pairs
        if plan[one] == plan[other] and not are_disjoint(meetings[one], meetings[other])
    ]


def best_weight(intervals: Sequence[Weighted]) -> int:
    """Return the largest weight of intervals of which no two overlap."""
    return max(
        sum(weight for *_, weight in some)
        for size in range(len(intervals) + 1)
        for some in itertools.combinations(intervals, size)
        if all(are_disjoint(one, other) for one, other in itertools.combinations(some, 2))
    )


def meets_deadlines(jobs: Sequence[Job]) -> bool:
    """Tell whether jobs, done in this order one after the other from 0, meet their deadlines."""
    finished = itertools.accumulate(takes for takes, _ in jobs)
    return all(end <= due for end, (_, due) in zip(finished, jobs, strict=True))


def job_order(jobs: Sequence[Job]) -> tuple[int, ...] | None:
    """Return the places of the jobs in an order that meets all deadlines; None without one."""
    for order in itertools.permutations(range(len(jobs))):
        if meets_deadlines([jobs[place] for place in order]):
            return order
    return None


def whole_number(digits: str) -> int:
    """Return a number of a reply; -1, which no row holds, where it has thousands of digits."""
    try:
        return int(digits)
    except ValueError:
        return -1
