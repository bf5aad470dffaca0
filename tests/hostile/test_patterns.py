"""Every regular expression of the package takes time in proportion to a hostile text."""

import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import pytest

from . import found, strings
from .found import Found
from .measure import SIZES, slow_text

BOUNDED: dict[str, int] = {
    "domains/maths/parts.py": 2000,  # LONGEST of domains/reading
    "domains/maths/notation.py": 2000,
    "domains/maths/units.py": 2000,
    "domains/maths/expressions.py _KNOWN": 300,  # LONGEST of its own module
    "domains/reading/candidates.py _BETWEEN": 40,
    "domains/reading/classes.py _SLASH": 60,  # _WORD
    "domains/reading/classes.py _SAID": 20,
    "domains/reading/denials.py _BEFORE": 200,  # REACH
    "domains/reading/denials.py _OPINION": 200,
}
"""Patterns that meet no more than so many characters; each is timed at that length."""
OURS: dict[tuple[str, str], str] = {
    ("domains/gym/families.py", r"([+-]?)\s*(-?\d+)"): "an expression that reasoning_gym drew",
    ("domains/writing/checks.py", r"[\"\u201c]([^"): "a text that ends with a quotation mark",
    ("reports/html/plots.py", ""): "a drawing that matplotlib made",
    ("store/events/run.py", r" \(Run at the level"): "a text that ends as the pattern does",
}
"""Patterns, by how they begin, that no text of any form can meet, and what they meet."""
HIDDEN = {
    "domains/maths/notation.py: re.compile(pattern)",
    "domains/maths/parts.py: re.compile(pattern)",
    "domains/maths/units.py: re.compile(pattern)",
    "domains/reading/candidates.py: re.compile(pattern)",
    "evidence/audit/replies.py: re.compile(one, re.I)",
    "graph/screening/injection.py: re.compile(pattern, re.I | re.M | re.S)",
    "models/scripted.py: re.compile(match)",
    "models/scripted.py: re.search(line.match, text)",
}
"""Places whose pattern comes from a table of the module, or from whoever writes a script."""


@cache
def _by_path() -> dict[str, list[Found]]:
    grouped = dict[str, list[Found]]()
    for one in found.patterns():
        grouped.setdefault(re.split("[: ]", one.place)[0], []).append(one)
    return grouped


def _bank(one: Found, size: int) -> list[str]:
    return [*strings.general(size), *strings.own(one.pattern, one.flags, size)]


def _works(
    pattern: re.Pattern[str], methods: frozenset[str]
) -> Iterator[tuple[str, Callable[[str], None]]]:
    whole = methods & {"match", "fullmatch"}
    for method in sorted(whole | ({"finditer"} if methods - whole else set())):
        yield method, partial(_use, getattr(pattern, method))


def _use(method: Callable[[str], Any], text: str) -> None:
    matched = method(text)
    for _ in matched if hasattr(matched, "__next__") else ():
        pass


@pytest.mark.parametrize("path", sorted(found.sources()))
def test_a_pattern_takes_time_in_proportion_to_a_hostile_text(path: str) -> None:
    faults = list[str]()
    for one in _by_path().get(path, ()):
        if any(path == where and one.pattern.startswith(it) for where, it in OURS):
            continue
        bound = next((n for place, n in BOUNDED.items() if one.place.startswith(place)), 0)
        sizes = (bound // 10, bound) if bound else SIZES
        compiled = re.compile(one.pattern, one.flags)
        for method, work in _works(compiled, one.methods):
            bank = partial(_bank, one)
            if said := slow_text(work, bank, sizes):
                faults.append(f"{one.text}\n   {method} {said}")
    assert not faults, "\n".join(faults)


def test_no_pattern_hides_from_the_walk() -> None:
    assert set(found.hidden()) == HIDDEN, "say where the pattern comes from, or write it in place"
