"""Compares two expressions by value, and recognises the form in which one is written."""

import math
from fractions import Fraction

from .expressions import Node, close, names_in, value

POINTS = tuple(map(Fraction, ("3/7", "-5/3", "11/4", "-23/6", "8", "17/9")))
_LATEX = {
    "number": "{0}", "name": "{0}", "pi": r"\pi", "call": "{0}({bare[0]})",
    "sqrt": r"\sqrt{{{bare[0]}}}", "neg": "(-{put[0]})", "+": "{bare[0]} + {put[1]}",
    "-": "{bare[0]} - {put[1]}", "*": r"{put[0]} \cdot {put[1]}",
    "/": r"\frac{{{bare[0]}}}{{{bare[1]}}}", "^": "{put[0]}^{{{bare[1]}}}",
}  # fmt: skip


def agree(one: Node, other: Node) -> bool:
    """Tell whether the trees have equal values at six points; True is no proof of equality.

    Both are evaluated with each name at another one of the points. Raises Unreadable, Unbounded.
    """
    names = sorted(names_in(one) | names_in(other))
    for turn in range(len(POINTS) if names else 1):
        at = {name: POINTS[(turn + i * 2) % len(POINTS)] + i for i, name in enumerate(names)}
        if not close(value(one, at), value(other, at)):
            return False
    return True


def latex(tree: Node) -> str:
    """Write the tree in LaTeX for the symbolic judge, with every bracket that it needs."""
    bare = [latex(part) for part in tree.parts]
    alone = [part.kind in ("number", "name") for part in tree.parts]
    put = [one if is_alone else f"({one})" for one, is_alone in zip(bare, alone, strict=True)]
    shape = _LATEX[tree.text if tree.text in _LATEX else tree.kind]
    return shape.format(tree.text, bare=bare, put=put)


def is_number(tree: Node) -> bool:
    """Tell whether the tree is a number as one writes a result: 7, -0.5, 3/4, (3)/(4), 1 1/2."""
    if tree.kind == "neg":
        return is_number(tree.parts[0]) and tree.parts[0].kind != "neg"
    if tree.kind == "/":
        whole = (part.parts[0] if part.kind == "neg" else part for part in tree.parts)
        return all(part.kind == "number" and "." not in part.text for part in whole)
    return tree.kind == "number" or tree.text == "mixed"


def has_expanded_form(tree: Node) -> bool:
    """Tell whether no bracket that holds a sum is multiplied or raised to a power."""
    if tree.kind in ("*", "^", "neg"):
        return all(part.kind not in ("+", "-") and has_expanded_form(part) for part in tree.parts)
    return all(has_expanded_form(part) for part in tree.parts)


def terms_of(tree: Node) -> list[Node]:
    """Return the terms of the outermost sum, each with its sign."""
    if tree.kind not in ("+", "-"):
        return [tree]
    last = terms_of(tree.parts[1])
    if tree.kind == "-":
        last = [Node("neg", "", (term,)) for term in last]
    return terms_of(tree.parts[0]) + last


def has_plain_roots(tree: Node) -> bool:
    """Tell whether no square is left under a root and every number is multiplied out."""
    if tree.kind == "call":
        under = value(tree.parts[0])
        whole = isinstance(under, Fraction) and under.denominator == 1 and under < 10**8
        return whole and all(under % (d * d) for d in range(2, math.isqrt(int(under)) + 1))
    if tree.kind == "*":
        return all(is_number(part) or part.kind == "call" for part in tree.parts) and all(
            map(has_plain_roots, tree.parts)
        )
    return tree.kind in ("number", "/", "neg") and all(map(has_plain_roots, tree.parts))
