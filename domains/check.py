"""Puts a domain on trial: is it sound enough that a gate may believe it?"""

import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .contract import SPLITS, Domain, NotEnoughProblems, Problem, Split, Verdict
from .floors import Floor, floors_of
from .trial import Raised, Trial

SLOW = 0.1
"""Seconds; a judge that takes longer for a reply deserves a note."""
BALANCED = 0.6
"""A larger share of one class within a topic deserves a note."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    level: Literal["ok", "note", "fault"]
    """A note is worth knowing; a fault makes results worthless."""
    said: str


@dataclass(frozen=True)
class CheckReport:
    """Everything that was found, with what a card shows of the domain."""

    domain: str
    findings: tuple[Finding, ...]
    floors: tuple[Floor, ...]
    sample: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """True when there is no fault. Notes are allowed."""
        return all(finding.level != "fault" for finding in self.findings)

    def as_text(self) -> str:
        """For a terminal: findings, floors, and three problems."""
        return "\n".join(
            [
                f"{self.domain}: {'sound' if self.ok else 'NOT SOUND'}",
                *(f"  {f.level:5} {f.name}: {f.said}" for f in self.findings),
                *(f"  floor {floor.as_text()}" for floor in self.floors),
                *(f"  like  {p.topic} | {p.text!r} -> {p.answer}" for p in self.sample),
            ]
        )


def check(domain: Domain, n: int = 100) -> CheckReport:
    """Try `n` problems of every split; a domain that raises is a finding, not a crash."""
    trial = Trial(domain, n)
    findings: list[Finding] = []
    for name, look in _LOOKS.items():
        try:
            faults = list(look(trial))
        except Raised as raised:
            faults = [Finding(name, "fault", str(raised))]
        except Exception as error:  # The domain is a stranger's: whatever it raises is the finding.
            faults = [Finding(name, "fault", f"it raised {error!r}")]
        findings += faults or [Finding(name, "ok", _OK[name])]
        if not trial.all:
            # Without problems, every other look would find nothing wrong.
            break
    sample = tuple(trial.problems.get("train", ())[:3])
    return CheckReport(domain.name, tuple(findings), tuple(trial.floors), sample)


def _enough(trial: Trial) -> Iterator[Finding]:
    """Also gathers the problems that the other looks go by, as many as there are."""
    for split in SPLITS:
        wanted, given = trial.n, None
        while given is None and wanted:
            try:
                given = trial.ask(split, wanted, 0)
            except Raised as raised:
                yield Finding("enough problems", "fault", str(raised))
                break
            except NotEnoughProblems as error:
                if wanted == trial.n:
                    yield Finding("enough problems", "fault", str(error))
                wanted //= 2
        trial.problems[split] = given or ()
        if given is not None and len(given) != wanted:
            said = f"{split} gave {len(given)} problems when asked for {wanted}"
            yield Finding("enough problems", "fault", said)


def _same(trial: Trial) -> Iterator[Finding]:
    for split, first in trial.problems.items():
        if first and trial.ask(split, len(first), 0) != first:
            yield Finding("same problems", "fault", f"{split} differs when it is asked for again")


def _distinct(trial: Trial) -> Iterator[Finding]:
    for split, problems in trial.problems.items():
        twice = [name for name, times in Counter(p.id for p in problems).items() if times > 1]
        if twice:
            yield Finding("distinct problems", "fault", f"{split} holds {twice[0]} twice")


def _apart(trial: Trial) -> Iterator[Finding]:
    """Under any seed: one run's test must not be another run's training."""
    home: dict[str, Split] = {}
    for split, problems in trial.problems.items():
        seen = list(problems)
        for seed in (1, 2):
            seen += trial.ask(split, len(problems), seed) if problems else []
        for problem in seen:
            for key in (problem.id, problem.text):
                if home.setdefault(key, split) != split:
                    said = f"{problem.id} is in {home[key]} and in {split}: {problem.text[:60]!r}"
                    yield Finding("splits apart", "fault", said)
                    return


def _solutions(trial: Trial) -> Iterator[Finding]:
    bare = 0
    for problem in trial.all:
        for steps in trial.ways():
            text = trial.solution(problem, steps)
            if text is None:
                bare += 1
                continue
            verdict = trial.judge(problem, text)
            if verdict.score != 1.0 or verdict.outcome != "right":
                kinds = "all" if steps is None else ", ".join(sorted(steps)) or "no"
                said = f"{problem.id} with {kinds} steps scored {verdict.score}: {text[:80]!r}"
                yield Finding("solutions are right", "fault", said)
                return
    if bare:
        said = f"{bare} times there was no worked solution; the teacher must demonstrate"
        yield Finding("solutions are right", "note", said)


def _noise(problem: Problem, rnd: random.Random) -> list[str]:
    letters = "abcdefghijklmnopqrstuvwxyz     "
    scribble = "".join(rnd.choices(letters, k=80))
    return ["", "   \n", "?", "\x00\ud800", "I cannot tell.", scribble, problem.text]


def _no_gifts(trial: Trial) -> Iterator[Finding]:
    rnd = random.Random(0)
    for problem in trial.all:
        for reply in [*_noise(problem, rnd), trial.domain.guide.reply_format]:
            verdict = trial.judge(problem, reply)
            if verdict.outcome == "right" or verdict.score >= 1.0:
                yield Finding(
                    "noise earns nothing", "fault", f"{problem.id} is solved by {reply!r}"
                )
                return


def _other_class(trial: Trial) -> Iterator[Finding]:
    """Where answers are classes, a solution of another class must be wrong."""
    classes = trial.domain.guide.classes
    unknown = {problem.answer for problem in trial.all} - set(classes)
    if classes and unknown:
        said = f"the guide does not name {sorted(unknown)[0]!r}"
        yield Finding("wrong class is wrong", "fault", said)
    one_of = {problem.answer: problem for problem in trial.all} if classes else {}
    for problem in trial.all:
        for answer, other in one_of.items():
            reply = trial.solution(other, frozenset())
            if answer != problem.answer and reply is not None:
                verdict = trial.judge(problem, reply)
                if verdict.outcome != "wrong":
                    said = f"{problem.id} ({problem.answer}) with {reply!r}: {verdict.outcome}"
                    yield Finding("wrong class is wrong", "fault", said)
                    return


def _verdicts(trial: Trial) -> Iterator[Finding]:
    """The parts of a verdict agree, and it speaks in the guide's words."""
    known, rnd = set(trial.domain.guide.failure_modes), random.Random(1)
    for problem, other in zip(trial.all, reversed(trial.all), strict=True):
        replies = [*_noise(problem, rnd), *(trial.solution(other, w) for w in trial.ways())]
        for reply in replies:
            verdict = trial.judge(problem, reply or "")
            for said in _discord(verdict, known):
                yield Finding("verdicts agree", "fault", f"{problem.id}, {reply!r:.80}: {said}")
                return


