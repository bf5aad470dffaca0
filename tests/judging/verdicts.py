"""Outcomes of the bed by today's judges, and the record of them by version.

    python -m tests.judging.verdicts [--unreleased]

records them, and refuses where a judge reads otherwise under the version that it had: a run would
take its old readings for the new judge's. `--unreleased` is for a version that nobody has yet.
"""

import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tutelage.domains import Verdict, Versioned

from .bed import replies
from .parts import Reply

RECORD = Path(__file__).with_name("verdicts.json")
COMMAND = "python -m tests.judging.verdicts"


class Outcomes(NamedTuple):
    """What a judge makes of its part of the bed."""

    judge: str
    """Class of the domain."""
    version: int
    sha256: str


@cache
def verdicts() -> Sequence[tuple[Reply, Verdict]]:
    """Return every reply of the bed with today's verdict."""
    return tuple((reply, reply.domain.judge(reply.problem, reply.text)) for reply in replies())


def outcomes_today() -> dict[str, Outcomes]:
    """Return label of each part of the bed -> the outcomes."""
    parts: dict[str, list[tuple[Reply, Verdict]]] = defaultdict(list)
    for reply, verdict in verdicts():
        parts[reply.label].append((reply, verdict))
    return {label: _outcomes(part) for label, part in parts.items()}


def _outcomes(part: Sequence[tuple[Reply, Verdict]]) -> Outcomes:
    domain = part[0][0].domain
    assert isinstance(domain, Versioned), "ours all state a version"
    return Outcomes(type(domain).__name__, domain.judge_version, digest(part))


def digest(part: Sequence[tuple[Reply, Verdict]]) -> str:
    """Return the SHA-256 of what was asked, what was replied, and what a gate would count."""
    rows = [(r.problem.text, r.text, v.outcome, f"{v.score:.9g}") for r, v in part]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def recorded_outcomes() -> dict[str, Outcomes]:
    return {label: Outcomes(**row) for label, row in json.loads(RECORD.read_text()).items()}


def unraised(before: Mapping[str, Outcomes], now: Mapping[str, Outcomes]) -> list[str]:
    """Return a sentence for each judge that reads otherwise and has not the next version."""
    return [
        f"{it.judge} reads replies of {label!r} otherwise than version {before[label].version} "
        f"did: raise judge_version of {it.judge}, then record anew with `{COMMAND}`."
        for label, it in now.items()
        if label in before
        and it.sha256 != before[label].sha256
        and it.version <= before[label].version
    ]


def main() -> None:
    now = outcomes_today()
    before = recorded_outcomes() if RECORD.exists() else {}
    if "--unreleased" not in sys.argv[1:] and (said := unraised(before, now)):
        sys.exit("\n".join(said))
    rows = {label: it._asdict() for label, it in now.items()}
    RECORD.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
