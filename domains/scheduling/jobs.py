"""Job order with deadlines: an order in which every job ends in time, or none."""

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ..contract import AnswerKind, Problem, Split, Verdict
from ..guide_file import read_guide
from ..identity import problem
from ..reading import Reading, Unreadable, read_reply
from . import solver
from .instances import draw, shuffle_items, sizes_of

NAME = "scheduling:jobs"
NONE = "NONE"
LETTERS = "ABCDEFGH"
KNOWN = {"3 jobs": 3, "4 jobs": 4}
OOD = {"5 jobs": 5, "6 jobs": 6}
LONGEST = 6
ORDER = re.compile(r"[A-H](?:(?:,|->|→|then|\s)*+[A-H])*+", re.I | re.A)
ROW = re.compile(r"([A-H]) (\d+)\+(\d+)=(\d+) (<=|>) (\d+)", re.A)

GUIDE = read_guide(Path(__file__).with_suffix(".toml"))


class Job(NamedTuple):
    """A job as the problem names it."""

    letter: str
    takes: int
    due: int


class JobOrder:
    """An order that is tried, not compared: every order in which no job is late is right."""

    name = NAME
    task_type = "construction"
    judge_version = 2
    guide = GUIDE

    def __init__(self, *, topics: Sequence[str] = ()) -> None:
        self._sizes = sizes_of(NAME, KNOWN, topics)

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        """Return `n` distinct problems, topics in turn; about one in four has no order."""
        return draw(NAME, _make, OOD if split == "ood" else self._sizes, split, n, seed)

    def reading(self, problem: Problem, reply: str) -> Reading[str]:
        """Read an order, or NONE."""
        return read_reply(reply, _order)

    def answer_kind(self, problem: Problem) -> AnswerKind:
        """Return the kind of all answers here."""
        return "text"

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Do the jobs in the order that was given."""
        reading = self.reading(problem, reply)
        said = reading.answer
        modes = tuple(dict.fromkeys(mode for mode, _ in flaws(problem, reply)))
        if said is None:
            return Verdict(0.0, "unparsed", reading.refusal, ("no_answer", *modes))
        flaw = _flaw(problem, said)
        if flaw is None:
            return Verdict(1.0, "right", "Right.", (), said)
        return Verdict(0.0, "wrong", flaw[1], (*flaw[0], *modes), said)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        """Write the named steps, then the order that they lead to."""
        lines, order = work(problem)
        shown = [line for kind, line in lines.items() if steps is None or kind in steps]
        return " ".join([*shown, f"Answer: {order}"])


def _make(rnd: random.Random, size: int) -> Problem | None:
    """Draw jobs around an order; the total says nothing, and the order given is not the answer."""
    takes = [rnd.randint(1, LONGEST) for _ in range(size)]
    ends = [sum(takes[: place + 1]) for place in range(size)]
    tight = rnd.random() < 0.5
    slack = [rnd.randint(-2 if tight else 0, 3) for _ in takes]
    jobs = sorted((t, max(t, end + s)) for t, end, s in zip(takes, ends, slack, strict=True))
    total, last = sum(takes), max(due for _, due in jobs)
    if len({due for _, due in jobs}) < size or total > last:
        return None
    shown = shuffle_items(jobs, jobs)
    order = solver.job_order(shown)
    if (order is None and rnd.random() < 0.4) or solver.meets_deadlines(shown):
        return None
    named = zip(LETTERS, shown, strict=False)
    return problem(
        NAME,
        text=", ".join(f"{x} takes {takes} due {due}" for x, (takes, due) in named) + ".",
        topic=f"{size} jobs",
        difficulty=size - 2,
        answer=NONE if order is None else " ".join(LETTERS[place] for place in order),
        canonical=jobs,
        data={"jobs": [list(job) for job in shown]},
        features={
            "jobs": size,
            "total": total,
            "last deadline": last,
            "spare at the end": last - total,
            "first deadline": min(due for _, due in jobs),
            "longest": max(takes),
            "least slack": min(due - each for each, due in jobs),
            "all deadlines": sum(due for _, due in jobs),
        },
    )


def jobs_of(problem: Problem) -> list[Job]:
    """Return the jobs as the text names them."""
    return [Job(x, *job) for x, job in zip(LETTERS, problem.data["jobs"], strict=False)]


def _order(text: str) -> str:
    if text.upper() == NONE:
        return NONE
    letters = re.findall(r"[A-H]", re.sub("then", "", text, flags=re.I).upper())
    if not ORDER.fullmatch(text) or len(letters) < 2:
        raise Unreadable("It is no order of jobs.")
    return " ".join(letters)


def work(problem: Problem) -> tuple[dict[str, str], str]:
    """Return the steps, and the order by deadlines, or NONE where it makes a job late."""
    jobs = jobs_of(problem)
    order = sorted(jobs, key=lambda job: job.due)
    rows, now, late = [], 0, False
    for job in order:
        end = now + job.takes
        sign = "<=" if end <= job.due else ">"
        rows.append(f"{job.letter} {now}+{job.takes}={end} {sign} {job.due}")
        now, late = end, late or end > job.due
    shortest = sorted(jobs, key=lambda job: (job.takes, job.letter))
    last = max(job.due for job in jobs)
    steps = {
        "deadlines": f"By deadline: {', '.join(f'{job.letter} {job.due}' for job in order)}.",
        "lengths": f"By length: {', '.join(f'{job.letter} {job.takes}' for job in shortest)}.",
        "total": f"All take {now}, the last is due {last}.",
        "ends": f"{'; '.join(rows)}.",
    }
    return steps, NONE if late else " ".join(job.letter for job in order)


def _flaw(problem: Problem, said: str) -> tuple[tuple[str, ...], str] | None:
    """Return the failure modes of an order, and a sentence; None where it is right."""
    possible = problem.answer != NONE
    if said == NONE:
        return (("gave_up",), f"{problem.answer} makes no job late.") if possible else None
    jobs = {job.letter: job for job in jobs_of(problem)}
    letters = said.split()
    if sorted(letters) != sorted(jobs):
        return ("left_out",), f"Each of {', '.join(jobs)} is to be done once."
    lengths = [jobs[letter].takes for letter in letters]
    by_length = ("shortest_first",) if lengths == sorted(lengths) else ()
    now = 0
    for letter in letters:
        now += jobs[letter].takes
        if now > jobs[letter].due:
            why = f"{letter} ends at {now} and is due {jobs[letter].due}."
            return ("late" if possible else "impossible", *by_length), why
    return None


def flaws(problem: Problem, reply: str) -> Iterator[tuple[str, str]]:
    """Yield false rows of the working, as failure mode and row."""
    jobs = {job.letter: job for job in jobs_of(problem)}
    rows = list(ROW.finditer(reply))
    if not rows:
        yield "no_working", ""
    now = 0
    for found in rows:
        job = jobs.get(found[1])
        begin, takes, end, due = (solver.whole_number(found[group]) for group in (2, 3, 4, 6))
        if job is None or (begin, takes, due) != (now, job.takes, job.due) or begin + takes != end:
            yield "false_row", found[0]
        if (found[5] == "<=") != (end <= due):
            yield "false_sign", found[0]
        now = end
