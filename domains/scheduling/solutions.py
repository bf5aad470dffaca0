"""Worked solutions: one short sentence for each kind of step, then the answer."""

from collections.abc import Callable

from ..contract import Problem
from .problems import FIRST_HOUR, LAST_HOUR, Meetings, peak


def meetings_of(problem: Problem) -> Meetings:
    return tuple((start, end) for start, end in problem.data["meetings"])


def write(problem: Problem, steps: frozenset[str]) -> str:
    """Write out `steps`, always in the same order, and the answer."""
    meetings, rooms = meetings_of(problem), int(problem.data["rooms"])
    sentences = [writer(meetings, rooms) for kind, writer in WRITERS.items() if kind in steps]
    return " ".join([*sentences, f"Answer: {problem.answer}"])


def _tally(meetings: Meetings, rooms: int) -> str:
    return f"Meetings {len(meetings)}, rooms {rooms}."


def _hours(meetings: Meetings, rooms: int) -> str:
    booked = sum(end - start for start, end in meetings)
    return f"Booked {booked} of {rooms * (LAST_HOUR - FIRST_HOUR)} room hours."


def _ends_by_start(meetings: Meetings, rooms: int) -> str:
    """List for each start the ends of the meetings that are over by then, or a dash."""
    entries = []
    for start in sorted({start for start, _ in meetings}):
        over = sorted(end for _, end in meetings if end <= start)
        entries.append(f"{start} {','.join(map(str, over)) or '-'}")
    return f"Ended by {'; '.join(entries)}."


def _running(meetings: Meetings, rooms: int) -> str:
    """List for each meeting the ends of those begun and still running, and their number."""
    entries = []
    for number, (start, end) in enumerate(meetings, 1):
        ends = [other for _, other in meetings[:number] if other > start]
        entries.append(f"{start}-{end}:{','.join(map(str, ends))}={len(ends)}")
    return " ".join(entries) + "."


def _comparison(meetings: Meetings, rooms: int) -> str:
    most = peak(meetings)
    return f"Peak {most} {'<=' if most <= rooms else '>'} rooms {rooms}."


WRITERS: dict[str, Callable[[Meetings, int], str]] = {
    "tally": _tally,
    "hours": _hours,
    "ended": _ends_by_start,
    "running": _running,
    "comparison": _comparison,
}
