"""Reads a reply's answer, judges it, and names the mistakes of its working."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..contract import Outcome, Problem, Verdict
from ..reading import Reading, Unreadable, read_reply
from .problems import Meetings, busiest, running_at
from .solutions import meetings_of

OPENING = re.compile(r"[\W_]*(?:yes|no)\b", re.I | re.A)
ENTRY = re.compile(
    r"(?<!\d)(\d{1,3})(?:-\d{1,3})?\s?:\s?(?:ends\s)?"
    r"(\d{1,3}(?:[, ]{1,3}\d{1,3})*)\s?=\s?(\d{1,3})\b",
    re.A,
)
COMPARISON = re.compile(r"\b(\d{1,3})\s?(<=?|>=?|≤|≥)\s?(?:rooms?\s)?(\d{1,3})\b", re.I | re.A)


class Flaw(NamedTuple):
    """A failure mode of a reply, and a sentence about it."""

    mode: str
    said: str


def read_answer(reply: str) -> Reading[str]:
    """Read YES or NO, alone or with a reason behind it.

    A reply without `Answer:` counts when it opens with one and never says the other word: a model
    that says "No." to everything is wrong by its answer, not by its form.
    """
    reading = read_reply(reply, _yes_or_no)
    words = {word.upper() for word in re.findall(r"\b(?:yes|no)\b", reading.working, re.I | re.A)}
    if (
        reading.answer is None
        and not reading.withdrawn
        and len(words) == 1
        and OPENING.match(reading.working)
    ):
        return read_reply(f"Answer: {reading.working}", _yes_or_no)
    return reading


def _yes_or_no(text: str) -> str:
    if text.upper() not in ("YES", "NO"):
        raise Unreadable("It is neither YES nor NO.")
    return text.upper()


def judge(problem: Problem, reply: str) -> Verdict:
    """Score `reply`; a wrong one names every flaw that its working shows, the first in words."""
    meetings, rooms = meetings_of(problem), int(problem.data["rooms"])
    reading = read_answer(reply)
    answer = reading.answer
    if answer == problem.answer:
        return Verdict(1.0, "right", f"Right: {_reason(meetings, rooms)}", (), answer)
    flaws = [*_list_flaws(meetings, reply), *_comparison_flaws(rooms, reply, answer)]
    if answer is None:
        said = f"{reading.refusal} It must end with `Answer: YES` or `Answer: NO`."
        flaws.insert(0, Flaw("no_answer", said))
    else:
        said = f"The answer is {problem.answer}, not {answer}."
        flaws.append(Flaw(f"false_{answer.lower()}", said))
    modes = tuple(dict.fromkeys(flaw.mode for flaw in flaws))
    said = flaws[0].said if len(flaws) == 1 else f"{flaws[0].said} {flaws[-1].said}"
    outcome: Outcome = "unparsed" if answer is None else "wrong"
    return Verdict(0.0, outcome, f"{said} {_reason(meetings, rooms).capitalize()}", modes, answer)


def _reason(meetings: Meetings, rooms: int) -> str:
    hour, most = busiest(meetings)
    return f"at most {most} run at once (at {hour}), for {rooms} rooms."


def _list_flaws(meetings: Meetings, reply: str) -> Iterator[Flaw]:
    """Yield flaws of the running lists. Of several lists for one start, the last one counts."""
    entries = {int(start): (ends, int(count)) for start, ends, count in ENTRY.findall(reply)}
    if not entries:
        yield Flaw("no_running_list", "The reply does not list which meetings run at each start.")
        return
    for hour in sorted({start for start, _ in meetings}):
        true = running_at(meetings, hour)
        if hour not in entries:
            yield Flaw("missed_meeting", f"At {hour} a meeting starts, the reply lists nothing.")
            continue
        text, count = entries[hour]
        listed = sorted(int(end) for end in re.findall(r"\d+", text))
        said = f"At {hour} there run {_ends(true)}, the reply lists {_ends(listed)}."
        if _missing(true, listed):
            yield Flaw("missed_meeting", said)
        if _missing(listed, true):
            yield Flaw("ended_meeting", said)
        if count != len(listed):
            yield Flaw("miscount", f"At {hour} the list holds {len(listed)}, not {count}.")


def _missing(wanted: list[int], found: list[int]) -> bool:
    return any(wanted.count(end) > found.count(end) for end in wanted)


def _ends(ends: list[int]) -> str:
    return f"{len(ends)} (ending {', '.join(map(str, ends))})"


def _comparison_flaws(rooms: int, reply: str, answer: str | None) -> Iterator[Flaw]:
    found = COMPARISON.findall(reply)
    if not found:
        yield Flaw("no_comparison", "The reply does not compare the peak with the rooms.")
        return
    most, sign, against = int(found[-1][0]), found[-1][1][0], int(found[-1][2])
    counts = [int(count) for _, _, count in ENTRY.findall(reply)]
    if counts and max(counts) != most:
        yield Flaw("wrong_peak", f"The largest count is {max(counts)}, not {most}.")
    if against != rooms:
        yield Flaw("false_comparison", f"There are {rooms} rooms, not {against}.")
    written = f"{most} {found[-1][1]} {against}"
    if not _holds(most, found[-1][1], against):
        yield Flaw("false_comparison", f"{written} is false.")
    if answer is not None and (sign in "<≤") != (answer == "YES"):
        yield Flaw("contradicts_working", f"{written} does not lead to {answer}.")


def _holds(left: int, sign: str, right: int) -> bool:
    if left == right:
        return sign not in "<>"
    return (left < right) == (sign[0] in "<≤")
