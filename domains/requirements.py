"""Requirements of a domain, one check each: its problems, its guide, its judge."""

import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from .answer_trial import check_answers
from .contract import (
    RULE_LIMITS,
    SPLITS,
    ModelJudged,
    NotEnoughProblems,
    Planted,
    Problem,
    Split,
    Verdict,
    held_splits,
)
from .trial import CheckRemark, DomainRaised, Trial

BALANCED = 0.6
"""A larger share of one class within a topic deserves a note."""

SLOW = 0.1
"""Seconds; a judge that takes longer for a reply deserves a note."""


def _check_counts(trial: Trial) -> Iterator[CheckRemark]:
    """Check that splits hold what was asked; gather the problems that the other checks go by."""
    empty: dict[Split, str] = {}
    there = held_splits(trial.domain)
    for split in SPLITS:
        trial.problems[split] = ()
        if split not in there:
            yield from _check_empty_split(trial, split)
            continue
        try:
            trial.problems[split], missing = trial.gather(split)
        except DomainRaised as raised:
            missing = ""
            yield "fault", str(raised)
        if missing and trial.problems[split]:
            yield "fault", missing
        elif missing:
            empty[split] = missing
    if "train" not in there:
        yield "note", f"for evaluation only: {', '.join(there)}; train on another"
    elif "ood" not in there or set(empty) == {"ood"}:
        why = f": {empty['ood']}" if "ood" in empty else ""
        yield "note", f"ood has none, so a run needs `ood = 0` in [splits]{why}"
    if set(empty) != {"ood"}:
        yield from (("fault", missing) for missing in empty.values())


def _check_empty_split(trial: Trial, split: Split) -> Iterator[CheckRemark]:
    """Check that a split which the domain says it does not hold refuses to give problems."""
    try:
        given = trial.ask(split, 1, 0)
    except NotEnoughProblems:
        return
    except DomainRaised as raised:
        yield "fault", str(raised)
        return
    said = f"it says that it holds no {split}, and gave {given[0].id if given else 'an empty list'}"
    yield "fault", said


def _check_repetition(trial: Trial) -> Iterator[CheckRemark]:
    for split, first in trial.problems.items():
        if first and trial.ask(split, len(first), 0) != first:
            yield "fault", f"{split} differs when it is asked for again"


def _check_distinctness(trial: Trial) -> Iterator[CheckRemark]:
    for split, problems in trial.problems.items():
        twice = [name for name, times in Counter(p.id for p in problems).items() if times > 1]
        if twice:
            yield "fault", f"{split} holds {twice[0]} twice"


def _check_split_overlap(trial: Trial) -> Iterator[CheckRemark]:
    """Check under several seeds: one run's test must not be another run's training."""
    home: dict[str, Split] = {}
    for split, problems in trial.problems.items():
        seen = list(problems)
        for seed in (1, 2):
            seen += trial.ask(split, len(problems), seed) if problems else []
        for problem in seen:
            for key in (problem.id, problem.text):
                if home.setdefault(key, split) != split:
                    said = f"{problem.id} is in {home[key]} and in {split}: {problem.text[:60]!r}"
                    yield "fault", said
                    return


def _check_rules(trial: Trial) -> Iterator[CheckRemark]:
    guide = trial.domain.guide
    for rule in guide.rules:
        strange = (rule.steps - set(guide.step_kinds)) | (rule.addresses - set(guide.failure_modes))
        if strange:
            said = f"the rule {rule.name!r} names {sorted(strange)}, which the guide lacks"
            yield "fault", said
        for field, most in RULE_LIMITS.items():
            said, fewest = getattr(rule, field), int(field in ("section", "text"))
            if not isinstance(said, str) or not fewest <= len(said.strip()) <= most or "\n" in said:
                wanted = f"its `{field}` must be one line of {fewest} to {most} characters"
                yield "fault", f"the rule {rule.name!r} cannot be proposed: {wanted}"
    if strange_classes := [it for it in guide.classes if not isinstance(it, str)]:
        yield "fault", f"the guide's classes hold {strange_classes[0]!r:.60}, which is no text"
    twice = [name for name, times in Counter(r.name for r in guide.rules).items() if times > 1]
    if twice:
        yield "fault", f"two rules are called {twice[0]!r}"
    if not guide.rules:
        yield "note", "there are none: only a language model can teach this domain"


def _check_ids_and_data(trial: Trial) -> Iterator[CheckRemark]:
    for problem in trial.all:
        if not re.fullmatch(r"[0-9a-f]{16}", problem.id):
            yield "fault", f"{problem.id!r} is not 16 hex digits"
            return
        if json.loads(json.dumps(dict(problem.data))) != dict(problem.data):
            said = f"{problem.id}: its data changes when it is written as JSON and read again"
            yield "fault", said
            return


def _check_balance(trial: Trial) -> Iterator[CheckRemark]:
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
                yield "note", said


def _check_features(trial: Trial) -> Iterator[CheckRemark]:
    if trial.problems["train"]:
        trial.measure_floors()
    yield from ()


def _check_solutions(trial: Trial) -> Iterator[CheckRemark]:
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
                yield "fault", said
                return
    if bare:
        said = f"{bare} of {len(trial.all)} problems have none; the teacher must demonstrate"
        yield "note", said
    else:
        ways = "with all, no and each single kind of step"
        yield "ok", f"1.0 on each of {len(trial.all)} problems, {ways}"


