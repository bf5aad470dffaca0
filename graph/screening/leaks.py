"""What a rule may not carry, and what makes it advice: for any model, on any problem of its kind.

Only what the edits bring is read. Rules that stand already were read when they came, and a text
that quotes one of them later must not be able to bar every edit to come.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from ...domains.contract import Problem
from ...evidence.leaks import leaks
from ...store.edits import Edit
from ...store.rules import EMPTY, Rule, Strategy
from ..calls.secrets import secret_in
from ..teacher.contract import Forbidden, Unusable
from .injection import in_plain_letters, order_in, orders_of

FIELDS = ("section", "text", "when", "when_not")
COPIED = 5
"""Words in a row that a rule may not share with an order that stood in a problem or reply."""
OFTEN = 3
"""Problems, or verdicts, from which on the words that they share are the domain's own."""


class Read(NamedTuple):
    """A text from outside that a teacher read."""

    source: Literal["problem", "reply", "verifier"]
    text: str


class _Text(NamedTuple):
    where: str
    """Whose words these are, for the refusal."""
    text: str


def check(
    candidate: Strategy,
    edits: Sequence[Edit] = (),
    *,
    problems: Mapping[str, Sequence[Problem]],
    parent: Strategy = EMPTY,
    classes: Sequence[str] = (),
    foreign: Sequence[Read] = (),
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
    brought = list(_brought(candidate, parent, edits))
    orders = [_words(order) for _, text in foreign for order in orders_of(text)]
    for one in brought:
        if secret_in(one.text, secrets):
            raise Forbidden(f"{one.where} carries a secret, or what looks like one.")
        if said := order_in(one.text):
            raise Forbidden(f"{one.where} {said}.")
        if any(_repeats(_words(one.text), order) for order in orders):
            raise Forbidden(f"{one.where} repeats an order that stood in a text it was made from.")
    for rule in _new(candidate, parent):
        if any(len(getattr(rule, field).splitlines()) > 1 for field in FIELDS):
            raise Unusable(f"Rule {rule.id} has more than one line.")
    _check_copies(candidate, parent, problems, classes)
    if by_model:
        _check_quotes(candidate, parent, problems, foreign, common)
        for one in brought:
            if said := _named_model(one.text, models):
                raise Unusable(f"{one.where} names a model ({said}); rules must hold for any.")
        for rule in _new(candidate, parent):
            if said := _constant(rule, classes) or _vague(rule.text, classes):
                raise Unusable(f"Rule {rule.id} {said}.")


def _new(candidate: Strategy, parent: Strategy) -> list[Rule]:
    stood = set(parent.rules)
    return [rule for rule in candidate.rules if rule not in stood]


def _brought(candidate: Strategy, parent: Strategy, edits: Sequence[Edit]) -> Iterator[_Text]:
    """Each new text on its own, and each new rule as its reader will see it."""
    for rule in _new(candidate, parent):
        for field in FIELDS:
            yield _Text(f"Rule {rule.id} ({field})", getattr(rule, field))
        yield _Text(f"Rule {rule.id} (steps)", " ".join(rule.steps))
        # An order may be cut in two: here as its reader sees the rule, and without our own words.
        yield _Text(f"Rule {rule.id}", Strategy(rules=(rule,)).render())
        yield _Text(f"Rule {rule.id}", " ".join(getattr(rule, field) for field in FIELDS))
    for number, edit in enumerate(edits, start=1):
        yield _Text(f"The rationale of edit {number} ({edit.op})", edit.rationale)


_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
"""Where nothing parts the words, a character is one."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(in_plain_letters(text).lower()))


def _repeats(mine: Sequence[str], order: Sequence[str]) -> bool:
    """Whether a text says an order again: in a run of words, or with most of what it says."""
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
        for rule in _new(candidate, parent)
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
    foreign: Sequence[Read],
    common: Sequence[str],
) -> None:
    """Raise Unusable where half of a rule stands word for word in a text that was read.

    An order that no pattern knows is a sentence of one problem, reply or verdict all the same.
    What the domain says, the parent's rules say, or many problems or verdicts say may be repeated.
    """
    own = [_words(text) for text in (*common, *(rule.text for rule in parent.rules))]
    read = [(source, _words(text)) for source, text in foreign]
    said: list[tuple[str, ...]] = []
    for rule in _new(candidate, parent):
        for mine in (_words(getattr(rule, field)) for field in FIELDS[1:]):
            size = min(12, max(4, (len(mine) + 1) // 2))
            quoted = {run: where for run in _runs(mine, size) if (where := _holding(run, read))}
            for run, where in quoted.items():
                said = said or [_words(p.text) for each in problems.values() for p in each]
                often = max(where["verifier"], sum(run in _runs(text, size) for text in said))
                alone = not where["reply"] and often >= OFTEN
                if not alone and not any(run in _runs(text, size) for text in own):
                    raise Unusable(
                        f"Rule {rule.id} says word for word what stands in a {min(where)} that "
                        "it was made from; say what holds for any, in words of your own."
                    )


def _holding(run: tuple[str, ...], read: Sequence[tuple[str, tuple[str, ...]]]) -> Counter[str]:
    """How many texts of each source hold a run of words."""
    return Counter(source for source, text in read if run in _runs(text, len(run)))


@lru_cache(maxsize=8192)
def _runs(words: tuple[str, ...], size: int) -> frozenset[tuple[str, ...]]:
    return frozenset(words[i : i + size] for i in range(len(words) - size + 1))


_MODELS = re.compile(
    r"\b(?:claude|chat-?gpt|gpt-?\d\S*|openai|anthropic|deepmind|llama-?\s?\d\S*|mi[sx]tral\S*"
    r"|gemini[ -]?(?:\d\S*|pro|flash|ultra)|qwen\S*|deepseek\S*|smollm\S*|phi-\d\S*|gemma-?\d\S*"
    r"|grok-?\d|(?:haiku|sonnet|opus)[ -]?\d\S*|language models?|llms?"
    r"|\d+(?:\.\d+)?\s?[bm][ -](?:parameter\w*|model\w*|student\w*))\b",
    re.I,
)


def _named_model(text: str, models: Sequence[str]) -> str:
    """The model that a text speaks of; empty where it speaks of none."""
    if match := _MODELS.search(text):
        return match[0]
    own = {re.split(r"[:#/]", spec.partition("+")[0])[-1].lower() for spec in models}
    telling = (name for name in sorted(own) if len(name) >= 6 and re.search(r"[\d-]", name))
    return next((name for name in telling if name in text.lower()), "")


_VAGUE = re.compile(
    r"\b(?:be|stay|remain|keep) (?:very |more |extra |especially )?(?:accurate|attentive|aware|calm"
    r"|careful|cautious|clear|consistent|diligent|focused|methodical|mindful|patient|precise"
    r"|rigorous|systematic|thorough|vigilant)\b"
    r"|\btake (?:great |more |extra |your )?(?:care|time)\b"
    r"|\bpay (?:close |careful |more )?attention\b"
    r"|\b(?:think|reason|work|concentrate|focus|look|read|try|go|proceed|reflect|consider)"
    r"(?: it| this| everything| things)?(?: very| more| really| extra)? (?:again|attentively"
    r"|carefully|clearly|closely|critically|deeply|hard(?:er)?|logically|properly|slowly"
    r"|systematically|thoroughly|through|twice|well)\b"
    r"|\b(?:double.?check|re-?check|check|verify|review|re-?read)(?: (?:your|the|all|every|its))*"
    r"(?: (?:work|answers?|results?|reasoning|solution|reply|everything|it|again|twice))+\b"
    r"|\b(?:do|try|give) (?:it |this )?(?:your |the )?(?:very )?best\b|\bmake sure(?: that)?\b"
    r"|\bensure\b|\b(?:avoid|make|with)(?: no| any| all| careless| silly)* (?:mistake|error|slip)s?"
    r"|\bget (?:it|this) right\b|\b(?:carefully|thoroughly|slowly|accurately|properly|well|more"
    r"|very|really)\b",
    re.I,
)
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        """a about after again all also always an and any anything are as at be been before better
        best but by can correct could did do does done each error errors every everything for from
        get gets good had has have having he here how i if in into is it its just may might mistake
        mistakes must never no not of on once one only or our out over please problem problems
        question questions result results right shall she should so solution solutions some
        something step steps sure task tasks than that the their them then there these they thing
        things this those to too until up was way we were what when which while who why will with
        work working would wrong you your answer answers answering""",
    )
)


def _vague(text: str, classes: Sequence[str]) -> str:
    """Why a text is no advice that can be acted on; empty where something is left to do."""
    left = [word for word in _words(_VAGUE.sub(" ", text)) if word not in _EMPTY]
    return (
        ""
        if len(left) >= 2 or _answers(text, classes)
        else "says to take care, not what to do: a verb needs its object"
    )


_CONDITION = re.compile(
    r"\b(?:if|when|where|unless|whenever|until|otherwise|provided|means|in case|as soon as|more"
    r"|fewer|less|larger|greater|smaller|above|below|exceeds?|equals?|or)\b|[<>=≤≥]",
    re.I,
)


def _constant(rule: Rule, classes: Sequence[str]) -> str:
    """Why a rule is an answer and no method; empty where it is one, or names its condition."""
    if rule.when or rule.when_not or _CONDITION.search(rule.text):
        return ""
    named = _answers(rule.text, classes)
    return f"answers {named[0]} whatever the problem is" if len(named) == 1 else ""


def _answers(text: str, classes: Sequence[str]) -> list[str]:
    """The classes that a text tells its reader to answer."""
    said = (
        r"\b(?:answer|say|reply|choose|pick|give|guess|respond|output|predict)\W+(?:\w+\W+){0,3}?"
    )
    return [each for each in classes if re.search(rf"(?i:{said}){re.escape(each)}(?!\w)", text)]
