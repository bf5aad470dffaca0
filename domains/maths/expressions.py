"""Reads a short expression, plain or in LaTeX, into a tree, and evaluates the tree within bounds.

Nothing here can hang: length, depth, exponents and sizes are all limited, and no text is ever run.

    ValueError
      Unreadable     no expression of the kind read here
      Unbounded      read, and too large to evaluate (or undefined, such as 1/0)
"""

import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from ..reading.contract import Unreadable as Unreadable

LONGEST = 300
"""Characters; no answer to these problems needs more."""
DEEPEST = 30
POWER = 64
"""No larger exponent is evaluated."""
BITS = 4096
"""No number that takes more of them is evaluated."""
NEAR = 1e-9
"""Floats this near, relatively, count as the same."""

Value: TypeAlias = Fraction | float
"""A fraction as long as it can be one; a float once a root or a constant comes in."""


class Unbounded(ValueError):
    """The expression is too large to be evaluated, or has no value."""


class Node(NamedTuple):
    """A node of a tree; `kind` is number, name, call, neg, or one of + - * / ^."""

    kind: str
    text: str
    """The digits of a number, the name of a name or of the called function."""
    parts: tuple["Node", ...] = ()


_PLAIN = {
    "−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "π": " pi ", "√": " sqrt ",
    "²": "^2", "³": "^3", "’": "'", "′": "'", "½": " \\frac{1}{2}", "**": "^", "^'": "'",
    "\\left": "", "\\right": "", "\\cdot": "*", "\\times": "*", "\\div": "/", "\\pi": " pi ",
    "\\sqrt": " sqrt ", "\\dfrac": "\\frac", "\\tfrac": "\\frac", "\\prime": "'", "\\,": " ",
    "\\;": " ", "\\!": "", "\\ ": " ", "\\quad": " ", "\\{": "{", "\\}": "}",
}  # fmt: skip
_SPELT = re.compile("|".join(re.escape(key) for key in sorted(_PLAIN, key=len, reverse=True)))
TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3}){1,30}(?:\.\d+)?(?![\d,])|\d+(?:\.\d+)?|\.\d+|\\frac"
    r"|(?<![A-Za-z])(?:sqrt|pi|[A-Za-z]'{0,2})(?![A-Za-z])|[-+*/^(){}]",
    re.A,
)
_KNOWN = re.compile(rf"(?:{TOKEN.pattern}|(?u:\s))*", re.A)
BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}
FUNCTIONS = "f", "g", "F", "P"
CONSTANTS = {"pi": math.pi}


def plain(text: str) -> str:
    """Replace Unicode and LaTeX spellings of signs by plain ones."""
    return _SPELT.sub(lambda match: _PLAIN[match[0]], text)


def parse(text: str) -> Node:
    """Return the tree of `text`. Raises Unreadable, which says why."""
    if len(text) > LONGEST:
        raise Unreadable(f"longer than {LONGEST} characters")
    return parse_plain(plain(text))


def parse_plain(text: str) -> Node:
    """Return the tree of a text that has passed `plain`. Raises Unreadable."""
    if unknown := _KNOWN.sub("", text.rstrip(), count=1):
        raise Unreadable(f"nothing is known of {unknown[:12]!r}")
    tokens = TOKEN.findall(text)[::-1]
    tree = _tree(tokens, 0, 0)
    if tokens:
        raise Unreadable(f"nothing is known of {tokens[-1]!r} there")
    return tree


def _tree(tokens: list[str], above: int, depth: int) -> Node:
    """Take from the end of `tokens` an expression whose signs bind more tightly than `above`."""
    if depth > DEEPEST:
        raise Unreadable("nested too deeply")
    negated = tokens[-1:] == ["-"]
    if tokens and tokens[-1] in "+-":
        tokens.pop()
    tree = _atom(tokens, depth)
    while True:
        implied = bool(tokens) and (tokens[-1][0].isalpha() or tokens[-1] in ("\\frac", "(", "{"))
        sign = "*" if implied else tokens[-1] if tokens else ""
        binds = BINDS.get(sign, 0)
        if negated and binds <= max(above, BINDS["-"]):
            tree, negated = Node("neg", "", (tree,)), False
        if binds <= above:
            return tree
        if not implied:
            tokens.pop()
        # Of powers the last comes first.
        power = sign == "^"
        side = _tree(tokens, binds - power, depth + power)
        tree = Node(sign, "implied" * implied, (tree, side))


