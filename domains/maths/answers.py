"""Reads an answer as one of the problem's kind, and compares it with the wanted one by its parts.

Numbers are compared here, by their exact values; every other bare expression by `equality`.
"""

import functools
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Literal, NamedTuple

from ..reading import Unreadable, unwrap
from ..reading.classes import class_of
from ..reading.numbers import same_number
from .equality import Equality, equal, squeeze
from .expression_forms import has_expanded_form, has_plain_roots, terms_of
from .expressions import names_in, parse
from .parts import LIST, MathsAnswer, split_answer, values_of
from .units import Unit, ratio, unit_in

Kind = Literal["number", "expression", "interval", "solutions", "pair", "free"]
Form = Literal["", "lowest", "root", "expanded", "factored"]
"""What the problem asks of the written form, beyond the value."""
WORDS, OPTION = '""', "A"
"""The brackets around an answer in words, and around the letter of an option."""
OPTIONS = "ABCDEFGH"
FLOATS = 12
"""No more decimals than a float has right are compared."""


class Gold(NamedTuple):
    """The reference answer, its kind, unit and form, and the question."""

    kind: Kind
    answer: str
    unit: str = ""
    form: Form = ""
    question: str = ""


class Match(NamedTuple):
    """The comparison of a readable answer with the reference answer."""

    same: bool
    """Equal in value."""
    flaw: str = ""
    """The failure mode that spoils it all the same, or explains why it is not equal."""
    doubt: str = ""
    """Why two ways of comparing disagree; empty where they agree."""


_OPTION = re.compile(r"\(([A-Z])\)|([A-Z])")
_IN_WORDS = re.compile(r"(?=.*[A-Za-z]{3})[A-Za-z][A-Za-z ,.'’()-]*")
_TEXT = re.compile(r"\\(?:text\w*|mathrm|mathbf|mbox)\s*\{([^{}]*)\}")
_ROWS = re.compile(r"\\(?:begin|end)\{[a-z]+\*?\}")
_NO_SUM = re.compile(r"(?=.*[A-Za-z]{2})[A-Za-z]+(?: [A-Za-z]+)*[.!?]?")


@functools.lru_cache(maxsize=4096)
def gold_answer(wanted: Gold) -> MathsAnswer:
    """Return the reference answer, taken apart."""
    words = _plain_words(wanted.answer)
    if wanted.kind == "free" and (option := _OPTION.fullmatch(words)):
        return MathsAnswer(option[1] or option[2], brackets=OPTION)
    said = _TEXT.fullmatch(wanted.answer.strip(" $")) and re.fullmatch(r"[A-Za-z]{2,}", words)
    if wanted.kind == "free" and (said or _IN_WORDS.fullmatch(words)):
        return MathsAnswer(words, brackets=WORDS)
    # To unwrap a reply is to drop its exclamation mark; here it is a factorial.
    bare = unwrap(wanted.answer) + "!" * wanted.answer.endswith("!")
    try:
        found = split_answer(bare, "units" if wanted.unit else "unknowns")
    except Unreadable:
        return MathsAnswer(bare)
    return found._replace(unit=unit_in(wanted.unit)[0]) if wanted.unit else found


def answer_in(wanted: Gold, text: str) -> MathsAnswer:
    """Read `text` as an answer of the wanted kind. Raises Unreadable where it is none."""
    gold = gold_answer(wanted)
    if wanted.kind == "free" and _squeeze(text) == _squeeze(wanted.answer):
        return gold
    if gold.brackets == WORDS:
        return _words(gold.text, _plain_words(text))
    if gold.brackets == OPTION:
        letters = dict.fromkeys(OPTIONS + gold.text)
        named = class_of(_plain_words(text), tuple(letters))
        # `p` is another letter than `P`.
        if named not in text:
            raise Unreadable("It names no option.")
        return MathsAnswer(named, brackets=OPTION)
    if text.endswith("!") and "!" not in wanted.answer:
        raise Unreadable("It calls out, or asks for a factorial.")
    words = wanted.kind == "free" and _NO_SUM.fullmatch(text)
    # A product has the letters of the wanted answer.
    if words and not set(re.findall("[A-Za-z]", text)) <= set(wanted.answer):
        raise Unreadable("It holds words.")
    units = wanted.kind == "number" or gold.unit is not None
    found = split_answer(text, "units" if units else "scales" if gold.number else "unknowns")
    if wanted.kind == "solutions" and found.brackets == "[]":
        found = found._replace(brackets=LIST)
    if wanted.kind != "free":
        _check_kind(wanted, _order_by_name(found))
    return found


