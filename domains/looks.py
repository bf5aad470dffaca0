"""What a trial looks at, one look each: the problems and the guide here, the judge in on_trial."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping

from . import on_trial
from .contract import SPLITS, NotEnoughProblems, Split, held
from .finding import Finding
from .floors import floors_of
from .trial import Raised, Trial

BALANCED = 0.6
"""A larger share of one class within a topic deserves a note."""


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


LOOKS: Mapping[str, Callable[[Trial], Iterator[Finding]]] = {
    "enough problems": _enough,
    "same problems": _same,
    "distinct problems": _distinct,
    "splits apart": _apart,
    "problems are data": _names,
    "solutions are right": on_trial.solutions,
    "pairs in order": on_trial.planted,
    "judging model": on_trial.believed,
    "noise earns nothing": on_trial.no_gifts,
    "wrong class is wrong": on_trial.other_class,
    "verdicts agree": on_trial.verdicts,
    "rules speak the guide's words": _rules,
    "classes balanced": _balance,
    "features are numbers": _floors,
    "judge speed": on_trial.speed,
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
