"""Guides kept beside their domains as TOML, so that an expert can change a rule and no code."""

import tomllib
from pathlib import Path

from .contract import ExpertRule, Guide


def read_guide(file: Path) -> Guide:
    """Read a guide: the fields of `Guide` by their names, each rule a table `[[rules]]`.

    Raises ValueError for a file that is no TOML, or holds what a guide or a rule has no place for.
    """
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        rules = tuple(
            ExpertRule(
                **rule | {name: frozenset(rule.get(name, ())) for name in ("steps", "addresses")}
            )
            for rule in found.get("rules", ())
        )
        return Guide(**found | {"rules": rules, "classes": tuple(found.get("classes", ()))})
    except (ValueError, TypeError) as error:
        raise ValueError(f"{file} is no guide: {error}.") from None