def _plain_words(text: str) -> str:
    return _ROWS.sub("", _TEXT.sub(r"\1", text)).strip(" $\n")


def _words(gold: str, text: str) -> MathsAnswer:
    longer = len(text.split()) > len(gold.split()) + 1
    if longer or re.search(r"[\d=\\]", text) or ("," in text and "," not in gold):
        raise Unreadable("It is no short text of the kind that is wanted.")
    return MathsAnswer(text, brackets=WORDS)


def _check_kind(wanted: Gold, found: MathsAnswer) -> None:
    """Raise Unreadable where a generated problem has no answer of this kind."""
    fits = {
        "number": not found.brackets,
        "expression": not found.brackets and not found.unit,
        "interval": len(found.parts) == 2 and found.brackets[0] in "([",
        "solutions": found.brackets in (LIST, "") and not any(it.parts for it in found.parts),
        "pair": found.brackets in ("()", ""),
    }[wanted.kind]
    if not fits or any(part.noun or part.unit for part in found.parts):
        raise Unreadable("It is another kind of answer.")
    if wanted.kind != "expression":
        values_of(found)
    elif not names_in(parse(found.text)) <= names_in(parse(wanted.answer)):
        raise Unreadable("It holds a letter that the problem does not have.")


def compare(wanted: Gold, given: MathsAnswer) -> Match:
    """Compare an answer with the gold one."""
    gold = gold_answer(wanted)
    match = compare_parts(wanted, gold, given)
    done = not (match.same and not match.flaw) or _has_form(wanted, gold, given)
    return match if done else match._replace(flaw="unsimplified")


def _squeeze(text: str) -> str:
    plain = re.sub(r"\\left|\\right", "", _TEXT.sub(r"\1", text))
    return squeeze(" ".join(plain.replace("$", " ").split()))


def _order_by_name(answer: MathsAnswer) -> MathsAnswer:
    """Return `y = -2, x = 3` as the pair it stands for; anything else as it is."""
    names = {part.label for part in answer.parts}
    if answer.brackets == LIST and len(names) == len(answer.parts) > 1 and all(names):
        parts = sorted(answer.parts, key=lambda part: part.label)
        return answer._replace(brackets="()", parts=tuple(parts))
    return answer


def compare_parts(wanted: Gold, gold: MathsAnswer, given: MathsAnswer) -> Match:
    """Compare two answers by value and unit: each part with its like."""
    gold, given = _order_by_name(gold), _order_by_name(given)
    if {WORDS, OPTION} & {gold.brackets, given.brackets}:
        one, other = (
            re.sub(r"\b(?:the|an?)\b|[\W_]+", "", it.text.casefold()) for it in (gold, given)
        )
        return Match(one == other)
    if _is_another_name(wanted, gold.label, given.label):
        return Match(False)
    if gold.brackets or given.brackets:
        return _compare_several(wanted, gold, given)
    flaw, doubt = "", ""
    for factor, flaw in _factors(wanted, gold, given):
        same, said = _equal(gold, given, factor)
        doubt = doubt or said
        if same:
            return Match(True, flaw, doubt)
    return Match(False, flaw, doubt)


def _compare_several(wanted: Gold, gold: MathsAnswer, given: MathsAnswer) -> Match:
    """Compare the parts: those of a list in any order, all others in theirs."""
    listed = LIST in (gold.brackets, given.brackets)
    ones, others = (
        it.parts if it.brackets and (it.brackets == LIST or not listed) else (it,)
        for it in (gold, given)
    )
    matches = [[compare_parts(wanted, one, other) for other in others] for one in ones]
    doubt = next((it.doubt for row in matches for it in row if it.doubt), "")
    like = [[it.same and not it.flaw for it in row] for row in matches]
    known = all(any(row[i] for row in like) for i in range(len(others)))
    if listed or len(ones) > len(others):
        if known and all(map(any, like)) and listed:
            return Match(True, "", doubt)
        return Match(False, "missing_solution" if known and len(others) < len(ones) else "", doubt)
    in_order = len(ones) == len(others) and all(row[i] for i, row in enumerate(like))
    if in_order and gold.brackets == given.brackets:
        return Match(True, "", doubt)
    turned = wanted.kind == "interval" and all(row[~i] for i, row in enumerate(like))
    return Match(False, "wrong_ends" if in_order or turned else "", doubt)


