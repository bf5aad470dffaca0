"""Finds the domains that stand in a folder, by reading alone: no file of a stranger's is run."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..bounded_json import read_json

METHODS = frozenset({"problems", "judge", "solution"})
LARGEST = 200_000
"""Bytes of a Python file that is read; a domain of one file is far smaller."""


class Nearby(NamedTuple):
    """Something in a folder that looks like a domain."""

    spec: str
    """How other commands name it."""
    about: str


def nearby(folder: Path) -> list[Nearby]:
    """Classes with the methods of a domain, and files of prompts and answers, sorted by name."""
    found: list[Nearby] = []
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            if path.suffix == ".py" and path.stat().st_size <= LARGEST:
                found += _classes(path)
            elif path.suffix == ".jsonl" and _holds_problems(path):
                found.append(Nearby(path.name, "A file of prompts and answers."))
    return found


def _classes(path: Path) -> Iterator[Nearby]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        # No domain can be in a file that Python does not take; `domains check` says why.
        return
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
            if methods >= METHODS:
                about = (ast.get_docstring(node) or ast.get_docstring(tree) or "").split("\n")[0]
                yield Nearby(f"{path.name}:{node.name}", about)


def _holds_problems(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as file:
            first = read_json(file.readline(LARGEST))
    except (ValueError, OSError):
        return False
    return isinstance(first, dict) and first.keys() >= {"prompt", "answer"}
