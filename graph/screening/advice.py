"""Advice: rules that name no model, no constant answer, and something that can be done."""

import re
from collections.abc import Sequence

from ...models import facts_by_name
from ...store.rules import Rule
from .injection import in_plain_letters

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
"""Where nothing parts the words, a character is one."""


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, in plain lower-case letters."""
    return tuple(_WORD.findall(in_plain_letters(text).lower()))


def advice_fault(rule: Rule, classes: Sequence[str]) -> str:
    """Return why a rule is no advice; empty if it is."""
    return _constancy(rule, classes) or _vagueness(rule.text, classes)


_MODELS = re.compile(
    r"\b(?:claude|chat-?gpt|gpt-?\d\S*|openai|anthropic|deepmind|llama-?\s?\d\S*|mi[sx]tral\S*"
    r"|gemini[ -]?(?:\d\S*|pro|flash|ultra)|qwen\S*|deepseek\S*|smollm\S*|phi-\d\S*|gemma-?\d\S*"
    r"|grok-?\d|(?:haiku|sonnet|opus)[ -]?\d\S*|language models?|llms?"
    r"|\d+(?:\.\d+)?\s?[bm][ -](?:parameter\w*|model\w*|student\w*))\b",
    re.I,
)


def model_in(text: str, models: Sequence[str]) -> str:
    """Return the model that a text speaks of; empty if it speaks of none."""
    if match := _MODELS.search(text):
        return match[0]
    own = {re.split(r"[:#/]", facts_by_name(spec).base)[-1].lower() for spec in models}
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


def _vagueness(text: str, classes: Sequence[str]) -> str:
    """Return why a text is no advice that can be acted on; empty if something is left to do."""
    left = [word for word in words_of(_VAGUE.sub(" ", text)) if word not in _EMPTY]
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


def _constancy(rule: Rule, classes: Sequence[str]) -> str:
    """Return why a rule is an answer and no method; empty if it is one or names its condition."""
    if rule.when or rule.when_not or _CONDITION.search(rule.text):
        return ""
    named = _answers(rule.text, classes)
    return f"answers {named[0]} whatever the problem is" if len(named) == 1 else ""


def _answers(text: str, classes: Sequence[str]) -> list[str]:
    """Return the classes that a text tells its reader to answer."""
    said = (
        r"\b(?:answer|say|reply|choose|pick|give|guess|respond|output|predict)\W+(?:\w+\W+){0,3}?"
    )
    return [each for each in classes if re.search(rf"(?i:{said}){re.escape(each)}(?!\w)", text)]
