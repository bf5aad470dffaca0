"""Writes the first draft of a domain: one commented file that is sound as it stands."""

import keyword
import re
from pathlib import Path
from typing import NamedTuple

from .registry import names

_DRAFT = '''"""TITLE: when does it end? Change what is asked, and the check tells what breaks."""

import random
import re

from tutelage.domains import (
    ExpertRule,
    Guide,
    NotEnoughProblems,
    Unreadable,
    Verdict,
    problem,
    read_reply,
    split_of,
)


class CLASS:
    name = "NAME"
    task_type = "arithmetic"
    guide = Guide(
        # One sentence, for people and teachers.
        description="Add a duration to a time of day.",
        # Every prompt ends with this: say how an answer must be written to be read.
        reply_format="End with `Answer:` and the time, such as 09:05.",
        # What a worked solution can write out, in this order. Rules choose among them.
        step_kinds={
            "sum": "Adds the minutes, the full hour not yet carried over.",
            "carry": "Carries full hours over.",
        },
        # Everything that `judge` can say is wrong.
        failure_modes={
            "no_answer": "No time is given, or more than one.",
            "no_carry": "60 minutes or more were left in the minutes, or lost.",
            "wrong_time": "The time is wrong.",
        },
        # What an expert would advise. Some of it may be idle or wrong: the gate finds out.
        rules=(
            ExpertRule(
                name="sum",
                section="Working",
                text="Add the minutes first and write their sum down, however large it is.",
                steps=frozenset({"sum"}),
                addresses=frozenset({"wrong_time"}),
            ),
            ExpertRule(
                name="carry",
                section="Working",
                text="Write how many full hours the minutes make and what is left of them.",
                steps=frozenset({"carry"}),
                addresses=frozenset({"no_carry", "wrong_time"}),
            ),
            ExpertRule(
                name="care",
                section="Habits",
                text="Work slowly and check your work once more before you answer.",
                steps=frozenset(),
                addresses=frozenset({"wrong_time"}),
            ),
        ),
        max_tokens=80,
    )

    def problems(self, split, n, seed):
        """The same arguments give the same problems; `ood` is harder than what training sees."""
        lasting = range(90, 240, 7) if split == "ood" else range(5, 90, 5)
        starts = range(7 * 60, 20 * 60, 7)
        every = [self._problem(start, minutes) for start in starts for minutes in lasting]
        # The hash of a problem decides its split, so that no test is another run's training.
        home = [it for it in every if split == "ood" or split_of(it.id) == split]
        if len(home) < n:
            raise NotEnoughProblems(f"{self.name} has {len(home)} problems in {split}, not {n}.")
        return random.Random(f"{split} {seed}").sample(home, n)

    def _problem(self, start, minutes):
        return problem(
            self.name,
            text=f"It begins at {_clock(start)} and takes {minutes} minutes. When does it end?",
            topic="within the hour" if start % 60 + minutes < 60 else "past the hour",
            difficulty=1 + (start % 60 + minutes) // 60,
            answer=_clock(start + minutes),
            # What makes two problems the same one: no wording, nothing in random order.
            canonical=[start, minutes],
            # What `judge` and `solution` work from: JSON.
            data={"start": start, "minutes": minutes},
            # Facts that a lazy student could go by: floors are computed from them.
            features={"hour": start // 60, "minute": start % 60, "takes": minutes},
        )

    def reading(self, problem, reply):
        """Finds the answer, however it is wrapped up: `domains read` shows how, step by step."""
        return read_reply(reply, _time)

    def answer_kind(self, problem):
        """`domains check` tries the judge with such answers, and with what nearly is one."""
        return "text"

    def judge(self, problem, reply):
        """Never raises: a bad reply is data. A right one names no failure modes."""
        found = self.reading(problem, reply)
        if found.answer is None:
            return Verdict(0.0, "unparsed", found.refusal, ("no_answer",))
        if found.answer == problem.answer:
            return Verdict(1.0, "right", "Right.", (), found.text)
        start, minutes = problem.data["start"], problem.data["minutes"]
        lost = (_clock(start // 60 * 60 + (start + minutes) % 60), _uncarried(start, minutes))
        mode = "no_carry" if found.answer in lost else "wrong_time"
        return Verdict(0.0, "wrong", f"It ends at {problem.answer}.", (mode,), found.text)

    def solution(self, problem, steps=None):
        """Writes out the steps it is asked for (None: all); without any, the bare answer."""
        start, minutes = problem.data["start"], problem.data["minutes"]
        total = start % 60 + minutes
        written = {
            "sum": f"{start % 60} + {minutes} = {total} minutes.",
            "carry": f"{total} minutes are {total // 60} h {total % 60} min.",
        }
        lines = [text for kind, text in written.items() if steps is None or kind in steps]
        return " ".join([*lines, f"Answer: {problem.answer}"])


def _time(text):
    """Takes an answer without its wrapping. Raises Unreadable where it is none."""
    if not re.fullmatch(r"\\d{1,2}:\\d{1,3}", text):
        raise Unreadable("It is no time.")
    return text.zfill(5)


def _clock(minutes):
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _uncarried(start, minutes):
    return f"{start // 60:02d}:{start % 60 + minutes:02d}"
'''


class BadName(ValueError):
    """A domain cannot be called so."""


class NewDomain(NamedTuple):
    """A new domain's file, and its name for other commands."""

    path: Path
    spec: str


def write_scaffold(name: str, folder: Path) -> NewDomain:
    """Write the draft of the domain `name` into `folder`; a file that is there stays as it is.

    Raises BadName for a name that cannot be one, and FileExistsError.
    """
    stem = re.sub(r"[\s-]+", "_", name.strip()).lower()
    if not re.fullmatch(r"[a-z]\w*", stem, re.A) or keyword.iskeyword(stem):
        raise BadName(
            f"A domain cannot be called {name!r}: begin with a letter, and use letters, digits, "
            "`-` and `_`, as in unit-conversion."
        )
    shown = stem.replace("_", "-")
    if {shown, stem} & set(names()):
        raise BadName(f"There is a domain {name!r} already: `tutelage domains list`.")
    made = "".join(part.capitalize() for part in stem.split("_"))
    text = _DRAFT.replace("CLASS", made).replace("NAME", shown).replace("TITLE", made)
    path = folder / f"{stem}.py"
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return NewDomain(path, f"{path}:{made}")
