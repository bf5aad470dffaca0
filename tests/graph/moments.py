"""Moments of one run in the small world: its store and its folder as they stood, to be mixed.

    python -m tests.graph.moments 500

puts so many mixes on trial, of which the tests try a few.
"""

import random
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tutelage.graph.context import Run, RunStatus, SilentProgress
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.graph.teacher.model import ModelTeacher
from tutelage.models import ScriptedModel
from tutelage.store.errors import StoreError
from tutelage.store.events import CallInDoubt, Event
from tutelage.store.log import Log, open_log
from tutelage.store.sqlite.log import SqliteLog

from .fakes import LocalPupil, Parity, SavingCoach
from .server import obliging
from .world import CARRY_HELPS, config

E = TypeVar("E", bound=Event)
Story = list[tuple[str, dict[str, Any]]]
RUN = "small"
EVERY = 3
"""A live copy is made after so many batches of events."""


class Teller(SilentProgress):
    """Keeps what a run says."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


@dataclass(frozen=True)
class Moment:
    """A copy of `store/` and `runs/`, made while the store was open, or after it was closed."""

    home: Path
    live: bool

    @property
    def wal(self) -> int:
        """Bytes in the write-ahead log."""
        file = self.home / "store" / "tutelage.db-wal"
        return file.stat().st_size if file.exists() else 0


class FilmedLog(SqliteLog):
    """Is copied, with all that stands beside it, after every few batches of events."""

    home: Path
    film: list[Moment]
    _batches = 0

    def record_all(self, events: Sequence[E]) -> list[E]:
        stand = super().record_all(events)
        self._batches += 1
        if self._batches % EVERY == 0:
            self.film.append(copy_moment(self.home, len(self.film), live=True))
        return stand


class Cut(Exception):
    """The process ends here."""


def copy_moment(home: Path, number: int, *, live: bool) -> Moment:
    place = home.with_name(f"moment-{number}")
    for folder in ("store", "runs"):
        shutil.copytree(home / folder, place / folder, ignore=shutil.ignore_patterns("*.lock"))
    return Moment(place, live)


def open_world(home: Path, log: Log | None = None, domain: Parity | None = None) -> Run:
    """The run as it stands in `home`, or a new one; what it says is kept."""
    teacher = ModelTeacher(ScriptedModel(lambda asked: obliging(asked.system, asked.prompt)))
    return open_run(
        home / "store",
        home / "runs",
        config(
            splits={"train": 48, "val": 32, "test": 6, "ood": 3},
            loop={"cycles": 2, "rounds": 1, "candidates": 1, "batch": 6, "feedback": 4},
            train={"examples": 6},
        ),
        run_id=RUN,
        overrides=Overrides(
            domain=domain or Parity(),
            teacher=teacher,
            student=LocalPupil(CARRY_HELPS),
            trainer=SavingCoach(),
        ),
        progress=Teller(),
        log=log,
    )


def film(home: Path) -> list[Moment]:
    """Run to the end, in a process for each node, so to say; return all moments in order."""
    found: list[Moment] = []

    def cut(node: str) -> None:
        raise Cut

    while True:
        log = FilmedLog.open(str(home / "store"))
        log.home, log.film = home, found
        run = open_world(home, log)
        try:
            done = go(run, after_node=cut)
        except Cut:
            done = RunStatus.PAUSED
        log.close()
        found.append(copy_moment(home, len(found), live=False))
        if done:
            return found


def story_of(log: Log) -> Story:
    """What the log tells, in-doubt marks aside; sorted, since a run may go back for a part."""
    told = [
        (entry.event.slot, entry.event.model_dump(mode="json"))
        for entry in log.entries()
        if not isinstance(entry.event, CallInDoubt)
    ]
    return sorted(told, key=str)


@dataclass(frozen=True)
class Mix:
    """A store of one moment beside a checkpoint and a `heads.json` of others."""

    store: Moment
    folder: Moment
    heads: Moment
    damage: str = ""
    """`cut` or `garbled`: what befell the write-ahead log."""

    def lay_out(self, home: Path, luck: random.Random) -> None:
        shutil.copytree(self.store.home / "store", home / "store")
        shutil.copytree(self.folder.home / "runs", home / "runs")
        note, noted = home / "store" / "heads.json", self.heads.home / "store" / "heads.json"
        note.unlink(missing_ok=True)
        if noted.exists():
            shutil.copy(noted, note)
        if self.damage:
            wal = home / "store" / "tutelage.db-wal"
            content = bytearray(wal.read_bytes())
            place = luck.randrange(len(content))
            if self.damage == "cut":
                del content[place:]
            else:
                for at in range(place, min(place + luck.randrange(1, 200), len(content))):
                    content[at] = luck.randrange(256)
            wal.write_bytes(bytes(content))


def draw_mix(moments: Sequence[Moment], luck: random.Random) -> Mix:
    """A random mix; a fifth of them with a damaged write-ahead log."""
    if luck.random() < 0.2:
        live = [moment for moment in moments if moment.wal]
        damage = luck.choice(("cut", "garbled"))
        return Mix(luck.choice(live), luck.choice(moments), luck.choice(moments), damage)
    return Mix(*(luck.choice(moments) for _ in range(3)))


def go_on(home: Path) -> tuple[Story | StoreError, list[str]]:
    """Resume in `home`: the story at the end or the refusal, and what was said."""
    log: Log | None = None
    try:
        log = open_log(home / "store")
        run = open_world(home, log)
        assert go(run) is RunStatus.FINISHED
        assert log.verify().ok, log.verify().faults
        assert isinstance(run.progress, Teller)
        return story_of(log), run.progress.said
    except StoreError as refusal:
        return refusal, []
    finally:
        if log is not None:
            log.close()


def trial(
    moments: Sequence[Moment], whole: Story, home: Path, seeds: Iterable[int]
) -> tuple[int, int]:
    """Count the mixes that tell the whole story, and those that are refused.

    One that does neither is a silent hole. A refusal needs a reason: a damaged write-ahead log, or
    a note that saw more than the store holds.
    """
    told, refused = 0, 0
    for seed in seeds:
        luck = random.Random(seed)
        mix = draw_mix(moments, luck)
        mix.lay_out(home / str(seed), luck)
        found, _ = go_on(home / str(seed))
        if isinstance(found, StoreError):
            behind = moments.index(mix.heads) > moments.index(mix.store)
            assert mix.damage or behind, f"mix {seed} was refused for nothing: {found}"
            refused += 1
        else:
            assert found == whole, f"mix {seed} has another story"
            told += 1
        shutil.rmtree(home / str(seed))
    return told, refused


def main(mixes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        moments = film(Path(folder) / "home")
        whole, _ = go_on(moments[-1].home)
        assert not isinstance(whole, StoreError)
        told, refused = trial(moments, whole, Path(folder), range(mixes))
    print(f"{mixes} mixes of {len(moments)} moments: {told} whole stories, {refused} refusals.")


if __name__ == "__main__":
    main(int(sys.argv[1]))
