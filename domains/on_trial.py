"""The judge on trial: solutions, noise, other classes, planted pairs, and how long it takes."""

import random
import time
from collections.abc import Iterator

from .contract import ModelJudged, Planted, Problem, Verdict
from .finding import Finding
from .trial import Trial

SLOW = 0.1
"""Seconds; a judge that takes longer for a reply deserves a note."""


def solutions(trial: Trial) -> Iterator[Finding]:
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


def planted(trial: Trial) -> Iterator[Finding]:
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


def believed(trial: Trial) -> Iterator[Finding]:
    """Where a model judges: whether its verdicts hold when the texts change places."""
    found = trial.domain.believed() if isinstance(trial.domain, ModelJudged) else None
    if found is not None:
        yield Finding("judging model", "ok" if found.usable else "note", found.said)


def _noise(problem: Problem, rnd: random.Random) -> list[str]:
    # Long words of consonants: among all letters a "no" or an "a" turns up by chance, and answers.
    words = ("".join(rnd.choices("bcdfghjklmnpqrstvwxz", k=rnd.randint(4, 9))) for _ in range(12))
    scribble = " ".join(words)
    return ["", "   \n", "?", "\x00\ud800", "I cannot tell.", scribble, problem.text]


def no_gifts(trial: Trial) -> Iterator[Finding]:
    rnd = random.Random(0)
    for problem in trial.all:
        for reply in [*_noise(problem, rnd), trial.domain.guide.reply_format]:
            verdict = trial.judge(problem, reply)
            if verdict.outcome == "right" or verdict.score >= 1.0:
                yield Finding(
                    "noise earns nothing", "fault", f"{problem.id} is solved by {reply!r}"
                )
                return


def other_class(trial: Trial) -> Iterator[Finding]:
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


def verdicts(trial: Trial) -> Iterator[Finding]:
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


def speed(trial: Trial) -> Iterator[Finding]:
    took = []
    for problem in trial.all:
        reply = trial.solution(problem) or problem.text
        begun = time.perf_counter()
        trial.judge(problem, reply)
        took.append(time.perf_counter() - begun)
    each = sum(took) / max(1, len(took))
    said = f"{each * 1000:.2f} ms a reply, {max(took, default=0) * 1000:.2f} ms the slowest"
    yield Finding("judge speed", "note" if each > SLOW else "ok", said)
