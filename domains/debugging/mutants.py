"""Changes a program in one place, as people do by mistake: first-order mutants, by syntax tree."""

import ast
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

KINDS = {
    "off by one": "A number is one more or one less than it should be.",
    "wrong comparison": "A comparison has the wrong sign, or takes in its border or leaves it out.",
    "wrong operator": "A sum, product, quotient or remainder should be another one of them.",
    "wrong condition": "A condition is turned round, or `and` and `or` are mixed up.",
    "missing case": "A case that needs its own treatment has none.",
    "missing step": "A statement is missing.",
    "swapped operands": "Two values stand in each other's place.",
    "wrong function": "Another built-in function or method is called than should be.",
    "shared list": "A list or dict that should have been copied is changed itself.",
    "wrong slice": "A slice begins or ends in the wrong place.",
    "wrong text": "A piece of text is not the right one.",
    "wrong jump": "A loop is left or goes on where it should do the other.",
    "wrong result": "What is returned is not what was worked out.",
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add,),
    ast.FloorDiv: (ast.Mod,),
    ast.Mod: (ast.FloorDiv,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitXor: (ast.BitOr,),
}
_FUNCTIONS = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "append": "extend",
    "upper": "lower",
    "lower": "upper",
    "find": "rfind",
    "isdigit": "isalpha",
    "strip": "lstrip",
}
_COPIES = frozenset({"sorted", "list", "dict", "set"})


class Mutant(NamedTuple):
    """A program that differs from another in one place."""

    kind: str
    """One of KINDS."""
    code: str
    before: str
    after: str
    """What stood there, and what stands there now; empty where it is missing."""


def mutants(code: str) -> Iterator[Mutant]:
    """Yield all mutants in a fixed order; some may do the same as the program itself."""
    tree = ast.parse(code)
    original = ast.unparse(tree)
    seen = {original}
    for place in _places(tree):
        make = _MAKERS.get(type(place.node))
        for kind, other in make(place.node) if make else ():
            if isinstance(other, ast.Pass) and not place.is_statement:
                continue
            place.put(other)
            mutated = ast.unparse(ast.fix_missing_locations(tree))
            place.put(place.node)
            if mutated not in seen:
                seen.add(mutated)
                after = "" if isinstance(other, ast.Pass) else ast.unparse(other)
                yield Mutant(kind, mutated, ast.unparse(place.node), after)


class _Place(NamedTuple):
    node: ast.AST
    put: Callable[[ast.AST], object]
    is_statement: bool


def _places(tree: ast.AST) -> Iterator[_Place]:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if isinstance(value, list):
                for number, child in enumerate(value):
                    if isinstance(child, ast.AST):
                        put = partial(value.__setitem__, number)
                        yield _Place(child, put, isinstance(child, ast.stmt))
            elif isinstance(value, ast.AST) and not isinstance(parent, ast.JoinedStr):
                yield _Place(value, partial(setattr, parent, name), False)


def _constant(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    if type(node.value) is int:
        yield from (("off by one", ast.Constant(node.value + by)) for by in (1, -1))
    elif type(node.value) is bool:
        yield "wrong condition", ast.Constant(not node.value)
    elif isinstance(node.value, str):
        yield "wrong text", ast.Constant("" if node.value else " ")


def _compare(node: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    for place, sign in enumerate(node.ops):
        for other in _COMPARISONS.get(type(sign), ()):
            signs = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            yield "wrong comparison", ast.Compare(node.left, signs, node.comparators)


def _binary(node: ast.BinOp) -> Iterator[tuple[str, ast.AST]]:
    for other in _OPERATORS.get(type(node.op), ()):
        yield "wrong operator", ast.BinOp(node.left, other(), node.right)
    if isinstance(node.op, ast.Sub | ast.FloorDiv | ast.Mod | ast.Add):
        yield "swapped operands", ast.BinOp(node.right, node.op, node.left)


def _augmented_assignment(node: ast.AugAssign) -> Iterator[tuple[str, ast.AST]]:
    for other in _OPERATORS.get(type(node.op), ()):
        yield "wrong operator", ast.AugAssign(node.target, other(), node.value)
    yield "missing step", ast.Pass()
    yield "missing step", ast.Assign([node.target], node.value)


def _boolean(node: ast.BoolOp) -> Iterator[tuple[str, ast.AST]]:
    other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    yield "wrong condition", ast.BoolOp(other, node.values)
    for place in range(len(node.values)):
        rest = [*node.values[:place], *node.values[place + 1 :]]
        yield "missing case", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _unary(node: ast.UnaryOp) -> Iterator[tuple[str, ast.AST]]:
    yield "wrong condition" if isinstance(node.op, ast.Not) else "wrong operator", node.operand


def _if(node: ast.If) -> Iterator[tuple[str, ast.AST]]:
    yield "missing case", ast.Pass()
    turned = ast.UnaryOp(ast.Not(), node.test)
    yield "wrong condition", ast.If(turned, node.body, node.orelse)
    if node.orelse:
        yield "missing case", ast.If(node.test, node.body, [])


def _choice(node: ast.IfExp) -> Iterator[tuple[str, ast.AST]]:
    yield "wrong condition", ast.IfExp(node.test, node.orelse, node.body)


def _call(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    func = node.func
    name = func.id if isinstance(func, ast.Name) else getattr(func, "attr", "")
    if name in _FUNCTIONS and isinstance(func, ast.Name):
        other: ast.expr = ast.Name(_FUNCTIONS[name], ast.Load())
        yield "wrong function", ast.Call(other, node.args, node.keywords)
    elif name in _FUNCTIONS and isinstance(func, ast.Attribute):
        other = ast.Attribute(func.value, _FUNCTIONS[name], ast.Load())
        yield "wrong function", ast.Call(other, node.args, node.keywords)
    if name in _COPIES and isinstance(func, ast.Name) and len(node.args) == 1:
        yield "shared list", node.args[0]
    if len(node.args) >= 2:
        swapped = [node.args[1], node.args[0], *node.args[2:]]
        yield "swapped operands", ast.Call(func, swapped, node.keywords)
    for place in range(len(node.keywords)):
        rest = [*node.keywords[:place], *node.keywords[place + 1 :]]
        yield "missing case", ast.Call(func, node.args, rest)


def _slice(node: ast.Slice) -> Iterator[tuple[str, ast.AST]]:
    if node.lower:
        yield "wrong slice", ast.Slice(None, node.upper, node.step)
    if node.upper:
        yield "wrong slice", ast.Slice(node.lower, None, node.step)
    if node.step:
        yield "wrong slice", ast.Slice(node.lower, node.upper, None)


def _return(node: ast.Return) -> Iterator[tuple[str, ast.AST]]:
    if node.value:
        yield "wrong result", ast.Expr(node.value)


def _step(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    yield "missing step", ast.Pass()


def _jump(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    yield "wrong jump", ast.Continue() if isinstance(node, ast.Break) else ast.Break()


_MAKERS: dict[type[ast.AST], Callable[..., Iterator[tuple[str, ast.AST]]]] = {
    ast.Constant: _constant,
    ast.Compare: _compare,
    ast.BinOp: _binary,
    ast.AugAssign: _augmented_assignment,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.If: _if,
    ast.IfExp: _choice,
    ast.Call: _call,
    ast.Slice: _slice,
    ast.Return: _return,
    ast.Expr: _step,
    ast.Delete: _step,
    ast.Raise: _step,
    ast.Break: _jump,
    ast.Continue: _jump,
}
"""Type of a node -> what yields the nodes that could stand there by mistake."""