def _atom(tokens: list[str], depth: int) -> Node:
    if not tokens:
        raise Unreadable("it breaks off")
    token = tokens.pop()
    if token[0] in ".0123456789":
        return _mixed_number(Node("number", token.replace(",", "")), tokens, depth)
    if token == "\\frac":
        return Node("/", "", (_atom(tokens, depth + 1), _atom(tokens, depth + 1)))
    # A letter before a bracket is a product, except for the names functions go by.
    if token == "sqrt" or (token.rstrip("'") in FUNCTIONS and tokens[-1:] == ["("]):
        return Node("call", token, (_atom(tokens, depth + 1),))
    if token[0].isalpha():
        return Node("name", token)
    if token not in "({":
        raise Unreadable(f"nothing is known of {token!r} there")
    tree = _tree(tokens, 0, depth + 1)
    if not tokens or tokens.pop() != {"(": ")", "{": "}"}[token]:
        raise Unreadable("a bracket stays open")
    return tree


def _mixed_number(whole: Node, tokens: list[str], depth: int) -> Node:
    """Return 3 and a half for `3\\frac12`: no product of two numbers is written so."""
    if whole.text.isdigit() and tokens[-1:] == ["\\frac"]:
        rest = tokens.copy()
        part = _atom(tokens, depth + 1)
        if all(side.kind == "number" for side in part.parts):
            return Node("+", "mixed", (whole, part))
        tokens[:] = rest
    return whole


Functions: TypeAlias = Mapping[str, Node]
"""Name of a function of x -> its tree."""


def value(
    tree: Node, names: Mapping[str, Value] | None = None, functions: Functions | None = None
) -> Value:
    """Evaluate `tree`. Raises Unreadable for an unknown name, Unbounded for too much."""
    names, functions = names or {}, functions or {}
    if tree.kind == "number":
        return _check_bounds(Fraction(tree.text))
    if tree.kind == "name":
        if tree.text in names:
            return names[tree.text]
        if tree.text in CONSTANTS:
            return CONSTANTS[tree.text]
        raise Unreadable(f"the value of {tree.text} is not known")
    parts = [value(part, names, functions) for part in tree.parts]
    if tree.kind == "call" and tree.text != "sqrt":
        if tree.text not in functions:
            raise Unreadable(f"the function {tree.text} is not known")
        # Its own tree may call no function: no loop.
        return value(functions[tree.text], {**names, "x": parts[0]})
    try:
        return _check_bounds(_APPLY[tree.text if tree.kind == "call" else tree.kind](*parts))
    except (ArithmeticError, ValueError) as error:
        raise Unbounded(f"it has no value within bounds: {error}") from error


def _check_bounds(found: Value) -> Value:
    if isinstance(found, float):
        if not math.isfinite(found):
            raise Unbounded("not finite")
    elif max(found.numerator.bit_length(), found.denominator.bit_length()) > BITS:
        raise Unbounded(f"it needs more than {BITS} bits")
    return found


def _raise_to_power(base: Value, exponent: Value) -> Value:
    if not -POWER <= exponent <= POWER:
        raise Unbounded(f"an exponent above {POWER}")
    if isinstance(exponent, float) or exponent.denominator != 1:
        return math.pow(base, exponent)
    if isinstance(base, Fraction):
        bits = max(base.numerator.bit_length(), base.denominator.bit_length())
        if bits * abs(exponent) > BITS:
            raise Unbounded(f"it needs more than {BITS} bits")
    raised: Value = base ** int(exponent)
    return raised


def _root(of: Value) -> Value:
    if isinstance(of, Fraction) and of >= 0:
        top, bottom = math.isqrt(of.numerator), math.isqrt(of.denominator)
        if top * top == of.numerator and bottom * bottom == of.denominator:
            return Fraction(top, bottom)
    return math.sqrt(of)


_APPLY: Mapping[str, Callable[..., Value]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": _raise_to_power,
    "neg": lambda a: -a,
    "sqrt": _root,
}


def close(one: Value, other: Value) -> bool:
    """Tell whether two values are equal: exactly as fractions, within NEAR as floats."""
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return one == other
    try:
        return math.isclose(one, other, rel_tol=NEAR, abs_tol=NEAR)
    except OverflowError:
        return False


def names_in(tree: Node) -> frozenset[str]:
    """Return the unknowns of a tree."""
    if tree.kind == "name":
        return frozenset({tree.text}) - CONSTANTS.keys()
    return frozenset[str]().union(*(names_in(part) for part in tree.parts))
