"""Guides kept beside their domains as TOML, so that an expert can change a rule and no code."""

import tomllib
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from .contract import Guide

_GUIDE = TypeAdapter(Guide)


def read_guide(file: Path) -> Guide:
    """Read a guide: the fields of `Guide` by their names, each rule a table `[[rules]]`.

    Raises ValueError, which names every fault, for a file that is not there, is no TOML, or holds
    what a guide or a rule has no place for.
    """
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        return _GUIDE.validate_python(found, extra="forbid")
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, it['loc']))}: {it['msg']}" for it in error.errors()]
        raise ValueError(f"{file} is no guide: {'; '.join(faults)}.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{file} is no guide: {error}.") from None
