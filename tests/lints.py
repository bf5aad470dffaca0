"""Lints of the house over syntax trees: reading of events, text of slots, names of models.

Each yields what it found as `line: code`; `test_house.py` runs them over all that is shipped, and
over planted offences.
"""

import ast
from collections.abc import Collection, Iterator

Found = Iterator[tuple[int, str]]


def names_in(node: ast.AST) -> set[str]:
    """Every name in an expression, the last part of a dotted one too."""
    plain = {it.id for it in ast.walk(node) if isinstance(it, ast.Name)}
    return plain | {it.attr for it in ast.walk(node) if isinstance(it, ast.Attribute)}


def _texts_in(node: ast.AST) -> set[str]:
    return {it.value for it in ast.walk(node)
            if isinstance(it, ast.Constant) and isinstance(it.value, str)}  # fmt: skip


def _show(node: ast.AST) -> tuple[int, str]:
    return int(getattr(node, "lineno", 0)), ast.unparse(node)[:100]


def unions_of(tree: ast.Module, kinds: Collection[str]) -> set[str]:
    """Names that a file gives to unions and tuples of kinds."""
    found: set[str] = set()
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Assign) else None
        parts = value.elts if isinstance(value, ast.Tuple) else [value]
        plain = isinstance(value, ast.BinOp) or all(
            isinstance(part, ast.Name | ast.Attribute) for part in parts
        )
        if isinstance(node, ast.Assign) and value and plain and names_in(value) & set(kinds):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def untyped_readings(tree: ast.Module, kinds: Collection[str]) -> Found:
    """Yield each test of an event's class, whatever the variable is called, and each such assert.

    `type(x) is Kind`, `x.kind == "Kind"` and `assert isinstance` of any class count as well.
    """
    asserts = {id(part): it for it in ast.walk(tree) if isinstance(it, ast.Assert)
               for part in ast.walk(it.test)}  # fmt: skip
    told: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[what, of]):
                named = isinstance(what, ast.Name) and what.id == "event"
                if named or names_in(of) & set(kinds):
                    yield _show(node)
                elif (told_by := asserts.get(id(node))) and id(told_by) not in told:
                    told.add(id(told_by))
                    yield _show(told_by)
            case ast.Compare(left=left, comparators=[right]):
                asked = names_in(left) | names_in(right)
                by_class = asked & {"type", "__class__"} and asked & set(kinds)
                by_name = asked & {"kind", "type", "__class__"} and _texts_in(node) & set(kinds)
                if by_class or by_name:
                    yield _show(node)


