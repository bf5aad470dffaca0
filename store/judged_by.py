"""Counts who judged a run's replies, with the sandboxes and models behind, and what made them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from .events import AttemptJudged, AttemptReread
from .log import Log
from .readings import attempts_below

UNSAFE = "unsafe:"
"""How `judged_by` begins where programs ran without protections."""
_BEHIND = ", "


def judge_name(attempt: AttemptJudged) -> str:
    """Return `maths 2`, or `writing 1, MODEL` where a model or a sandbox stands behind the judge.

    Empty for arithmetic of before judges had versions.
    """
    return _BEHIND.join(filter(None, (attempt.judge, attempt.judged_by)))


def count_judges(log: Log, run: str) -> Counter[str]:
    """Return judge -> how many attempts of the run it was the last to read, by `judge_name`."""
    names = map(judge_name, attempts_below(log, run))
    return Counter(name for name in names if name)


def unsafe_warning(found: Mapping[str, int]) -> str:
    """Return the warning about replies that were judged without protections; empty without any."""
    unsafe: Counter[str] = Counter()
    for by, times in found.items():
        unsafe[_why_unsafe(by)] += times
    del unsafe[""]
    if not unsafe:
        return ""
    return (
        f"UNSAFE: {sum(unsafe.values())} of {sum(found.values())} replies were judged without "
        f"protections ({'; '.join(unsafe)}). A program could have reached this machine, and "
        "forged its own verdict."
    )


def _why_unsafe(by: str) -> str:
    """Return which protections lacked; empty where none did."""
    if by.startswith(UNSAFE):
        return by.removeprefix(UNSAFE).strip()
    return by.partition(_BEHIND + UNSAFE)[2].strip()


def count_readings(readings: Iterable[AttemptReread]) -> dict[str, int]:
    """Return judge -> how many replies it read again."""
    return dict(sorted(Counter(reading.judge for reading in readings).items()))


def judge_lines(found: Mapping[str, int], again: Mapping[str, int] = {}) -> Iterator[str]:
    """Yield, for people, the warning, if there is one, a line with all judges, and who read again.

    `again` is as `count_readings` returns it.
    """
    if said := unsafe_warning(found):
        yield said
    if found:
        yield f"Judged by {_tell_counts(found)}."
    if again:
        yield f"Read again by {_tell_counts(again)}."


def engine_line(found: Mapping[str, int]) -> str:
    """Return what made the replies, and how many of them; empty where none was kept."""
    return f"Answered by {_tell_counts(found)}." if found else ""


def doubt_line(doubts: int, judged: int) -> str:
    """Return how often two ways of comparing an answer disagreed; empty where they never did."""
    if not doubts:
        return ""
    return (
        f"Two ways of comparing disagreed on {doubts} of {judged} replies ({doubts / judged:.1%})."
    )


def _tell_counts(found: Mapping[str, int]) -> str:
    return "; ".join(f"{by} ({times} replies)" for by, times in sorted(found.items()))
