"""Compare two JSON values: exactly, or with a tolerance for floats."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from .contract import Json


def same(found: Json, expected: Json) -> bool:
    """Tell whether both are one JSON value: exact types, lengths and floats; NaN equals none."""
    return _agree(found, expected, lambda one, other: one == other)


def close(found: Json, expected: Json, rel: float = 1e-9) -> bool:
    """Compare as `same`, but let floats differ by `rel` of the larger (near zero, `rel` itself)."""
    return _agree(
        found, expected, lambda one, other: math.isclose(one, other, rel_tol=rel, abs_tol=rel)
    )


def _agree(found: Json, expected: Json, floats: Callable[[float, float], bool]) -> bool:
    pairs: list[tuple[Any, Any]] = [(found, expected)]
    while pairs:
        one, other = pairs.pop()
        # First the types: a value of another class could bring an equality of its own.
        if type(one) is not type(other):
            return False
        if type(one) in (list, dict):
            if len(one) != len(other) or (type(one) is dict and one.keys() != other.keys()):
                return False
            pairs += _inside(one, other)
        elif type(one) is float:
            if not floats(one, other):
                return False
        elif type(one) not in (str, int, bool, type(None)) or one != other:
            return False
    return True


def _inside(one: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    if type(one) is list:
        return zip(one, other, strict=True)
    return ((one[key], other[key]) for key in one)