def _check_planted_pairs(trial: Trial) -> Iterator[CheckRemark]:
    """Check, where no reference answer exists, that a text outscores its own damaged self."""
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
        yield "fault", "the domain promises planted pairs and gave none"
    elif swapped:
        said = f"{len(swapped)} of {len(pairs)} pairs are not ordered right, first {swapped[0]}"
        yield "fault", said
    else:
        kinds = ", ".join(sorted({pair.damage for pair in pairs}))
        yield "ok", f"all {len(pairs)} of them; damages: {kinds}"


def _check_judging_model(trial: Trial) -> Iterator[CheckRemark]:
    """Check, where a model judges, that its verdicts hold when the texts change places."""
    found = trial.domain.belief() if isinstance(trial.domain, ModelJudged) else None
    if found is not None:
        yield "ok" if found.usable else "note", found.said


def _noise(problem: Problem, rnd: random.Random) -> list[str]:
    # Long words of consonants: among all letters a "no" or an "a" turns up by chance, and answers.
    words = ("".join(rnd.choices("bcdfghjklmnpqrstvwxz", k=rnd.randint(4, 9))) for _ in range(12))
    scribble = " ".join(words)
    return ["", "   \n", "?", "\x00\ud800", "I cannot tell.", scribble, problem.text]


def _check_noise(trial: Trial) -> Iterator[CheckRemark]:
    rnd = random.Random(0)
    for problem in trial.all:
        for reply in [*_noise(problem, rnd), trial.domain.guide.reply_format]:
            verdict = trial.judge(problem, reply)
            if verdict.outcome == "right" or verdict.score >= 1.0:
                yield "fault", f"{problem.id} is solved by {reply!r}"
                return


def _check_other_classes(trial: Trial) -> Iterator[CheckRemark]:
    """Check, where answers are classes, that a solution of another class is wrong."""
    classes = trial.domain.guide.classes
    unknown = {problem.answer for problem in trial.all} - set(classes)
    if classes and unknown:
        yield "fault", f"the guide does not name {sorted(unknown)[0]!r}"
    one_of = {problem.answer: problem for problem in trial.all} if classes else {}
    for problem in trial.all:
        for answer, other in one_of.items():
            reply = trial.solution(other, frozenset())
            if answer != problem.answer and reply is not None:
                verdict = trial.judge(problem, reply)
                if verdict.outcome != "wrong":
                    said = f"{problem.id} ({problem.answer}) with {reply!r}: {verdict.outcome}"
                    yield "fault", said
                    return


def _check_verdicts(trial: Trial) -> Iterator[CheckRemark]:
    """Check that the parts of a verdict agree, in the words of the guide."""
    known, rnd = set(trial.domain.guide.failure_modes), random.Random(1)
    for problem, other in zip(trial.all, reversed(trial.all), strict=True):
        replies = [*_noise(problem, rnd), *(trial.solution(other, w) for w in trial.ways())]
        for reply in replies:
            verdict = trial.judge(problem, reply or "")
            for said in _contradictions(verdict, known):
                yield "fault", f"{problem.id}, {reply!r:.80}: {said}"
                return


def _contradictions(verdict: Verdict, known: set[str]) -> Iterator[str]:
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


def _check_speed(trial: Trial) -> Iterator[CheckRemark]:
    took = []
    for problem in trial.all:
        reply = trial.solution(problem) or problem.text
        begun = time.perf_counter()
        trial.judge(problem, reply)
        took.append(time.perf_counter() - begun)
    each = sum(took) / max(1, len(took))
    said = f"{each * 1000:.2f} ms a reply, {max(took, default=0) * 1000:.2f} ms the slowest"
    yield "note" if each > SLOW else "ok", said


REQUIREMENTS: Sequence[tuple[str, Callable[[Trial], Iterator[CheckRemark]], str]] = (
    ("enough problems", _check_counts, "every split gave what it was asked for"),
    ("same problems", _check_repetition, "same arguments, same problems, same order"),
    ("distinct problems", _check_distinctness, "none comes twice in a split"),
    ("splits apart", _check_split_overlap, "no id and no text in two splits, under three seeds"),
    ("problems are data", _check_ids_and_data, "ids are hashes and data is JSON"),
    ("solutions are right", _check_solutions, ""),
    ("pairs in order", _check_planted_pairs, "none are needed: there are reference answers"),
    ("judging model", _check_judging_model, "none is asked"),
    ("noise earns nothing", _check_noise, "nor do silence, the problem's text, the format's text"),
    ("wrong class is wrong", _check_other_classes, "and is read as an answer"),
    ("answers are read", check_answers, "not tried: no bare solution is one short answer"),
    ("verdicts agree", _check_verdicts, "score, outcome and failure modes go together"),
    ("rules speak the guide's words", _check_rules, "steps and failure modes are named there"),
    ("classes balanced", _check_balance, f"no class above {BALANCED:.0%} in any topic"),
    ("features are numbers", _check_features, "floors can be computed from them"),
    ("judge speed", _check_speed, ""),
)
"""Name, check, and what is said where it finds nothing; the first one gathers the problems."""