def _is_another_name(wanted: Gold, gold: str, given: str) -> bool:
    """Tell whether an answer speaks of another letter than it should."""
    if not re.fullmatch(r"[a-zA-Z]'*(?:\([a-z]\))?|\\[a-z]+", given):
        return False
    if gold or wanted.kind in ("number", "expression", "free") or not wanted.question:
        return bool(gold) and gold != given
    return not re.search(rf"(?<![A-Za-z]){given}(?![A-Za-z])", wanted.question) and given.islower()


def _factors(wanted: Gold, gold: MathsAnswer, given: MathsAnswer) -> Iterator[tuple[Fraction, str]]:
    """Yield by what to multiply a given number for the wanted unit, and the flaw of its unit."""
    free, one, other = wanted.kind == "free", gold.unit, given.unit
    if other == one:
        yield Fraction(1), ""
    elif other and not one and other == unit_in("%")[0]:
        asked = free and _asks_for(wanted.question, other)
        yield Fraction(1) if asked else other.factor, ""
    elif not one:
        yield Fraction(1), "" if free else "wrong_unit"
    elif other:
        scale = ratio(other, one)
        yield scale or Fraction(1), "wrong_unit" if scale is None else ""
    elif given.noun:
        yield Fraction(1), "wrong_unit"
    else:
        asked = free and _asks_for(wanted.question, one)
        yield Fraction(1), "" if asked else "missing_unit"
        if one == unit_in("%")[0] and not asked:
            yield 1 / one.factor, ""


_ASKS = re.compile(
    r"\b(?:in|how many|number of|what|which|as(?: an?)?|the)\s+((?:[\w/^²³%]+\s?){1,3})", re.I
)


def _asks_for(question: str, unit: Unit) -> bool:
    """Tell whether a question names the unit of its answer: `how many miles`, `in percent`."""
    return any(unit_in(words)[0] == unit for words in _ASKS.findall(question))


def _equal(gold: MathsAnswer, given: MathsAnswer, factor: Fraction) -> Equality:
    if gold.number and given.number:
        places = given.number.decimals
        found = given.number._replace(
            value=given.number.value * factor, decimals=places and min(places, FLOATS)
        )
        near = [found, given.rounded] if gold.number.decimals and given.rounded else [found]
        return Equality(any(same_number(gold.number, number) for number in near))
    if factor != 1:
        scaled = rf"({given.text}) \cdot {factor.numerator}/{factor.denominator}"
        return equal(gold.text, scaled)
    return equal(gold.text, given.text)


def _has_form(wanted: Gold, gold: MathsAnswer, given: MathsAnswer) -> bool:
    """Tell whether a right value is written as it was asked for, and worked out."""
    if wanted.kind == "free":
        shown = _squeeze(given.text)
        restated = len(shown) > 2 and shown in _squeeze(wanted.question)
        return bool(given.number or given.parts or not restated or shown == _squeeze(gold.text))
    if wanted.kind == "number" and gold.number:
        return bool(given.number) and (wanted.form != "lowest" or _is_lowest(given))
    if not wanted.form:
        return True
    tree = parse(given.text)
    if wanted.form == "root":
        return has_plain_roots(tree)
    few = len(terms_of(tree)) <= (
        1 if wanted.form == "factored" else len(terms_of(parse(gold.text)))
    )
    return few and has_expanded_form(tree) == (wanted.form == "expanded")


def _is_lowest(given: MathsAnswer) -> bool:
    """Tell whether the denominator that was written is the one of the lowest terms."""
    written = re.search(r"(?:frac\d|(?<!\d))(\d+)\D*$", given.text)
    number = given.number
    fraction = written and number and number.decimals is None
    return not (fraction and written and number) or written[1] == str(number.value.denominator)
