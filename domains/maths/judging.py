"""Judges a reply's answer by value, unit and form, and names the mistakes of its working."""

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from ..contract import Outcome, Verdict
from ..reading import Reading, Unreadable, read_reply
from .answers import WORDS, Gold, Match, answer_in, compare, compare_parts, gold_answer
from .equality import one_reply
from .equations import EQUALS, NO_BINDINGS, Bindings, Equation, false_equations
from .expression_forms import agree, terms_of
from .expressions import Node, Unbounded, Value, close, parse, value
from .parts import MathsAnswer, values_of
from .symbolic import Unavailable

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


def read_answer(wanted: Gold, reply: str) -> Reading[MathsAnswer]:
    """Read the final answer of `reply` as one of the wanted kind. Raises Unavailable."""
    read = partial(
        read_reply,
        reply,
        partial(answer_in, wanted),
        same=partial(_are_one, wanted),
    )
    if gold_answer(wanted).brackets != WORDS:
        return read()
    found = read(words=True)
    # Without a mark, a line counts that is as short as the wanted answer.
    return found if found.answer or found.withdrawn else read()


def _are_one(wanted: Gold, one: MathsAnswer, other: MathsAnswer) -> bool:
    """Tell whether two answers of a reply are one; the second may leave the unit out."""
    match = compare_parts(wanted, one, other)
    return match.same and match.flaw != "wrong_unit"


def judge(facts: Facts, reply: str) -> Verdict:
    """Score the final answer of `reply`; a wrong one names every flaw, the first in words."""
    try:
        with one_reply():
            reading = read_answer(facts.wanted, reply)
            match = compare(facts.wanted, reading.answer) if reading.answer else None
    except Unavailable as error:
        # Nobody knows whether it is right: missing data, not a wrong answer.
        return Verdict(0.0, "error", str(error))
    if match and match.same and not match.flaw:
        return Verdict(1.0, "right", f"Right: {facts.shown}.", (), reading.text, doubt=match.doubt)
    false = false_equations(reading.working, facts.bindings)
    modes = dict.fromkeys(_modes(facts, reading.working, reading.answer, match, false))
    said = [f"`{false[0].text}` is false."] if false else []
    if match is None:
        said.insert(0, f"{reading.refusal} End with `Answer:` and the result.")
    else:
        said += [SAID[mode] for mode in modes if mode in SAID and not (false and len(said) > 1)][:1]
    said.append(f"The answer is {facts.shown}{f', from {facts.way}' if facts.way else ''}.")
    outcome: Outcome = "unparsed" if match is None else "wrong"
    half = match is not None and match.same and match.flaw in ("missing_unit", "unsimplified")
    score, doubt = HALF if half else 0.0, match.doubt if match else ""
    return Verdict(score, outcome, " ".join(said), tuple(modes), reading.text, doubt=doubt)


def _modes(
    facts: Facts, before: str, given: MathsAnswer | None, match: Match | None, false: list[Equation]
) -> Iterator[str]:
    if match is None:
        yield "no_answer"
    elif match.flaw:
        yield match.flaw
    if false:
        yield "false_line"
    if any(line.numeric for line in false):
        yield "arithmetic_slip"
    if given is not None and match is not None and not match.same:
        slip = "" if match.flaw == "wrong_ends" else _slip_mode(facts, given)
        if slip:
            yield slip
        elif match.flaw in ("", "missing_unit", "wrong_unit") and not false:
            yield "wrong_answer"
    if not EQUALS.search(before):
        yield "no_equation"


def _slip_mode(facts: Facts, given: MathsAnswer) -> str:
    """Name the slip that explains the wrong value; empty where none does."""
    wanted = facts.wanted
    try:
        if wanted.kind == "expression":
            flips = _flips_one_term(parse(wanted.answer), parse(given.text))
            return "sign_slip" if flips else ""
        gold, found = values_of(gold_answer(wanted)), values_of(given)
        if gold != found and _differ_in_sign(gold, found, in_order=wanted.kind != "solutions"):
            return "sign_slip"
        stages = [value(parse(stage)) for stage in facts.stages if "x" not in stage]
        if len(found) == 1 and any(close(found[0], stage) for stage in stages):
            return "stopped_early"
        if len(gold) == len(found) and _near(gold, found):
            return "arithmetic_slip"
    except (Unreadable, Unbounded):
        pass
    return ""


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
