"""Attack: a program and how it is judged, with nothing about how it is caught."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["false pass", "secrets", "host", "resources", "control"]


@dataclass(frozen=True)
class Attack:
    """A program that should achieve nothing. Names between @ signs stand for canaries."""

    name: str
    kind: Kind
    source: str
    expected: object = "hidden"
    """The value that `f` must return for each number; `hidden` is a table nobody can compute."""
    limits: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, str] | None = None


def attacks(kind: Kind, sources: str, **options: object) -> list[Attack]:
    """Split a text into attacks: a line `## name` begins each."""
    found = []
    for part in sources.split("\n## ")[1:]:
        name, _, source = part.partition("\n")
        found.append(Attack(name.strip(), kind, source, **options))  # type: ignore[arg-type]
    return found
