"""What a trial looks at, one look each; whatever a look yields is a finding."""

import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from .contract import (
    SPLITS,
    ModelJudged,
    NotEnoughProblems,
    Planted,
    Problem,
    Split,
    Verdict,
    held,
)
from .floors import floors_of
from .trial import Raised, Trial

SLOW = 0.1
"""Seconds; a judge that takes longer for a reply deserves a note."""
BALANCED = 0.6
"""A larger share of one class within a topic deserves a note."""

Level = Literal["ok", "note", "fault"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    level: Level
    """A note is worth knowing; a fault makes results worthless."""
    said: str


def _enough(trial: Trial) -> Iterator[Finding]:
    """Also gathers the problems that the other looks go by, as many as there are."""
    name = "enough problems"
    empty: dict[Split, str] = {}
    there = held(trial.domain)
    for split in SPLITS:
        trial.problems[split] = ()
        if split not in there:
            yield from _holds_none(trial, split)
            continue
        try:
            trial.problems[split], missing = trial.gather(split)
        except Raised as raised:
            missing = ""
            yield Finding(name, "fault", str(raised))
        if missing and trial.problems[split]:
            yield Finding(name, "fault", missing)
        elif missing:
            empty[split] = missing
    if "train" not in there:
        yield Finding(name, "note", f"for evaluation only: {', '.join(there)}; train on another")
    elif "ood" not in there or set(empty) == {"ood"}:
        why = f": {empty['ood']}" if "ood" in empty else ""
        yield Finding(name, "note", f"ood has none, so a run needs `ood = 0` in [splits]{why}")
    if set(empty) != {"ood"}:
        yield from (Finding(name, "fault", missing) for missing in empty.values())


def _holds_none(trial: Trial, split: Split) -> Iterator[Finding]:
    """A split that the domain says it does not hold must refuse, and not give what nobody tried."""
    try:
        given = trial.ask(split, 1, 0)
    except NotEnoughProblems:
        return
    except Raised as raised:
        yield Finding("enough problems", "fault", str(raised))
        return
    said = f"it says that it holds no {split}, and gave {given[0].id if given else 'an empty list'}"
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
                bare += steps is None
                continue
            verdict = trial.judge(problem, text)
            if verdict.score != 1.0 or verdict.outcome != "right":
                kinds = "all" if steps is None else ", ".join(sorted(steps)) or "no"
                why = f"{verdict.outcome}, {verdict.feedback[:300]}"
                said = f"{problem.id} with {kinds} steps: {why} The solution: {text[:80]!r}"
                yield Finding("solutions are right", "fault", said)
                return
    if bare:
        said = f"{bare} of {len(trial.all)} problems have none; the teacher must demonstrate"
        yield Finding("solutions are right", "note", said)
    else:
        ways = "with all, no and each single kind of step"
        said = f"1.0 on each of {len(trial.all)} problems, {ways}"
        yield Finding("solutions are right", "ok", said)


def _planted(trial: Trial) -> Iterator[Finding]:
    """Where no reference answer exists, a text must outscore its own damaged self."""
    name = "pairs in order"
    if not isinstance(trial.domain, Planted):
        return
    pairs = trial.pairs(trial.domain)
    swapped = []
    for pair in pairs:
        better, worse = (trial.judge(pair.problem, it) for it in (pair.better, pair.worse))
        if better.score <= worse.score:
            found = f"{better.score:.2f} against {worse.score:.2f}"
            swapped.append(f"{pair.problem.id} ({pair.damage}: {found})")
    if not pairs:
        yield Finding(name, "fault", "the domain promises planted pairs and gave none")
    elif swapped:
        said = f"{len(swapped)} of {len(pairs)} pairs are not ordered right, first {swapped[0]}"
        yield Finding(name, "fault", said)
    else:
        kinds = ", ".join(sorted({pair.damage for pair in pairs}))
        yield Finding(name, "ok", f"all {len(pairs)} of them; damages: {kinds}")


def _believed(trial: Trial) -> Iterator[Finding]:
    """Where a model judges: whether its verdicts hold when the texts change places."""
    found = trial.domain.believed() if isinstance(trial.domain, ModelJudged) else None
    if found is not None:
        yield Finding("judging model", "ok" if found.usable else "note", found.said)


def _noise(problem: Problem, rnd: random.Random) -> list[str]:
    # Long words of consonants: among all letters a "no" or an "a" turns up by chance, and answers.
    words = ("".join(rnd.choices("bcdfghjklmnpqrstvwxz", k=rnd.randint(4, 9))) for _ in range(12))
    scribble = " ".join(words)
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
    took = []
    for problem in trial.all:
        reply = trial.solution(problem) or problem.text
        begun = time.perf_counter()
        trial.judge(problem, reply)
        took.append(time.perf_counter() - begun)
    each = sum(took) / max(1, len(took))
    said = f"{each * 1000:.2f} ms a reply, {max(took, default=0) * 1000:.2f} ms the slowest"
    yield Finding("judge speed", "note" if each > SLOW else "ok", said)


LOOKS: Mapping[str, Callable[[Trial], Iterator[Finding]]] = {
    "enough problems": _enough,
    "same problems": _same,
    "distinct problems": _distinct,
    "splits apart": _apart,
    "problems are data": _names,
    "solutions are right": _solutions,
    "pairs in order": _planted,
    "judging model": _believed,
    "noise earns nothing": _no_gifts,
    "wrong class is wrong": _other_class,
    "verdicts agree": _verdicts,
    "rules speak the guide's words": _rules,
    "classes balanced": _balance,
    "features are numbers": _floors,
    "judge speed": _speed,
}
"""In this order: the first one gathers the problems."""

FINE: Mapping[str, str] = {
    "enough problems": "every split gave what it was asked for",
    "same problems": "same arguments, same problems, same order",
    "distinct problems": "none comes twice in a split",
    "splits apart": "no id and no text in two splits, under three seeds",
    "problems are data": "ids are hashes and data is JSON",
    "pairs in order": "none are needed: there are reference answers",
    "judging model": "none is asked",
    "noise earns nothing": "nor do silence, the problem's text, the format's text",
    "wrong class is wrong": "and is read as an answer",
    "verdicts agree": "score, outcome and failure modes go together",
    "rules speak the guide's words": "steps and failure modes are named there",
    "features are numbers": "floors can be computed from them",
    "classes balanced": f"no class above {BALANCED:.0%} in any topic",
}
