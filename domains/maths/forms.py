"""How two expressions compare, and in what form one is written."""

from fractions import Fraction

from .expressions import Node, close, names_in, value

POINTS = tuple(map(Fraction, ("3/7", "-5/3", "11/4", "-23/6", "8", "17/9")))


def agree(one: Node, other: Node) -> bool:
    """False when the trees differ in value somewhere; True says only that no point told them apart.

    Both are tried at the same six points, each name at another one. Raises Unreadable, Unbounded.
    """
    names = sorted(names_in(one) | names_in(other))
    for turn in range(len(POINTS) if names else 1):
        at = {name: POINTS[(turn + i * 2) % len(POINTS)] + i for i, name in enumerate(names)}
        if not close(value(one, at), value(other, at)):
            return False
    return True


def latex(tree: Node) -> str:
    """The tree in LaTeX, every bracket written: what the symbolic judge is given."""
    parts = [latex(part) for part in tree.parts]
    if tree.kind == "number":
        return tree.text
    if tree.kind == "name":
        return {"pi": r"\pi"}.get(tree.text, tree.text)
    if tree.kind == "call":
        return rf"\sqrt{{{parts[0]}}}" if tree.text == "sqrt" else f"{tree.text}({parts[0]})"
    if tree.kind == "neg":
        return f"(-{_closed(tree.parts[0], parts[0])})"
    if tree.kind == "/":
        return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"
    closed = [_closed(part, written) for part, written in zip(tree.parts, parts, strict=True)]
    if tree.kind == "^":
        return f"{closed[0]}^{{{parts[1]}}}"
    if tree.kind == "*":
        return rf"{closed[0]} \cdot {closed[1]}"
    return f"{parts[0]} {tree.kind} {closed[1]}"


def _closed(tree: Node, written: str) -> str:
    return written if tree.kind in ("number", "name") else f"({written})"


def is_number(tree: Node) -> bool:
    """A number as one writes a result: 7, -0.5, 3/4, (3)/(4)."""
    if tree.kind == "neg":
        return is_number(tree.parts[0]) and tree.parts[0].kind != "neg"
    if tree.kind == "/":
        whole = (part.parts[0] if part.kind == "neg" else part for part in tree.parts)
        return all(part.kind == "number" and "." not in part.text for part in whole)
    return tree.kind == "number"


def is_expanded(tree: Node) -> bool:
    """No bracket is left that holds a sum and is multiplied or raised."""
    if tree.kind in ("*", "^", "neg"):
        return all(part.kind not in ("+", "-") and is_expanded(part) for part in tree.parts)
    return all(is_expanded(part) for part in tree.parts)


def terms(tree: Node) -> int:
    """How many terms the outermost sum has."""
    if tree.kind in ("+", "-"):
        return terms(tree.parts[0]) + terms(tree.parts[1])
    return 1
