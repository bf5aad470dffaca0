"""Counts the judges of a run's replies: sandboxes and models, the unsafe ones with a warning."""

from collections import Counter
from collections.abc import Iterator, Mapping

from .events import AttemptJudged
from .log import Log

UNSAFE = "unsafe:"
"""How `judged_by` begins where programs ran without protections."""


def count_judges(log: Log, run: str) -> Counter[str]:
    """Return judge -> how many attempts of the run, where judging was more than arithmetic."""
    events = log.events(AttemptJudged, stream=run)
    return Counter(event.judged_by for event in events if event.judged_by)


def unsafe_warning(found: Mapping[str, int]) -> str:
    """Return the warning about replies that were judged without protections; empty without any."""
    unsafe = {by: times for by, times in found.items() if by.startswith(UNSAFE)}
    if not unsafe:
        return ""
    why = "; ".join(by.removeprefix(UNSAFE).strip() for by in unsafe)
    return (
        f"UNSAFE: {sum(unsafe.values())} of {sum(found.values())} replies were judged without "
        f"protections ({why}). A program could have reached this machine, and forged its own "
        "verdict."
    )


def judge_lines(found: Mapping[str, int]) -> Iterator[str]:
    """Yield, for people, the warning, if there is one, and a line with all judges."""
    if said := unsafe_warning(found):
        yield said
    if found:
        told = "; ".join(f"{by} ({times} replies)" for by, times in sorted(found.items()))
        yield f"Judged by {told}."
