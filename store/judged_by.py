"""Counts the judges of a run's replies, with the sandboxes and models behind them."""

from collections import Counter
from collections.abc import Iterator, Mapping

from .events import AttemptJudged
from .log import Log

UNSAFE = "unsafe:"
"""How `judged_by` begins where programs ran without protections."""
_BEHIND = ", "


def judge_name(attempt: AttemptJudged) -> str:
    """Return `maths 2`, or `writing 1, MODEL` where a model or a sandbox stands behind the judge.

    Empty for arithmetic of before judges had versions.
    """
    return _BEHIND.join(filter(None, (attempt.judge, attempt.judged_by)))


def count_judges(log: Log, run: str) -> Counter[str]:
    """Return judge -> how many attempts of the run it read, by the names of `judge_name`."""
    names = map(judge_name, log.events(AttemptJudged, stream=run))
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


def judge_lines(found: Mapping[str, int]) -> Iterator[str]:
    """Yield, for people, the warning, if there is one, and a line with all judges."""
    if said := unsafe_warning(found):
        yield said
    if found:
        told = "; ".join(f"{by} ({times} replies)" for by, times in sorted(found.items()))
        yield f"Judged by {told}."


def doubt_line(doubts: int, judged: int) -> str:
    """Return how often two ways of comparing an answer disagreed; empty where they never did."""
    if not doubts:
        return ""
    return (
        f"Two ways of comparing disagreed on {doubts} of {judged} replies ({doubts / judged:.1%})."
    )