def _discord(verdict: Verdict, known: set[str]) -> Iterator[str]:
    right = verdict.outcome == "right"
    if right != (verdict.score >= 1.0) or not 0.0 <= verdict.score <= 1.0:
        yield f"the score {verdict.score} does not go with {verdict.outcome!r}"
    if right and verdict.failure_modes:
        yield f"right, with failure modes {verdict.failure_modes}"
    if verdict.outcome == "unparsed" and verdict.answer is not None:
        yield f"unparsed, with the answer {verdict.answer!r}"
    if not verdict.feedback:
        yield "no feedback"
    if set(verdict.failure_modes) - known:
        yield f"failure modes that the guide lacks: {set(verdict.failure_modes) - known}"


def _rules(trial: Trial) -> Iterator[Finding]:
    guide = trial.domain.guide
    for rule in guide.rules:
        strange = (rule.steps - set(guide.step_kinds)) | (rule.addresses - set(guide.failure_modes))
        if strange:
            said = f"the rule {rule.name!r} names {sorted(strange)}, which the guide lacks"
            yield Finding("rules speak the guide's words", "fault", said)
    twice = [name for name, times in Counter(r.name for r in guide.rules).items() if times > 1]
    if twice:
        said = f"two rules are called {twice[0]!r}"
        yield Finding("rules speak the guide's words", "fault", said)
    if not guide.rules:
        said = "there are none: only a language model can teach this domain"
        yield Finding("rules speak the guide's words", "note", said)


def _names(trial: Trial) -> Iterator[Finding]:
    for problem in trial.all:
        if not re.fullmatch(r"[0-9a-f]{16}", problem.id):
            yield Finding("problems are data", "fault", f"{problem.id!r} is not 16 hex digits")
            return
        if json.loads(json.dumps(dict(problem.data))) != dict(problem.data):
            said = f"{problem.id}: its data changes when it is written as JSON and read again"
            yield Finding("problems are data", "fault", said)
            return


def _balance(trial: Trial) -> Iterator[Finding]:
    if not trial.domain.guide.classes:
        return
    for split, problems in trial.problems.items():
        topics: dict[str, Counter[str]] = defaultdict(Counter)
        for problem in problems:
            topics[problem.topic][problem.answer] += 1
        for topic, answers in topics.items():
            answer, times = answers.most_common(1)[0]
            if times > 1 and times / answers.total() > BALANCED:
                said = (
                    f"{split}, {topic}: {times} of {answers.total()} are {answer}; see the floors"
                )
                yield Finding("classes balanced", "note", said)


def _floors(trial: Trial) -> Iterator[Finding]:
    if trial.problems["train"]:
        trial.floors = floors_of(trial.problems)
    yield from ()


def _speed(trial: Trial) -> Iterator[Finding]:
    replies = [(p, trial.solution(p) or p.text) for p in trial.all]
    begun = time.perf_counter()
    for problem, reply in replies:
        trial.judge(problem, reply)
    each = (time.perf_counter() - begun) / max(1, len(replies))
    level: Literal["ok", "note"] = "note" if each > SLOW else "ok"
    yield Finding("judge speed", level, f"{each * 1000:.2f} ms a reply")


_LOOKS = {
    "enough problems": _enough,
    "same problems": _same,
    "distinct problems": _distinct,
    "splits apart": _apart,
    "problems are data": _names,
    "solutions are right": _solutions,
    "noise earns nothing": _no_gifts,
    "wrong class is wrong": _other_class,
    "verdicts agree": _verdicts,
    "rules speak the guide's words": _rules,
    "classes balanced": _balance,
    "features are numbers": _floors,
    "judge speed": _speed,
}
"""In this order: the first one gathers the problems."""

_OK = {
    "enough problems": "every split gave what it was asked for",
    "same problems": "same arguments, same problems, same order",
    "distinct problems": "none comes twice in a split",
    "splits apart": "no id and no text in two splits, under three seeds",
    "problems are data": "ids are hashes and data is JSON",
    "solutions are right": "with all, no and each single kind of step",
    "noise earns nothing": "nor do silence, the problem's text, the format's text",
    "wrong class is wrong": "and is read as an answer",
    "verdicts agree": "score, outcome and failure modes go together",
    "rules speak the guide's words": "steps and failure modes are named there",
    "features are numbers": "floors can be computed from them",
    "classes balanced": f"no class above {BALANCED:.0%} in any topic",
}
