"""Versions of judges: each reading of a reply names its judge, so that no two pass for one."""

import hashlib
import inspect
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from .contract import Domain, Versioned

DIGITS = 8
"""Hex digits of a source's SHA-256 that stand for a version."""
EXECUTED = "__executed__"
"""Attribute of a domain file's module: the bytes that were executed, whatever the file holds now.

`registry` sets it."""
_OURS = f"{__name__.partition('.')[0]}."
_ASKS = frozenset(
    ("name", "task_type", "guide", "splits", "problems", "solution", "planted_pairs", "answer_kind")
)
"""Parts of a domain that no judge goes by."""
_MACHINERY = frozenset(("_abc_impl", "_is_protocol", "_is_runtime_protocol"))


class JudgedEarlier(ABC):
    """Base of a stand-in for a domain, whose verdicts were given earlier: it knows by which judge.

    A domain is none by an attribute of that name: it has to inherit.
    """

    @property
    @abstractmethod
    def judge_name(self) -> str:
        """Name and version of that judge; empty where they are not known."""


def judge_of(domain: Domain) -> str:
    """Return the name and version of a domain's judge: `maths 2`.

    The version of a judge that states none is its source's hash: reading again too often costs
    little, and mixing two judges costs a false proof. `registry.get` asks at once, so that the
    source is hashed as it was loaded.
    """
    if isinstance(domain, JudgedEarlier):
        return domain.judge_name
    if isinstance(domain, Versioned) and is_version(domain.judge_version):
        of_its_own = "judge_version" in getattr(domain, "__dict__", ())
        if of_its_own or _states_version(type(domain)):
            return f"{domain.name} {domain.judge_version}"
    return f"{domain.name} {_source_digest(type(domain))}"


def is_version(value: object) -> bool:
    """Tell whether a value can be a `judge_version`."""
    return isinstance(value, int) and not isinstance(value, bool)


def _states_version(kind: type) -> bool:
    """Tell whether the version is said of this judge, and not of one that a subclass changed.

    A subclass changes it where it redefines anything that a judge may go by.
    """
    redefined: set[str] = set()
    for each in kind.__mro__:
        if "judge_version" in vars(each):
            return not any(redefined & vars(it).keys() for it in each.__mro__)
        redefined |= {it for it in vars(each) if not it.startswith("__")} - _ASKS - _MACHINERY
    return False


@cache
def _source_digest(kind: type) -> str:
    """Return the hash of the files that a class and those it inherits from stand in.

    Of a class of ours its version counts instead.
    """
    sources = dict.fromkeys(source for each in kind.__mro__ for source in _sources(each))
    return hashlib.sha256(b"\n".join(sources)).hexdigest()[:DIGITS]


def _sources(kind: type) -> Iterator[bytes]:
    """Yield what a class adds to its judge's source; nothing for one of Python's own."""
    if f"{kind.__module__}.".startswith(_OURS):
        if is_version(version := vars(kind).get("judge_version")):
            yield f"{kind.__qualname__} {version}".encode()
    elif kind.__module__.partition(".")[0] not in sys.stdlib_module_names:
        yield _source_of(kind)


def _source_of(kind: type) -> bytes:
    """Return what was executed of a file, or what stands in it; without a file the class's name."""
    module: Any = sys.modules.get(kind.__module__)
    executed = getattr(module, EXECUTED, None)
    if isinstance(executed, bytes):
        return executed
    try:
        return Path(inspect.getfile(kind)).read_bytes()
    except (OSError, TypeError):
        return f"{kind.__module__}.{kind.__qualname__}".encode()
