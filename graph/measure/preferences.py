"""Preferences of people and models between two replies: lines of a run's `preferences.jsonl`.

A person and a model leave the same record. A line is on the disk before the next pair is shown; a
line that a crash cut off is passed over, and the pair is asked again.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal

from filelock import lock_descriptor
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...domains.writing.rubric import Place

FILE = "preferences.jsonl"

Side = Literal["candidate", "incumbent"]


class Preferred(BaseModel):
    """One look at one pair."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: str
    gate: str
    """Slot of the gate whose replies were shown."""
    problem: str
    candidate: str
    incumbent: str
    """Hashes of the two versions."""
    candidate_reply: str
    incumbent_reply: str
    """SHA-256 of the replies, which the store keeps."""
    first: Side
    """Which of the two stood first; whoever judged was not told."""
    preferred: Place
    by: str
    judge: Literal["person", "model"]
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))

    @property
    def won(self) -> Side | None:
        """The side that was preferred; None for neither."""
        if self.preferred == "same":
            return None
        other: Side = "incumbent" if self.first == "candidate" else "candidate"
        return self.first if self.preferred == "first" else other


@dataclass(frozen=True)
class Tally:
    """Preferences of one judge at one gate, counted."""

    by: str
    judge: str
    gate: str
    problems: int
    candidate: int
    incumbent: int
    """Problems won; one judged in both orders is won where both agree."""
    twice: int
    """Problems that were judged in both orders."""
    flips: int
    """Of these, the ones whose verdict does not hold in both orders."""
    looks: int
    first: int
    """Looks that preferred the text that stood first."""
    second: int

    @property
    def p(self) -> float:
        """Exact, two-sided: the chance of such an imbalance where neither side is better."""
        # scipy takes long to load, and only a tally that is printed needs it.
        from ...evidence.pairs import mcnemar

        return mcnemar(self.candidate, self.incumbent, "two-sided")

    @property
    def same(self) -> int:
        return self.problems - self.candidate - self.incumbent


def append_preferences(path: Path, some: Sequence[Preferred]) -> None:
    """Append, in one piece; on the disk when this returns."""
    lines = "".join(f"{it.model_dump_json()}\n" for it in some)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        lock_descriptor(file.fileno(), poll_interval=0.01)
        if file.tell() and _last_byte(file) != b"\n":
            # A line that was cut off must not swallow the next one.
            lines = f"\n{lines}"
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())


def _last_byte(file: BinaryIO) -> bytes:
    file.seek(-1, os.SEEK_END)
    return file.read(1)


def read_preferences(path: Path) -> list[Preferred]:
    """Return all whole lines, oldest first; none where nobody has judged."""
    found = []
    for line in path.read_bytes().splitlines() if path.exists() else []:
        try:
            found.append(Preferred.model_validate_json(line))
        except ValidationError:
            # Cut off by a crash: what it would have said is asked again.
            continue
    return found


def tally(some: Iterable[Preferred]) -> list[Tally]:
    """Count the preferences of each judge at each gate, in the order in which they began."""
    by: dict[tuple[str, str, str], list[Preferred]] = defaultdict(list)
    for it in some:
        by[it.by, it.judge, it.gate].append(it)
    return [_count(*key, looks) for key, looks in by.items()]


def _count(by: str, judge: str, gate: str, looks: Sequence[Preferred]) -> Tally:
    seen: dict[str, list[Preferred]] = defaultdict(list)
    for it in looks:
        seen[it.problem].append(it)
    won = [_winner(each) for each in seen.values()]
    twice = [each for each in seen.values() if len({it.first for it in each}) == 2]
    return Tally(
        by=by,
        judge=judge,
        gate=gate,
        problems=len(seen),
        candidate=won.count("candidate"),
        incumbent=won.count("incumbent"),
        twice=len(twice),
        flips=sum(len({it.won for it in each}) > 1 for each in twice),
        looks=len(looks),
        first=sum(it.preferred == "first" for it in looks),
        second=sum(it.preferred == "second" for it in looks),
    )


def _winner(looks: Sequence[Preferred]) -> Side | None:
    sides = {it.won for it in looks}
    return sides.pop() if len(sides) == 1 else None
