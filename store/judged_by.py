"""What judged a run's replies: which sandbox, or which model; and whether any of it was unsafe."""

from collections import Counter
from collections.abc import Iterator, Mapping

from .events import AttemptJudged
from .log import EventLog

UNSAFE = "unsafe:"
"""How `judged_by` begins where programs ran without protections."""


def judges(log: EventLog, run: str) -> Counter[str]:
    """What judged -> how many attempts of the run, where judging was more than arithmetic."""
    entries = log.entries(stream=run, kinds=[AttemptJudged])
    events = (entry.event for entry in entries if isinstance(entry.event, AttemptJudged))
    return Counter(event.judged_by for event in events if event.judged_by)


def warning(found: Mapping[str, int]) -> str:
    """What has to be said of replies that were judged without protections; empty without any."""
    unsafe = {by: times for by, times in found.items() if by.startswith(UNSAFE)}
    if not unsafe:
        return ""
    why = "; ".join(by.removeprefix(UNSAFE).strip() for by in unsafe)
    return (
        f"UNSAFE: {sum(unsafe.values())} of {sum(found.values())} replies were judged without "
        f"protections ({why}). A program could have reached this machine, and forged its own "
        "verdict."
    )


def who_judged(found: Mapping[str, int]) -> Iterator[str]:
    """For people: what judged, in one line, and before it the warning, if there is one."""
    if said := warning(found):
        yield said
    if found:
        told = "; ".join(f"{by} ({times} replies)" for by, times in sorted(found.items()))
        yield f"Judged by {told}."
