"""Room plans (`scheduling:witness`): a room for each meeting, or NONE where no plan exists.

The instances are those of meeting rooms, each in the split that it has there: a student of the one
never saw the other's tests. Three of four have a plan, and the fourth looks like its neighbour.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ..contract import AnswerKind, Problem, Split, Verdict
from ..guide_file import read_guide
from ..identity import problem
from ..reading import Reading, Unreadable, read_reply
from . import problems, solver
from .instances import shuffle_items

NAME = "scheduling:witness"
NONE = "NONE"
LETTERS = "ABCDEFGH"
PLACED = re.compile(r"\b([A-H])\s?(?:[:=→⇒]|->|in)?\s?(?:room\s)?(\d{1,2})\b(?!-)", re.I | re.A)
LINE = re.compile(r"([A-H]) (\d)-(\d): free (none|\d(?:,\d)*)(?:, takes (\d))?", re.A)
PEAK = re.compile(r"At (\d) there run (\d), rooms (\d)", re.A)

GUIDE = read_guide(Path(__file__).with_suffix(".toml"))


class Meeting(NamedTuple):
    """A meeting as the problem names it."""

    letter: str
    start: int
    end: int


class Witness:
    """A plan of rooms that is checked, not compared: every plan without a clash is right."""

    name = NAME
    task_type = "construction"
    judge_version = 2
    guide = GUIDE

    def __init__(self, *, topics: Sequence[str] = ()) -> None:
        self._shapes = problems.shapes_of(topics)

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        """Return `n` distinct problems, of which three in four have a plan."""
        shapes = problems.OOD if split == "ood" else self._shapes
        # Three pairs give four problems: every plan, and the NONE of the first pair.
        drawn = problems.draw(shapes, split, 2 * (3 * n // 4 + 1), seed)
        kept = [it for place, it in enumerate(drawn) if it.answer == "YES" or place // 2 % 3 == 0]
        return [_problem(it) for it in kept[:n]]

    def reading(self, problem: Problem, reply: str) -> Reading[str]:
        """Read a plan, or NONE."""
        return read_reply(reply, _plan)

    def answer_kind(self, problem: Problem) -> AnswerKind:
        """Return the kind of all answers here."""
        return "text"

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Try the plan: any that holds every meeting without a clash is right."""
        reading = self.reading(problem, reply)
        said = reading.answer
        if said is None:
            modes = ("no_answer", *_modes(problem, reply))
            return Verdict(0.0, "unparsed", reading.refusal, modes)
        flaw = _flaw(problem, said)
        if flaw is None:
            return Verdict(1.0, "right", "Right.", (), said)
        mode, why = flaw
        return Verdict(0.0, "wrong", why, (mode, *_modes(problem, reply)), said)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        """Write the named steps, then the plan that they lead to."""
        lines, plan = work(problem)
        shown = [line for kind, line in lines.items() if steps is None or kind in steps]
        return " ".join([*shown, f"Answer: {plan}"])


def _problem(rooms: Problem) -> Problem:
    """Turn a meeting-room problem into one that asks for a plan."""
    canonical = dict(rooms.data)
    slots = shuffle_items(rooms.data["meetings"], canonical)
    count = int(rooms.data["rooms"])
    plan = solver.room_plan([(start, end) for start, end in slots], count)
    written = ", ".join(f"{x} {s}-{e}" for x, (s, e) in zip(LETTERS, slots, strict=False))
    return problem(
        NAME,
        text=f"{written}. Rooms {', '.join(map(str, range(1, count + 1)))}.",
        topic=rooms.topic,
        difficulty=rooms.difficulty,
        answer=_plan_text(LETTERS[: len(slots)], plan),
        canonical=canonical,
        data={"meetings": slots, "rooms": count},
        features=rooms.features,
    )


def meetings_of(problem: Problem) -> list[Meeting]:
    """Return the meetings in the order of their starts; the problem's text has another order."""
    slots = zip(LETTERS, problem.data["meetings"], strict=False)
    return sorted((Meeting(x, s, e) for x, (s, e) in slots), key=lambda it: (it.start, it.end))


def _plan(text: str) -> str:
    placed = PLACED.findall(text)
    if text.upper() == NONE:
        return NONE
    if not placed or PLACED.sub("", text).strip(" ,.;\n"):
        raise Unreadable("It is no plan of rooms.")
    return " ".join(f"{letter.upper()}{int(room)}" for letter, room in placed)