def folds(tree: ast.Module, kinds: Collection[str]) -> Found:
    """Yield each `match` over kinds of events."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Match) and any(
            names_in(it.cls) & set(kinds)
            for case in node.cases
            for it in ast.walk(case.pattern)
            if isinstance(it, ast.MatchClass)
        ):
            yield node.lineno, f"match {ast.unparse(node.subject)}"


READS = frozenset(
    ("split", "rsplit", "partition", "rpartition", "startswith", "endswith", "removeprefix",
     "removesuffix", "replace", "strip", "lstrip", "rstrip", "find", "rfind", "index", "rindex",
     "count", "translate", "splitlines", "format", "format_map")
)  # fmt: skip
PATTERNS = frozenset(("match", "fullmatch", "search", "findall", "finditer", "sub", "subn"))
TEMPORARY = frozenset(("TemporaryDirectory", "NamedTemporaryFile", "mkdtemp", "mkstemp"))
READERS = frozenset(("find", "events", "entries"))
PATHS = frozenset(("Path", "PurePath", "PurePosixPath"))
REFERRING = frozenset(("call", "gate"))
"""Fields of events that hold a slot or a reference; so do `because` and `..._attempts`."""


class SlotLint(ast.NodeVisitor):
    """Finds slots that are built or read as text.

    A slot is whatever is called `slot`, `prefix`, `..._slot` or `..._prefix`, is a field of an
    event that holds one (or an item of `because`), comes from a function of `store/slots.py`, was
    assigned from one of these in the same function, or is handed on as a slot.
    """

    def __init__(self, makers: Collection[str]) -> None:
        self.found: list[tuple[int, str]] = []
        self._makers = frozenset(makers)
        self._imported: set[str] = set()
        """Makers that the file calls without `slots.`."""
        self._builders: set[str] = set()
        """Functions of the file that return a text with a slash."""
        self._tainted: list[set[str]] = [set()]
        self._built: list[set[str]] = [set()]
        """Names of texts with a slash that the function made: found once they become a slot."""

    def visit_Module(self, node: ast.Module) -> None:
        for it in ast.walk(node):
            if isinstance(it, ast.ImportFrom) and (it.module or "").endswith("slots"):
                self._imported |= {alias.name for alias in it.names} & self._makers
            elif isinstance(it, ast.FunctionDef):
                returned = (each.value for each in ast.walk(it) if isinstance(each, ast.Return))
                if any(value and self._has_slash(value) for value in returned):
                    self._builders.add(it.name)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._tainted.append(set(self._tainted[-1]))
        self._built.append(set(self._built[-1]))
        if _named_slot(node.name):
            for it in ast.walk(node):
                if isinstance(it, ast.Return) and it.value:
                    self._check_built(it.value)
        self.generic_visit(node)
        self._tainted.pop()
        self._built.pop()

    def visit_Assign(self, node: ast.Assign) -> None:
        self._bind(node.targets, node.value)
        self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._bind([node.target], node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self._bind([node.target], node.value)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self._bind_items(node.target, node.iter)
        self.generic_visit(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp | ast.ListComp | ast.SetComp) -> None:
        for each in node.generators:
            self._bind_items(each.target, each.iter)
        self.generic_visit(node)

    visit_ListComp = visit_SetComp = visit_GeneratorExp

    def _bind_items(self, target: ast.expr, of: ast.expr) -> None:
        if isinstance(target, ast.Name) and isinstance(of, ast.Attribute) and of.attr == "because":
            self._tainted[-1].add(target.id)

    def _bind(self, targets: list[ast.expr], value: ast.expr) -> None:
        names = [it.id for it in targets if isinstance(it, ast.Name)]
        if any(_named_slot(name) for name in names):
            self._check_built(value)
        for known, holds in ((self._tainted, self._is_slot), (self._built, self._has_slash)):
            (known[-1].update if holds(value) else known[-1].difference_update)(names)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if self._is_slot(node.target):
            self.found.append(_show(node))
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and _named_slot(str(key.value)):
                self._check_built(value)
        self.generic_visit(node)

    def _has_slash(self, value: ast.expr) -> bool:
        """Tell whether a text with a slash in it is made here."""
        match value:
            case ast.Name(id=name):
                return name in self._built[-1]
            case ast.Call(func=ast.Attribute(attr="join" | "format", value=of)):
                return "/" in "".join(_texts_in(of))
            case ast.Constant(value=str(text)):
                return "/" in text
            case ast.JoinedStr() | ast.BinOp(op=ast.Add() | ast.Mod()):
                return any("/" in text for text in _texts_in(value))
        return False

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        words = "".join(str(it.value) for it in node.values if isinstance(it, ast.Constant))
        held = any(isinstance(it, ast.FormattedValue) and self._is_slot(it.value)
                   for it in node.values)  # fmt: skip
        # A sentence may tell of a slot; a text without a space is one.
        stream = any(isinstance(it, ast.FormattedValue) and "stream" in names_in(it.value)
                     for it in node.values)  # fmt: skip
        if (held or (stream and "#" in words)) and not any(it.isspace() for it in words):
            self.found.append(_show(node))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Add | ast.Mod) and (
            self._is_slot(node.left) or self._is_slot(node.right)
        ):
            self.found.append(_show(node))
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if self._is_slot(node.value):
            self.found.append(_show(node))
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        inside = any(isinstance(op, ast.In | ast.NotIn) and self._is_slot(side)
                     for op, side in zip(node.ops, node.comparators, strict=True))  # fmt: skip
        literal = any(map(self._is_slot, sides)) and any(
            _is_text(it) or (isinstance(it, ast.Tuple | ast.List | ast.Set) and _texts_in(it))
            for it in sides
        )
        if inside or literal:
            self.found.append(_show(node))
        self.generic_visit(node)

    def visit_Match(self, node: ast.Match) -> None:
        texts = [it for case in node.cases for it in ast.walk(case.pattern)
                 if isinstance(it, ast.MatchValue) and _is_text(it.value)]  # fmt: skip
        if self._is_slot(node.subject) and texts:
            self.found.append((node.lineno, f"match {ast.unparse(node.subject)}"))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            if keyword.arg and _named_slot(keyword.arg) and not names_in(node.func) & TEMPORARY:
                self._check_built(keyword.value)
        match node.func:
            case ast.Attribute(value=of, attr=name):
                read = name in READS and self._is_slot(of)
                by_pattern = name in PATTERNS and any(map(self._is_slot, node.args))
                joined = name in ("join", "format") and any(
                    self._is_slot(it) for arg in node.args for it in ast.walk(arg)
                    if isinstance(it, ast.expr)
                )  # fmt: skip
                if read or by_pattern or (joined and _is_text(of) and not _has_space(of)):
                    self.found.append(_show(node))
                if name in READERS:
                    for arg in node.args[2:]:
                        self._check_built(arg)
                if name == "join" and not _is_text(of) and any(map(self._is_slot, node.args)):
                    self.found.append(_show(node))
        name = self._called_maker(node)
        for arg in node.args if name else ():
            if name == "below" or self._has_slash(arg):
                self._check_built(arg)
        if names_in(node.func) & PATHS and any(map(self._is_slot, node.args)):
            self.found.append(_show(node))
        self.generic_visit(node)

    def _check_built(self, value: ast.expr) -> None:
        """Tell of a text that is built on the spot where a slot is wanted."""
        match value:
            case ast.JoinedStr() | ast.BinOp(op=ast.Add() | ast.Mod()):
                self.found.append(_show(value))
            case ast.Constant(value=str(text)) if text:
                self.found.append(_show(value))
            case ast.Call(func=ast.Attribute(attr="join" | "format", value=of)) if _is_text(of):
                self.found.append(_show(value))
            case ast.IfExp(body=one, orelse=other):
                self._check_built(one)
                self._check_built(other)
            case ast.Name() if self._has_slash(value):
                self.found.append(_show(value))
            case ast.Call(func=ast.Name(id=name)) if name in self._builders:
                self.found.append(_show(value))

    def _called_maker(self, node: ast.Call) -> str:
        """Name of the function of `store/slots.py` that is called; empty for any other."""
        match node.func:
            case ast.Attribute(value=ast.Name(id="slots"), attr=name) if name in self._makers:
                return name
            case ast.Name(id=name) if name in self._imported:
                return name
        return ""

    def _is_slot(self, node: ast.AST) -> bool:
        match node:
            case ast.Name(id=name):
                return _named_slot(name) or name in self._tainted[-1]
            case ast.Attribute(attr=name):
                refers = name in REFERRING or name.endswith("_attempts")
                return refers or _named_slot(name)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                return _named_slot(name) or bool(self._called_maker(node))
        return False


def _named_slot(name: str) -> bool:
    plain = name.strip("_")
    # What is called `by_slot` is a mapping.
    return plain in ("slot", "prefix") or (
        plain.endswith(("_slot", "_prefix")) and not plain.startswith("by_")
    )


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != ""


def _has_space(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and any(it.isspace() for it in str(node.value))


def makers_of(slots: ast.Module) -> set[str]:
    """Names of the functions of `store/slots.py` that return a slot."""
    return {
        it.name
        for it in ast.walk(slots)
        if isinstance(it, ast.FunctionDef) and it.returns and names_in(it.returns) == {"str"}
    }


def slots_as_text(tree: ast.Module, makers: Collection[str] = ()) -> Found:
    """Yield what builds or reads a slot; `makers` are the functions of `store/slots.py`."""
    lint = SlotLint(makers)
    lint.visit(tree)
    yield from sorted(set(lint.found))


def model_prefixes(tree: ast.Module, starts: Collection[str]) -> Found:
    """Yield each text that a model's spec could be compared with.

    That is the beginning of a kind's specs itself, wherever it stands but where a name is made,
    and any spec of one in a comparison, a pattern, a key, or a method that reads a text.
    """
    words = {start.rstrip(":") for start in starts}
    heads = {start.partition("-")[0] for start in starts if "-" in start}
    compared = {id(part) for it in ast.walk(tree) for part in _compared(it)}
    keys = {id(part) for it in ast.walk(tree) for part in _keys(it)}
    marks = {id(part) for it in ast.walk(tree) for part in _marks(it)}
    chosen = {id(key) for it in ast.walk(tree)
              if isinstance(it, ast.Subscript) and isinstance(it.value, ast.Dict)
              for key in it.value.keys}  # fmt: skip
    named = {id(part) for it in ast.walk(tree) if isinstance(it, ast.JoinedStr)
             for part in it.values}  # fmt: skip
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if not isinstance(text, str):
            continue
        begins = text.startswith(tuple(starts)) or text in heads
        if (
            (text in starts and text.endswith(":") and id(node) not in named)
            or (id(node) in compared and (begins or text in words))
            or (id(node) in marks and id(node) in compared)
            # `messages` alone may be any key.
            or (id(node) in keys and begins)
            or (id(node) in chosen and text in words)
        ):
            yield _show(node)


def _compared(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            yield from ast.walk(node)
        case ast.match_case(pattern=pattern):
            yield from ast.walk(pattern)
        case ast.Call(func=ast.Attribute(value=of, attr=name)):
            if name in READS or (isinstance(of, ast.Name) and of.id == "re"):
                yield from (part for arg in node.args for part in ast.walk(arg))


def _marks(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what parts a spec: a colon that is added to a name, a plus that is looked for."""
    match node:
        case ast.BinOp(op=ast.Add(), right=ast.Constant(value=":") as mark):
            yield mark
        case ast.Compare(left=ast.Constant(value="+") as mark, comparators=[of]):
            # `"+" in mode` asks how a file was opened.
            yield from () if "mode" in ast.unparse(of) else (mark,)


def _keys(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Dict(keys=keys):
            yield from (part for key in keys if key for part in ast.walk(key))
        case ast.Call(func=ast.Attribute(attr="get"), args=args):
            yield from args
        case ast.Subscript(slice=key):
            yield key
