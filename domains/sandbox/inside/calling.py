"""Load a program, make its calls, and write the results as JSON.

All of this runs beside code that may be hostile: its output is a claim, which the parent checks.
Nothing here knows which answer is wanted.
"""

import json
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

WARMING = {
    "program": "def warm(it: list) -> dict:\n    return {'a': [str(x) for x in it], 'b': 1.5}\n",
    "calls": [["warm", [[1, 2]]]],
    "result_bytes": 1000,
    "depth": 4,
}
"""A program of ours that is run before another comes, so that all it needs is loaded."""
SAID = 200
_class_name = type.__dict__["__name__"].__get__
_encode = json.JSONEncoder(ensure_ascii=True).encode


class NotJson(TypeError):
    """A value that is no JSON of the exact built-in types."""


def answer(request: dict[str, Any]) -> Iterator[str]:
    """Yield one JSON text a call; or, where the program does not load, one that says so."""
    module = types.ModuleType("solution")
    sys.modules["solution"] = module
    space = module.__dict__
    try:
        exec(compile(request["program"], "<program>", "exec", dont_inherit=True), space)
    except BaseException as error:
        yield _encode({"broken": _describe(error)})
        return
    left, depth = request["result_bytes"], request["depth"]
    for function, args in request["calls"]:
        said = _call(space, function, args, depth, left)
        left -= len(said)
        yield said


def _call(space: dict[str, Any], function: str, args: list[Any], depth: int, left: int) -> str:
    try:
        value = _find(space, function)(*args)
        for it in (value, *args):
            exact(it, depth, left)
        said = _encode([value, args])
        if len(said) > left:
            raise NotJson(f"the results are longer than {left} bytes")
        return said
    except BaseException as error:
        return _encode({"raised": _describe(error)})


def _find(space: dict[str, Any], function: str) -> Callable[..., Any]:
    first, *rest = function.split(".")
    if first not in space:
        raise NameError(f"name {first!r} is not defined")
    found = space[first]
    for name in rest:
        found = getattr(found, name)
    return found  # type: ignore[no-any-return]  # whatever the program put there


def _describe(error: BaseException) -> list[str]:
    kind = "TypeError" if type(error) is NotJson else str(_class_name(type(error)))
    try:
        said = str(error)[:SAID]
    except BaseException:
        said = ""
    said = said.encode("utf-8", "replace").decode("utf-8", "replace")
    return [kind[:SAID], said if type(said) is str else ""]


def exact(value: object, depth: int, most: int) -> None:
    """Raise NotJson unless `value` is built of exact JSON types, at most `depth` deep.

    Nothing of the value's own code is run: no length, no equality, no iteration it defines.
    """
    nodes = 0
    level: list[Any] = [value]
    while level:
        below: list[Any] = []
        for it in level:
            kind = type(it)
            if kind in (list, dict) and depth < 1:
                raise NotJson("the result is nested too deeply")
            if kind is list:
                below += it
            elif kind is dict:
                if any(type(key) is not str for key in it):
                    raise NotJson("a dictionary whose keys are not all strings is no JSON")
                below += it.values()
            elif kind not in _PLAIN:
                raise NotJson(f"a value of type {_class_name(kind)} is no JSON")
            if len(below) + nodes > most:
                raise NotJson(f"the result has more than {most} parts")
        nodes += len(below)
        depth -= 1
        level = below


_PLAIN = frozenset({type(None), bool, int, float, str})
