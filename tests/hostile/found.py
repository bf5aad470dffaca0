"""Finds every regular expression of the package by walking its code, and how each is used."""

import ast
import builtins
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import tutelage

ROOT = Path(tutelage.__file__).parent
FOLDERS = ("commands", "domains", "evidence", "graph", "models", "reports", "store", "trainer")
METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")
CONTENT = "domains/python_coding/topics/"
"""Programs that students read: they run on inputs which we draw."""


class Found(NamedTuple):
    """A regular expression, where it first stands, and the methods that are called on it."""

    place: str
    pattern: str
    flags: int
    methods: frozenset[str]

    @property
    def text(self) -> str:
        return f"{self.place}: {self.pattern}"


class _Unknown(str):
    """What only a running function knows: stands as a word, and so does each part of it."""

    def __getattr__(self, name: str) -> "_Unknown":
        return self

    def __getitem__(self, key: object) -> "_Unknown":
        return self

    def __call__(self, *args: object, **named: object) -> "_Unknown":
        return self


@cache
def sources() -> Mapping[str, ast.Module]:
    """Return the parsed modules that use regular expressions, by their path."""
    files = (file for name in FOLDERS for file in sorted((ROOT / name).rglob("*.py")))
    texts = {str(file.relative_to(ROOT)): file.read_text() for file in files}
    return {
        path: ast.parse(text)
        for path, text in texts.items()
        if re.search(r"\bre\b", text) and not path.startswith(CONTENT)
    }


def patterns() -> list[Found]:
    """Return every pattern once, with all ways in which it is used."""
    places: dict[tuple[str, int], str] = {}
    methods: dict[tuple[str, int], set[str]] = defaultdict(set)
    for place, key, used in _all():
        places.setdefault(key, place)
        methods[key] |= used
    return [Found(places[key], *key, frozenset(methods[key] or {"finditer"})) for key in places]


def _all() -> Iterator[tuple[str, tuple[str, int], set[str]]]:
    everywhere = _methods_called(tuple(sources()))
    for path, tree in sources().items():
        module, here = _module(path), _methods_called((path,))
        for name, value in vars(module).items():
            for held in _held(value):
                place = f"{path} {name}"
                used = here.get(name) or everywhere.get(name, set())
                yield place, (held.pattern, held.flags), used
        for node in ast.walk(tree):
            if (method := _re_call(node)) and method != "escape":
                assert isinstance(node, ast.Call)
                pattern = _compiled(node, method, module)
                if pattern is not None:
                    name = _bound(tree, node)
                    used = here.get(name) or everywhere.get(name, set())
                    used = {method} if method in METHODS else used
                    yield f"{path}:{node.lineno}", (pattern.pattern, pattern.flags), used


def hidden() -> list[str]:
    """Return the places whose pattern the code alone does not tell."""
    return [
        f"{path}: {ast.unparse(node)}"
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if (method := _re_call(node)) and method != "escape"
        if isinstance(node, ast.Call) and _compiled(node, method, _module(path)) is None
    ]


def _re_call(node: ast.AST) -> str:
    """Return the function of `re` that a node calls; empty if it calls none."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return ""
    owner = node.func.value
    ours = isinstance(owner, ast.Name) and owner.id == "re"
    return node.func.attr if ours and node.func.attr in (*METHODS, "compile", "escape") else ""


def _compiled(node: ast.Call, method: str, module: ModuleType) -> re.Pattern[str] | None:
    """Return the pattern of a call of `re`; None where it is only a name of its function."""
    names = {**vars(builtins), **vars(module)}
    flags: ast.expr | None = next((it.value for it in node.keywords if it.arg == "flags"), None)
    at = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(method, 2)
    flags = flags or (node.args[at] if len(node.args) > at else None)
    said = _value(node.args[0], names)
    if isinstance(said, _Unknown):
        return None
    if isinstance(said, re.Pattern):
        said = said.pattern
    return re.compile(said, _value(flags, names) if flags else 0)


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    unknown = {it.id: _Unknown("word") for it in ast.walk(node) if isinstance(it, ast.Name)}
    return eval(compile(ast.Expression(node), "pattern", "eval"), {**unknown, **names})


def _bound(tree: ast.Module, call: ast.Call) -> str:
    """Return the name that a compiled pattern is bound to; empty if it is not just named."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and node.value is call:
            return ast.unparse(node.targets[0])
    return ""


@cache
def _methods_called(paths: tuple[str, ...]) -> Mapping[str, set[str]]:
    """Return for every name the methods of patterns that are called on it in some modules."""
    called: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        for node in ast.walk(sources()[path]):
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                owner = node.value
                if isinstance(owner, ast.Name):
                    called[owner.id].add(node.attr)
                elif isinstance(owner, ast.Attribute):
                    called[owner.attr].add(node.attr)
    return called


def _held(value: object, depth: int = 4) -> Iterator[re.Pattern[str]]:
    """Yield the patterns that a value of a module is or holds."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth and isinstance(value, Mapping):
        for one in (*value.keys(), *value.values()):
            yield from _held(one, depth - 1)
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _held(one, depth - 1)
    elif depth and hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        for one in vars(value).values() if hasattr(value, "__dict__") else ():
            yield from _held(one, depth - 1)


def _module(path: str) -> ModuleType:
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return importlib.import_module(f"tutelage.{name}")
