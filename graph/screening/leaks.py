"""Leaks into a candidate's rules: orders, secrets, copied problems, quoted texts.

Only what the edits bring is read. Rules that stand already were read when they came, and a text
that quotes one of them later must not be able to bar every edit to come.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from ...domains.contract import Problem
from ...evidence.leaks import leaks
from ...store.edits import Edit
from ...store.rules import EMPTY, Rule, Strategy
from ..calls.secrets import seems_secret
from ..teacher.contract import Forbidden, ShownAttempt, Unusable
from .advice import advice_fault, model_in, words_of
from .injection import order_in, orders_of

FIELDS = ("section", "text", "when", "when_not")
COPIED = 5
"""Words in a row that a rule may not share with an order that stood in a problem or reply."""
OFTEN = 3
"""Problems, or verdicts, from which on the words that they share are the domain's own."""


class ForeignText(NamedTuple):
    """A text from outside that a teacher read: a problem, a reply, or the verifier's words."""

    source: Literal["problem", "reply", "verifier"]
    text: str


class _NewText(NamedTuple):
    where: str
    """Name of the text, for the refusal."""
    text: str


def foreign_texts(shown: Sequence[ShownAttempt]) -> list[ForeignText]:
    """Return the texts of attempts that came from outside."""
    return [
        text
        for one in shown
        for text in (
            ForeignText("problem", one.problem.text),
            ForeignText("reply", one.reply),
            ForeignText("reply", one.solution),
            ForeignText("verifier", one.attempt.feedback),
        )
        if text.text
    ]


def check_text(
    candidate: Strategy,
    edits: Sequence[Edit] = (),
    *,
    problems: Mapping[str, Sequence[Problem]],
    parent: Strategy = EMPTY,
    classes: Sequence[str] = (),
    foreign: Sequence[ForeignText] = (),
    common: Sequence[str] = (),
    secrets: Collection[str] = (),
    models: Sequence[str] = (),
    by_model: bool = True,
) -> None:
    """Raise Unusable for the first rule or rationale that carries what it may not.

    `problems` may stand in no rule, by their split. `foreign` is what the teacher read, `common`
    what the domain itself says. `secrets` are values that nobody may read, `models` further names
    that no rule may hold. With `by_model` rules must be advice that holds for any model.
    Raises Forbidden where the text must not be kept either: an order to its reader, or a secret.
    """
    texts = list(_new_texts(candidate, parent, edits))
    orders = [words_of(order) for _, text in foreign for order in orders_of(text)]
    for one in texts:
        if seems_secret(one.text, secrets):
            raise Forbidden(f"{one.where} carries a secret, or what looks like one.")
        if said := order_in(one.text):
            raise Forbidden(f"{one.where} {said}.")
        if any(_repeats(words_of(one.text), order) for order in orders):
            raise Forbidden(f"{one.where} repeats an order that stood in a text it was made from.")
    for rule in _new_rules(candidate, parent):
        if any(len(getattr(rule, field).splitlines()) > 1 for field in FIELDS):
            raise Unusable(f"Rule {rule.id} has more than one line.")
    _check_copies(candidate, parent, problems, classes)
    if by_model:
        _check_quotes(candidate, parent, problems, foreign, common)
        for one in texts:
            if said := model_in(one.text, models):
                raise Unusable(f"{one.where} names a model ({said}); rules must hold for any.")
        for rule in _new_rules(candidate, parent):
            if said := advice_fault(rule, classes):
                raise Unusable(f"Rule {rule.id} {said}.")


def _new_rules(candidate: Strategy, parent: Strategy) -> list[Rule]:
    stood = set(parent.rules)
    return [rule for rule in candidate.rules if rule not in stood]


