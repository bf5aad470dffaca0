"""Nearest of the known names to one that nobody knows, as the question that an error ends with."""

import difflib
from collections.abc import Iterable


def find_near(name: str, known: Iterable[str]) -> str:
    """Return the known name that is nearest, whatever the case of `name`; empty for none."""
    found = difflib.get_close_matches(name.lower(), list(known), n=1)
    return found[0] if found else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the question for the nearest known name, behind a space; empty where none is near."""
    near = find_near(name, known)
    return f" Did you mean {near!r}?" if near else ""
