"""Reads a reply's answer, judges it by value, and names the mistakes of its working."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from ..contract import Outcome, Verdict
from .answers import Gold, Match, compare
from .equations import EQUALS, NO_BINDINGS, Bindings, Equation, false_equations
from .expression_forms import agree, terms_of
from .expressions import Node, Unbounded, Unreadable, Value, close, parse, value
from .intervals import interval_of, values_of
from .symbolic import Unavailable

TAIL = 20_000
"""Characters from the end of a reply in which its answer is looked for."""
BARE = 60
"""A reply of one line this short may be an answer without saying so."""
MARK = re.compile(
    r"\banswer\b[*_`]{0,3}\s{0,3}(?:is\b\s{0,3}:?|:|=)[*_`]{0,3}\s{0,9}|####\s{0,9}|\\boxed\s{0,3}\{",
    re.I,
)
SENTENCE = re.compile(r"\.\s|\s\(|,?\s(?:because|since|which|as|so)\b")
HALF = 0.5
"""The value is right, its unit is missing or it is not written as asked."""
SMALL = (1, 2, 10)
"""An integer that is off by one of these is off by a slip."""

SAID = {
    "missing_unit": "The unit is missing.",
    "wrong_unit": "The unit is not the one that was asked for.",
    "unsimplified": "The value is right, it is not written in the form that was asked for.",
    "wrong_ends": "The interval's brackets, or the order of its ends, are wrong.",
    "missing_solution": "A part of the answer is missing.",
    "sign_slip": "A sign is wrong.",
    "arithmetic_slip": "The number is off by a slip.",
    "stopped_early": "That is a result on the way, not what was asked for.",
    "wrong_answer": "The answer is wrong.",
}


class Facts(NamedTuple):
    """Facts of a problem from which a reply is judged."""

    wanted: Gold
    shown: str
    """The answer with its unit, for the feedback."""
    bindings: Bindings = NO_BINDINGS
    stages: Sequence[str] = ()
    way: str = ""
    """What leads to the answer, for the feedback."""


def judge(facts: Facts, reply: str) -> Verdict:
    """Score the last answer of `reply`; a wrong one names every flaw, the first in words."""
    try:
        answer, match = _answer(facts.wanted, reply)
    except Unavailable as error:
        # Nobody knows whether it is right: missing data, not a wrong answer.
        return Verdict(0.0, "error", str(error))
    if match is not None and match.same and not match.flaw:
        return Verdict(1.0, "right", f"Right: {facts.shown}.", (), answer)
    before = _before_the_answer(reply)
    false = false_equations(before, facts.bindings)
    modes = dict.fromkeys(_modes(facts, before, match, false))
    said = [f"`{false[0].text}` is false."] if false else []
    if answer is None or match is None:
        said.insert(0, "The reply gives no answer that could be read; end with `Answer:` and it.")
    else:
        said += [SAID[mode] for mode in modes if mode in SAID and not (false and len(said) > 1)][:1]
    said.append(f"The answer is {facts.shown}{f', from {facts.way}' if facts.way else ''}.")
    outcome: Outcome = "unparsed" if match is None else "wrong"
    half = match is not None and match.same and match.flaw in ("missing_unit", "unsimplified")
    return Verdict(HALF if half else 0.0, outcome, " ".join(said), tuple(modes), answer)


def _answer(wanted: Gold, reply: str) -> tuple[str | None, Match | None]:
    """Return the answer as written and its comparison; None twice where none can be read."""
    for text in _candidates(reply, free=wanted.kind == "free"):
        try:
            return text, compare(wanted, text)
        except (Unreadable, RecursionError):
            continue
    return None, None


def _candidates(reply: str, free: bool) -> Iterator[str]:
    """Return the line behind the last mark, then the same line up to where a sentence ends."""
    tail = reply[-TAIL:]
    marks = list(MARK.finditer(tail))
    if marks:
        behind = tail[marks[-1].end() :]
        line = _box_content(behind) if marks[-1][0].endswith("{") else behind.split("\n", 1)[0]
    else:
        line = reply.strip() if len(reply) <= TAIL and not free else ""
        line = line if len(line) <= BARE and "\n" not in line else ""
    line = line[:2_000].strip()
    for text in dict.fromkeys((line, SENTENCE.split(line, maxsplit=1)[0])):
        if text.strip():
            yield text.strip()


def _before_the_answer(reply: str) -> str:
    """Return the working without the answer: a wrong answer is no false line as well."""
    tail = reply[-TAIL:]
    starts = [mark.start() for mark in MARK.finditer(tail)]
    return tail[: starts[-1]] if starts else tail


def _box_content(text: str) -> str:
    """Return the content of the box, with the unit that may stand behind it."""
    inside = _inside(text)
    behind = text[len(inside) + 1 :].split("\n", 1)[0].strip(" $.*")
    return f"{inside} {behind}" if len(behind) <= 20 else inside


def _inside(text: str) -> str:
    """Return `text` up to the brace that closes the open one; empty if none does."""
    open_braces = 1
    for place, sign in enumerate(text[:2_000]):
        open_braces += {"{": 1, "}": -1}.get(sign, 0)
        if not open_braces:
            return text[:place]
    return ""


def last_boxed_answer(text: str) -> str:
    """Return the content of the last `\\boxed{...}` of a solution; empty where there is none."""
    _, mark, behind = text.rpartition("\\boxed{")
    return _inside(behind).strip() if mark else ""


def _modes(facts: Facts, before: str, match: Match | None, false: list[Equation]) -> Iterator[str]:
    if match is None:
        yield "no_answer"
    elif match.flaw:
        yield match.flaw
    if false:
        yield "false_line"
    if any(line.numeric for line in false):
        yield "arithmetic_slip"
    if match is not None and not match.same:
        slip = "" if match.flaw == "wrong_ends" else _slip_mode(facts, match)
        if slip:
            yield slip
        elif match.flaw in ("", "missing_unit", "wrong_unit") and not false:
            yield "wrong_answer"
    if not EQUALS.search(before):
        yield "no_equation"


def _slip_mode(facts: Facts, match: Match) -> str:
    """Name the slip that explains the wrong value; empty where none does."""
    try:
        gold = _gold(facts.wanted)
        if match.tree is not None:
            return "sign_slip" if _flips_one_term(parse(facts.wanted.answer), match.tree) else ""
        if gold and _differ_in_sign(gold, match.values, in_order=facts.wanted.kind != "solutions"):
            return "sign_slip"
        stages = [value(parse(stage)) for stage in facts.stages if "x" not in stage]
        if len(match.values) == 1 and any(close(match.values[0], stage) for stage in stages):
            return "stopped_early"
        if len(gold) == len(match.values) and _near(gold, match.values):
            return "arithmetic_slip"
    except (Unreadable, Unbounded):
        pass
    return ""


def _gold(wanted: Gold) -> list[Value]:
    if wanted.kind == "number":
        return [value(parse(wanted.answer))]
    if wanted.kind == "interval":
        return [end for end, _ in interval_of(wanted.answer)]
    if wanted.kind in ("solutions", "pair"):
        return [number for _, number in values_of(wanted.answer.strip("()"))]
    return []


def _differ_in_sign(gold: Sequence[Value], found: Sequence[Value], in_order: bool) -> bool:
    """Tell whether the numbers are right but for their signs."""
    one, other = [abs(number) for number in gold], [abs(number) for number in found]
    return one == other if in_order else Counter(one) == Counter(other)


def _near(gold: Sequence[Value], found: Sequence[Value]) -> bool:
    """Tell whether one number is off by a little or by its decimal point, the others right."""
    off = [(a, b) for a, b in zip(gold, found, strict=True) if not close(a, b)]
    if len(off) != 1 or not all(isinstance(side, Fraction) for side in off[0]):
        return False
    wanted, given = off[0]
    return abs(wanted - given) in SMALL or wanted == given * 10 or given == wanted * 10


def _flips_one_term(gold: Node, given: Node) -> bool:
    """Tell whether `given` is the wanted sum with the sign of one term turned."""
    return any(
        agree(Node("-", "", (gold, Node("*", "", (Node("number", "2"), term)))), given)
        for term in terms_of(gold)
    )
