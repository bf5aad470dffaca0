"""Parse the results that a program's process sent, and refuse those that are not of our form."""

import json
from typing import Any

from .contract import Json, Limits, Raised, Returned

DIGITS = 4300
"""The longest whole number that is read, as Python itself has it."""
SAID = 200


class Forged(ValueError):
    """These bytes are no result that our own code would have sent."""


class Broken(Exception):
    """The program did not load; the message says `kind: what it said`."""


def most_bytes(calls: int, limits: Limits) -> int:
    """Return the length of the longest honest answer: the values, and as many messages."""
    return limits.result_bytes + 4096 * (calls + 1)


def decode(raw: bytes, calls: int, limits: Limits) -> tuple[Returned | Raised, ...]:
    """Parse the results of `calls` calls. Raises Forged for others, Broken if there are none."""
    try:
        entries = json.loads(raw.decode("ascii"), parse_int=_parse_int)
    except (ValueError, RecursionError, MemoryError) as error:
        raise Forged("what it sent is no JSON") from error
    if type(entries) is not list:
        raise Forged("what it sent is no list of results")
    if len(entries) == 1 and type(entries[0]) is dict and set(entries[0]) == {"broken"}:
        raise Broken(": ".join(part for part in _parse_exception(entries[0]["broken"]) if part))
    if len(entries) != calls:
        raise Forged(f"it sent {len(entries)} results to {calls} calls")
    return tuple(_result(entry, limits.depth) for entry in entries)


def _parse_int(digits: str) -> int:
    if len(digits) > DIGITS:
        raise Forged("a number is too long")
    return int(digits)


def _result(entry: Any, depth: int) -> Returned | Raised:
    if type(entry) is dict and set(entry) == {"raised"}:
        return Raised(*_parse_exception(entry["raised"]))
    if type(entry) is not list or len(entry) != 2 or type(entry[1]) is not list:
        raise Forged("a result is no value with arguments")
    _check_value(entry[0], depth)
    for arg in entry[1]:
        _check_value(arg, depth)
    return Returned(entry[0], tuple(entry[1]))


def _parse_exception(pair: Any) -> tuple[str, str]:
    if type(pair) is not list or len(pair) != 2 or any(type(it) is not str for it in pair):
        raise Forged("an exception is not told as one")
    kind, said = (_text(it)[:SAID] for it in pair)
    return kind, said


def _text(text: str) -> str:
    """Return `text`. Raises Forged where it is no Unicode: half a surrogate pair."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Forged("a text is no Unicode") from error
    return text


def _check_value(value: Json, depth: int) -> None:
    """Raise Forged where `value` is nested more than `depth` deep or holds what is no text."""
    level: list[Any] = [value]
    while level:
        below: list[Any] = []
        for it in level:
            if type(it) is str:
                _text(it)
            elif type(it) in (list, dict) and depth < 1:
                raise Forged("a value is nested too deeply")
            elif type(it) is list:
                below += it
            elif type(it) is dict:
                below += it.values()
                for key in it:
                    _text(key)
        depth -= 1
        level = below
