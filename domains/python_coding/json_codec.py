"""Encodes Python values as JSON and back: tuples, sets, dicts with any keys, for benchmark tests.

Lists, strings, numbers, booleans and None are themselves; all else is a dict with one key that
says what it is. What comes back from a sandbox is decoded to exact built-in types or refused.
"""

import itertools
import math
from collections.abc import Iterable
from typing import Any

from ..sandbox import Json

MOST_ALIKE = 16
"""Different values of one container that may share a hash."""
MOST_KEYS = 1000
"""Numbers and tuples that one dict or set may hold."""

CODEC_SOURCE = """
def _decoded(coded):
    if type(coded) is list:
        return [_decoded(one) for one in coded]
    if type(coded) is not dict:
        return coded
    ((kind, parts),) = coded.items()
    if kind == "dict":
        return {_decoded(key): _decoded(value) for key, value in parts}
    if kind == "float":
        return float(parts)
    return {"tuple": tuple, "set": set}[kind](_decoded(one) for one in parts)


def _coded(value):
    kind = type(value)
    if kind is list:
        return [_coded(one) for one in value]
    if kind in (tuple, set, frozenset):
        return {"tuple" if kind is tuple else "set": [_coded(one) for one in value]}
    if kind is dict:
        return {"dict": [[_coded(key), _coded(one)] for key, one in value.items()]}
    if kind is float and (value != value or value in (float("inf"), float("-inf"))):
        return {"float": repr(value)}
    if kind in (int, float, str, bool, type(None)):
        return value
    raise TypeError(f"{kind.__name__} is not JSON")
"""
"""The same two functions as source, for the inside of a sandbox."""


class CodecError(ValueError):
    """A value that cannot be coded, or JSON that is no coded value."""


def encode(value: object) -> Json:
    """Return a Python value as JSON. Raises CodecError for one of any other type."""
    if type(value) is list:
        return [encode(one) for one in value]
    if isinstance(value, tuple | set | frozenset):
        return {"tuple" if isinstance(value, tuple) else "set": [encode(one) for one in value]}
    if type(value) is dict:
        return {"dict": [[encode(key), encode(one)] for key, one in value.items()]}
    if type(value) is float and not math.isfinite(value):
        return {"float": repr(value)}
    if value is None or type(value) in (int, float, str, bool):
        plain: Json = value  # type: ignore[assignment]  # one of these types
        return plain
    raise CodecError(f"{type(value).__name__} cannot be sent into the sandbox")


def decode(found: Json) -> Any:
    """Return the Python value. Raises CodecError for what `encode` would not have written."""
    if isinstance(found, list):
        return _hashable(decode(one) for one in found)
    if not isinstance(found, dict):
        return found
    try:
        ((kind, parts),) = found.items()
        if kind == "float" and parts in ("inf", "-inf", "nan"):
            return float(str(parts))
        if kind == "tuple" and isinstance(parts, list):
            return tuple(_hashable(decode(one) for one in parts))
        if kind == "set" and isinstance(parts, list):
            return set(_keys(decode(one) for one in parts))
        if kind == "dict" and isinstance(parts, list):
            pairs = [(decode(pair[0]), decode(pair[1])) for pair in map(_pair, parts)]
            _keys(key for key, _ in pairs)
            return dict(pairs)
    except (TypeError, ValueError) as error:
        raise CodecError(f"no coded value: {error}") from error
    raise CodecError(f"no coded value: {kind!r:.40}")


def _hashable(values: Iterable[Any]) -> list[Any]:
    """Return values that a set can be made of in time, even by a test that gets them in a list.

    A program may choose numbers that share one hash, and each of them would be compared with all
    the others. Raises CodecError for more than MOST_ALIKE of them.
    """
    made = list(values)
    hashes = sorted((hash_, at) for at, one in enumerate(made) if (hash_ := _hash(one)) is not None)
    for _, run in itertools.groupby(hashes, key=lambda it: it[0]):
        alike = list[Any]()
        for _, at in run:
            if made[at] not in alike:
                alike.append(made[at])
            if len(alike) > MOST_ALIKE:
                raise CodecError("too many values share one hash")
    return made


def _keys(values: Iterable[Any]) -> list[Any]:
    """Return values that a dict or set can be made of in time, whatever their hashes are.

    A program may also choose numbers of different hashes that are looked for in the same places,
    each where all before it lie. Raises CodecError for more than MOST_KEYS numbers and tuples: so
    each key meets a thousand others at most, in one dict or in many.
    """
    made = _hashable(values)
    if sum(_hash(one) is not None for one in made) > MOST_KEYS:
        raise CodecError(f"more than {MOST_KEYS} keys of one dict or set are numbers or tuples")
    return made


def _hash(value: object) -> int | None:
    """Return the hash of a number or a tuple; None for what has none, and for all else.

    Python itself draws the hashes of strings by chance.
    """
    try:
        return hash(value) if isinstance(value, int | float | tuple) else None
    except TypeError:
        return None


def _pair(part: Json) -> list[Json]:
    if not isinstance(part, list) or len(part) != 2:
        raise ValueError("no pair")
    return part