def _new_texts(candidate: Strategy, parent: Strategy, edits: Sequence[Edit]) -> Iterator[_NewText]:
    """Yield each new text on its own, and each new rule as its reader will see it."""
    for rule in _new_rules(candidate, parent):
        for field in FIELDS:
            yield _NewText(f"Rule {rule.id} ({field})", getattr(rule, field))
        yield _NewText(f"Rule {rule.id} (steps)", " ".join(rule.steps))
        # An order may be cut in two: here as its reader sees the rule, and without our own words.
        yield _NewText(f"Rule {rule.id}", Strategy(rules=(rule,)).render())
        yield _NewText(f"Rule {rule.id}", " ".join(getattr(rule, field) for field in FIELDS))
    for number, edit in enumerate(edits, start=1):
        yield _NewText(f"The rationale of edit {number} ({edit.op})", edit.rationale)


def _repeats(mine: Sequence[str], order: Sequence[str]) -> bool:
    """Tell whether a text says an order again: in a run of words, or with most of its own."""
    need = min(COPIED, max(2, (len(mine) + 1) // 2))
    runs = {tuple(order[i : i + need]) for i in range(len(order) - need + 1)}
    return any(tuple(mine[i : i + need]) in runs for i in range(len(mine) - need + 1))


def _check_copies(
    candidate: Strategy,
    parent: Strategy,
    problems: Mapping[str, Sequence[Problem]],
    classes: Sequence[str],
) -> None:
    """Raise Unusable where a rule holds a problem. The reason quotes nothing: teachers read it."""
    texts = {
        rule.id: "\n".join(getattr(rule, field) for field in FIELDS)
        for rule in _new_rules(candidate, parent)
    }
    split = {problem.id: name for name, members in problems.items() for problem in members}
    found = leaks(
        texts,
        [(p.id, p.text, p.answer) for members in problems.values() for p in members],
        classes,
    )
    if found:
        worst = min(found, key=lambda leak: split[leak.problem] == "train")
        held = {"text": "words", "numbers": "numbers", "answer": "answer"}[worst.kind]
        raise Unusable(
            f"Rule {worst.rule} carries the {held} of a problem in {split[worst.problem]} "
            f"({worst.problem}); rules must hold for any problem."
        )


def _check_quotes(
    candidate: Strategy,
    parent: Strategy,
    problems: Mapping[str, Sequence[Problem]],
    foreign: Sequence[ForeignText],
    common: Sequence[str],
) -> None:
    """Raise Unusable where half of a rule stands word for word in a text that was read.

    An order that no pattern knows is a sentence of one problem, reply or verdict all the same.
    What the domain says, the parent's rules say, or many problems or verdicts say may be repeated.
    """
    own = [words_of(text) for text in (*common, *(rule.text for rule in parent.rules))]
    read = [(source, words_of(text)) for source, text in foreign]
    said: list[tuple[str, ...]] = []
    for rule in _new_rules(candidate, parent):
        for mine in (words_of(getattr(rule, field)) for field in FIELDS[1:]):
            size = min(12, max(4, (len(mine) + 1) // 2))
            quoted = {run: where for run in _runs(mine, size) if (where := _sources_of(run, read))}
            for run, where in quoted.items():
                said = said or [words_of(p.text) for each in problems.values() for p in each]
                often = max(where["verifier"], sum(run in _runs(text, size) for text in said))
                alone = not where["reply"] and often >= OFTEN
                if not alone and not any(run in _runs(text, size) for text in own):
                    raise Unusable(
                        f"Rule {rule.id} says word for word what stands in a {min(where)} that "
                        "it was made from; say what holds for any, in words of your own."
                    )


def _sources_of(run: tuple[str, ...], read: Sequence[tuple[str, tuple[str, ...]]]) -> Counter[str]:
    """Count the texts of each source that hold a run of words."""
    return Counter(source for source, text in read if run in _runs(text, len(run)))


@lru_cache(maxsize=8192)
def _runs(words: tuple[str, ...], size: int) -> frozenset[tuple[str, ...]]:
    return frozenset(words[i : i + size] for i in range(len(words) - size + 1))
