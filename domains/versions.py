"""Versions of judges: each reading of a reply names its judge, so that no two pass for one."""

import hashlib
import inspect
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from .contract import Domain, Versioned

DIGITS = 8
"""Hex digits of a source's SHA-256 that stand for a version."""


@runtime_checkable
class JudgedEarlier(Protocol):
    """Stand-in for a domain, whose verdicts were given earlier: it knows by which judge."""

    @property
    def judge_name(self) -> str:
        """Name and version of that judge; empty where they are not known."""


def judge_of(domain: Domain) -> str:
    """Return the name and version of a domain's judge: `maths 2`.

    The version of a judge that states none is its file's hash: reading again too often costs
    little, and mixing two judges costs a false proof.
    """
    if isinstance(domain, JudgedEarlier):
        return domain.judge_name
    if isinstance(domain, Versioned) and _states_version(domain):
        return f"{domain.name} {domain.judge_version}"
    return f"{domain.name} {_source_digest(type(domain))}"


def _states_version(domain: Domain) -> bool:
    """Tell whether the version is said of this judge, and not of one that a subclass replaced."""
    says = (vars(kind).keys() & {"judge", "judge_version"} for kind in type(domain).__mro__)
    nearest = next(filter(None, says), {"judge_version"})
    return "judge_version" in nearest or "judge_version" in getattr(domain, "__dict__", ())


@cache
def _source_digest(kind: type) -> str:
    """Return the hash of the file that a class stands in; of its name where there is no file."""
    try:
        source = Path(inspect.getfile(kind)).read_bytes()
    except (OSError, TypeError):
        source = f"{kind.__module__}.{kind.__qualname__}".encode()
    return hashlib.sha256(source).hexdigest()[:DIGITS]
