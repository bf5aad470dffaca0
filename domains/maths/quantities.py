"""Reads a number and the text behind it, and refuses more than one answer."""

import contextlib
import re

from .expression_forms import agree
from .expressions import Node, Unbounded, Unreadable, Value, close, parse, plain, value

HEDGE = re.compile(r"\b(?:or|and)\b|;|±|\\pm", re.I)
LABEL = re.compile(r"[A-Za-z'\\{}_ ]{0,40}(?:\([^()=]{0,9}\))?")
"""What a result may be called: `x`, `f'(2)`, `area`."""
UNIT_BEGINS = re.compile(
    r"\\(?:text|mathrm|operatorname)\b|\\?%|\\\$|\$|(?<![A-Za-z\\])(?!sqrt|pi\b)[A-Za-z]"
)
NOUN = re.compile(r"[A-Za-z]+(?: [A-Za-z]+){0,2}")
MIXED = re.compile(r"^(-?)(\d{1,6}) (\d{1,6})/(\d{1,6})$", re.A)


def last_side(text: str) -> str:
    """Return the last side of an equation: `x = 10/2 = 5` gives `5`.

    Raises Unreadable for a hedge, and for an equation to be solved.
    """
    if HEDGE.search(text):
        raise Unreadable("it gives more than one answer")
    *others, last = text.split("=")
    for other in others:
        if not (LABEL.fullmatch(other.strip()) or _equals(other, last)):
            raise Unreadable("its sides differ")
    return last.strip()


def _equals(one: str, other: str) -> bool:
    """Tell whether both are numbers or expressions, and the same."""
    with contextlib.suppress(Unreadable, Unbounded):
        return close(quantity(one)[0], quantity(other)[0])
    with contextlib.suppress(Unreadable, Unbounded):
        return agree(parse(one), parse(other))
    return False


def quantity(text: str) -> tuple[Value, Node, str]:
    """Return value, tree, and the text behind the number."""
    text = plain(text).strip()
    sign = "-" if text.startswith("-") else ""
    money = text.removeprefix("-").strip().removeprefix("\\")
    if money.startswith("$"):
        text = f"{sign}{money[1:].strip()} $"
    begins = UNIT_BEGINS.search(text)
    number, unit = (
        (text, "") if begins is None else (text[: begins.start()], text[begins.start() :])
    )
    mixed = MIXED.match(number.strip())
    if mixed:
        number = f"{mixed[1]}({mixed[2]}+{mixed[3]}/{mixed[4]})"
    tree = parse(number)
    found = value(tree)
    return found, parse(str(found)) if mixed else tree, unit.strip()