def work(problem: Problem) -> tuple[dict[str, str], str]:
    """Return the steps, and the plan that takes the lowest free room each time."""
    meetings, rooms = meetings_of(problem), int(problem.data["rooms"])
    taken: dict[str, int] = {}
    lines = []
    for meeting in meetings:
        free = _free(meetings, taken, meeting.start, rooms)
        line = f"{_meeting_text(meeting)}: free {','.join(map(str, free)) or 'none'}"
        if not free:
            lines.append(line)
            break
        taken[meeting.letter] = free[0]
        lines.append(f"{line}, takes {free[0]}")
    hour, most = _busiest(meetings)
    longest = sorted(meetings, key=lambda it: (it.start - it.end, it.start))
    steps = {
        "order": f"By start: {', '.join(map(_meeting_text, meetings))}.",
        "lengths": f"Longest first: {', '.join(map(_meeting_text, longest))}.",
        "peak": f"At {hour} there run {most}, rooms {rooms}.",
        "free": f"{'; '.join(lines)}.",
    }
    letters = sorted(it.letter for it in meetings)
    whole = len(taken) == len(meetings)
    return steps, _plan_text(letters, [taken[x] for x in letters] if whole else None)


def _meeting_text(meeting: Meeting) -> str:
    return f"{meeting.letter} {meeting.start}-{meeting.end}"


def _plan_text(letters: Sequence[str], plan: Sequence[int] | None) -> str:
    if plan is None:
        return NONE
    return " ".join(f"{letter}{room}" for letter, room in zip(letters, plan, strict=True))


def _free(meetings: Sequence[Meeting], taken: dict[str, int], hour: int, rooms: int) -> list[int]:
    busy = {taken.get(it.letter) for it in meetings if it.start <= hour < it.end}
    return [room for room in range(1, rooms + 1) if room not in busy]


def _busiest(meetings: Sequence[Meeting]) -> tuple[int, int]:
    """Return the first hour at which most meetings run, and how many they are."""
    return problems.busiest(tuple((it.start, it.end) for it in meetings))


def _flaw(problem: Problem, said: str) -> tuple[str, str] | None:
    """Return the failure mode of a plan, and a sentence; None where it is right."""
    possible = problem.answer != NONE
    if said == NONE:
        return ("gave_up", f"There is a plan: {problem.answer}.") if possible else None
    meetings = {it.letter: it for it in meetings_of(problem)}
    placed = [(each[0], int(each[1:])) for each in said.split()]
    letters = sorted(letter for letter, _ in placed)
    for room in sorted({room for _, room in placed}):
        if not 1 <= room <= problem.data["rooms"]:
            return "no_such_room", f"There is no room {room}."
    if letters != sorted(meetings):
        return "left_out", f"Each of {', '.join(sorted(meetings))} needs one room."
    slots = [(meetings[letter].start, meetings[letter].end) for letter, _ in placed]
    one, other = next(iter(solver.clashes(slots, [room for _, room in placed])), (-1, -1))
    if one < 0:
        return None
    first, second = placed[one][0], placed[other][0]
    return "clash", f"{first} and {second} are in room {placed[one][1]} at the same time."


def _modes(problem: Problem, reply: str) -> list[str]:
    return list(dict.fromkeys(mode for mode, _ in flaws(problem, reply)))


def flaws(problem: Problem, reply: str) -> Iterator[tuple[str, str]]:
    """Yield false lines of the working, as failure mode and line."""
    meetings, rooms = meetings_of(problem), int(problem.data["rooms"])
    for found in PEAK.finditer(reply):
        hour, count, offered = map(int, found.groups())
        running = sum(it.start <= hour < it.end for it in meetings)
        if (count, offered) != (running, rooms) or count != _busiest(meetings)[1]:
            yield "false_peak", found[0]
    lines = list(LINE.finditer(reply))
    if not lines:
        yield "no_working", ""
    taken: dict[str, int] = {}
    for found in lines:
        letter, start, end, free, takes = found.groups()
        named = Meeting(letter, int(start), int(end))
        listed = [] if free == "none" else [int(room) for room in free.split(",")]
        if named not in meetings or listed != _free(meetings, taken, named.start, rooms):
            yield "false_free", found[0]
        if takes:
            taken[letter] = int(takes)
            if int(takes) not in listed:
                yield "false_free", found[0]
