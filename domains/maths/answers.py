"""Reads an answer as the problem's kind of answer, and compares it with the wanted one by value.

Plain numbers, their fractions and decimals are compared here and now. Whatever holds a root, pi or
an unknown must agree in value first, and then math-verify must find it to be the same.
"""

import math
import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Literal, NamedTuple, get_args

from . import symbolic
from .expression_forms import agree, has_expanded_form, is_number, latex, terms_of
from .expressions import Node, Unbounded, Unreadable, Value, close, names_in, parse, plain, value
from .intervals import interval_of, values_of
from .quantities import NOUN, last_side, quantity
from .units import UNITS, ratio, unit_of

Kind = Literal["number", "expression", "interval", "solutions", "pair", "free"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Form = Literal["", "lowest", "root", "expanded", "factored"]
"""What the problem asks of the written form, beyond the value."""

ROUNDED = 6
"""From so many decimals on, the rounding of a fraction that never ends counts as that fraction."""

FLOATS = 12


class Gold(NamedTuple):
    """The reference answer, its kind, unit and form."""

    kind: Kind
    answer: str
    unit: str = ""
    form: Form = ""


class Match(NamedTuple):
    """The comparison of a readable answer with the reference answer."""

    same: bool
    """Equal in value."""
    flaw: str = ""
    """The failure mode that spoils it all the same, or explains why it is not equal."""
    values: tuple[Value, ...] = ()
    """The numbers that were read: what a slip is told by."""
    tree: Node | None = None
    """The expression that was read, likewise."""


def compare(wanted: Gold, given: str) -> Match:
    """Compare an answer with the gold one. Raises Unreadable where it is none of the kind."""
    given = _bare(given)
    if wanted.kind == "number":
        # `$52$ mm^2`: the first pair sets the number off; a single one means dollars.
        given = SET_OFF.sub(r"\1 \2", given)
    if wanted.kind not in ("number", "free"):
        given = given.replace("$", " ")
    try:
        return _COMPARE[wanted.kind](wanted, given)
    except Unbounded as error:
        raise Unreadable(str(error)) from error


SET_OFF = re.compile(r"^\$((?:\\\$)?[^$]+)\$(.*)$", re.S)


def _bare(text: str) -> str:
    """Remove the marks that only set it off: `**5**`, `$5$`, `\\(5\\)`, a final full stop."""
    text = text.strip().strip("*_`").strip().removesuffix(".").strip().strip("*_`").strip()
    for mark in ("\\(", "\\)", "\\[", "\\]", "$$"):
        text = text.replace(mark, " ")
    text = text.strip()
    if len(text) > 2 and text[0] == text[-1] == "$" and text[-2] != "\\":
        text = text[1:-1].strip()
    return text.removesuffix(".").strip()


def _number(wanted: Gold, given: str) -> Match:
    gold_tree = parse(wanted.answer)
    gold = value(gold_tree)
    found, tree, behind = quantity(last_side(given))
    unit = unit_of(behind)
    if unit is None and not NOUN.fullmatch(behind.strip(". ")):
        raise Unreadable("what stands behind the number is no unit")
    if unit == "%" and wanted.unit != "%" and isinstance(found, Fraction):
        found, unit = found / 100, ""
    flaw = ""
    if wanted.unit and unit != wanted.unit:
        scale = ratio(unit or "", wanted.unit)
        flaw = "missing_unit" if unit == "" else "wrong_unit" if scale is None else ""
        if scale is not None:
            found, tree = found * scale, Node("neg", "", (tree,))
            return Match(_equal(gold, found, ""), "", (found,))
    elif not wanted.unit and unit in UNITS:
        flaw = "wrong_unit"
    unsigned = tree.parts[0] if tree.kind == "neg" else tree
    written = unsigned.text if unsigned.kind == "number" else ""
    same = _equal(gold, found, written) and (
        not isinstance(gold, float) or symbolic.same(latex(gold_tree), latex(tree))
    )
    return Match(same, flaw or (_form_flaw(wanted, gold, tree) if same else ""), (found,))


def _equal(gold: Value, found: Value, written: str) -> bool:
    if isinstance(gold, float):
        return close(gold, found)
    decimals = len(written.partition(".")[2])
    if decimals >= ROUNDED and isinstance(found, Fraction):
        # No more of them than a float has right.
        return abs(gold - found) <= Fraction(1, 2 * 10 ** min(decimals, FLOATS))
    return gold == found


def _form_flaw(wanted: Gold, gold: Value, tree: Node) -> str:
    if isinstance(gold, Fraction):
        done = is_number(tree) and not (wanted.form == "lowest" and not _lowest(tree))
    else:
        done = wanted.form != "root" or _has_plain_roots(tree)
    return "" if done else "unsimplified"


def _lowest(tree: Node) -> bool:
    if tree.kind == "neg":
        return _lowest(tree.parts[0])
    if tree.kind != "/":
        return True
    top, bottom = (value(part) for part in tree.parts)
    return (
        isinstance(top, Fraction)
        and isinstance(bottom, Fraction)
        and bottom > 0
        and math.gcd(int(top), int(bottom)) == 1
    )


def _has_plain_roots(tree: Node) -> bool:
    """Tell whether no square is left under a root and every number is multiplied out."""
    if tree.kind == "call":
        under = value(tree.parts[0])
        whole = isinstance(under, Fraction) and under.denominator == 1 and under < 10**8
        return whole and all(under % (d * d) for d in range(2, math.isqrt(int(under)) + 1))
    if tree.kind == "*":
        return all(is_number(part) or part.kind == "call" for part in tree.parts) and all(
            map(_has_plain_roots, tree.parts)
        )
    return tree.kind in ("number", "/", "neg") and all(map(_has_plain_roots, tree.parts))


def _expression(wanted: Gold, given: str) -> Match:
    gold, tree = parse(wanted.answer), parse(last_side(given))
    if not names_in(tree) <= names_in(gold):
        raise Unreadable("it holds a letter that the problem does not have")
    if not agree(gold, tree):
        return Match(False, tree=tree)
    if wanted.form == "expanded" and not (
        has_expanded_form(tree) and len(terms_of(tree)) <= len(terms_of(gold))
    ):
        return Match(True, "unsimplified")
    if wanted.form == "factored" and (len(terms_of(tree)) > 1 or has_expanded_form(tree)):
        return Match(True, "unsimplified")
    return Match(symbolic.same(latex(gold), latex(tree)))


def _interval(wanted: Gold, given: str) -> Match:
    gold, found = interval_of(wanted.answer), interval_of(given)
    ends = tuple(end for end, _ in found)
    same = all(close(one, other) for (one, _), (other, _) in zip(gold, found, strict=True))
    if same:
        belongs = all(
            one is other or math.isinf(end)
            for (end, one), (_, other) in zip(gold, found, strict=True)
        )
        # An endless side takes no square bracket.
        infinite = any(math.isinf(end) and closed for end, closed in found)
        return Match(
            belongs and not infinite, "" if belongs and not infinite else "wrong_ends", ends
        )
    swapped = close(gold[0][0], found[1][0]) and close(gold[1][0], found[0][0])
    return Match(False, "wrong_ends" if swapped else "", ends)


def _solutions(wanted: Gold, given: str) -> Match:
    gold = Counter(number for _, number in values_of(wanted.answer))
    listed = values_of(given)
    found = Counter(number for _, number in listed)
    lacks = not found - gold and bool(gold - found)
    numbers = tuple(number for _, number in listed)
    return Match(set(gold) == set(found), "missing_solution" if lacks else "", numbers)


TUPLE = re.compile(r"(?:\(\s*[A-Za-z]\s*,\s*[A-Za-z]\s*\)\s*=\s*)?\(([^=]*)\)")


def _pair(wanted: Gold, given: str) -> Match:
    text = plain(given).strip()
    inside = TUPLE.fullmatch(text)
    listed = values_of(inside[1] if inside else text)
    gold = [number for _, number in values_of(wanted.answer.strip("()"))]
    names = [name for name, _ in listed]
    if len(set(names)) == len(names) and all(names):
        listed.sort()
    elif not inside and len(listed) > 1:
        raise Unreadable("it does not say which number is which")
    found = [number for _, number in listed]
    lacks = len(found) < len(gold) and set(found) <= set(gold)
    return Match(found == gold, "missing_solution" if lacks else "", tuple(found))


def _free(wanted: Gold, given: str) -> Match:
    """An answer of any shape, as LaTeX: numbers here, all else by math-verify alone."""
    try:
        gold, found = quantity(last_side(wanted.answer)), quantity(last_side(given))
        if isinstance(gold[0], Fraction) and isinstance(found[0], Fraction):
            return Match(_equal(gold[0], found[0], found[1].text), "", (found[0],))
    except (Unreadable, Unbounded):
        pass
    if not given or len(given) > symbolic.LONGEST or not given.isprintable():
        raise Unreadable("it is no short piece of mathematics")
    if _squeeze(given) == _squeeze(wanted.answer):
        return Match(True)
    return Match(symbolic.same(wanted.answer, given))


def _squeeze(text: str) -> str:
    text = re.sub(r"\\(?:text|mathrm)\s*\{([^{}]*)\}", r"\1", plain(text))
    return re.sub(r"\s+", "", text).lower()


_COMPARE: dict[Kind, Callable[[Gold, str], Match]] = {
    "number": _number,
    "expression": _expression,
    "interval": _interval,
    "solutions": _solutions,
    "pair": _pair,
    "free": _free,
}
