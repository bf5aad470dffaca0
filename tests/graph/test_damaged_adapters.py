"""Adapters that were changed, lost or exchanged after training: none is used in silence."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.commands.workspace import Workspace
from tutelage.graph.context import Run, SilentProgress
from tutelage.graph.measure.adapters import adapter_of, student_with
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.models.contract import ModelError
from tutelage.store.events import AdapterTrained, Event, Transferred
from tutelage.trainer.manifest import MANIFEST, read_manifest

from .fakes import LocalPupil, Parity, SavingCoach, write_steps
from .world import CARRY_HELPS, config


class Notes(SilentProgress):
    """Progress that keeps what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


class Stopped(Exception):
    """The process ends here."""


def opened(place: Path, run_id: str | None = None) -> tuple[Run, SavingCoach, Notes]:
    coach, notes = SavingCoach(), Notes()
    given = Overrides(domain=Parity(), student=LocalPupil(CARRY_HELPS), trainer=coach)
    settings = config(
        splits={"train": 60, "val": 80, "test": 20, "ood": 8},
        loop={"cycles": 1, "rounds": 2, "candidates": 2, "batch": 8, "feedback": 8},
        train={"examples": 20},
    )
    run = open_run(
        place / "store", place / "runs", settings, run_id=run_id, overrides=given, progress=notes
    )
    return run, coach, notes


def stop_after_transfer(node: str) -> None:
    if node == "transfer":
        raise Stopped


@pytest.fixture(scope="module")
def transferred(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that stopped once an adapter was transferred; never written to."""
    place = tmp_path_factory.mktemp("transferred")
    run, _, _ = opened(place)
    with pytest.raises(Stopped):
        go(run, after_node=stop_after_transfer)
    run.log.close()
    return place


@pytest.fixture
def place(transferred: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(transferred, tmp_path / "own"))


def transferred_key(run: Run) -> str:
    (event,) = run.log.events(Transferred)
    assert event.adapter
    return event.adapter


def flip(home: Path) -> None:
    data = bytearray((home / "steps.json").read_bytes())
    data[-1] ^= 1
    (home / "steps.json").write_bytes(data)


def lose_manifest(home: Path) -> None:
    (home / MANIFEST).unlink()


def garble_manifest(home: Path) -> None:
    (home / MANIFEST).write_text("[" * 100_000)


def lose_file(home: Path) -> None:
    (home / "steps.json").unlink()


def lose_folder(home: Path) -> None:
    home.rename(home.with_name("elsewhere"))


def exchange(home: Path) -> None:
    """Put another adapter of the run in its place, manifest and all."""
    other = next(it for it in sorted(home.parent.iterdir()) if it != home)
    shutil.rmtree(home)
    shutil.copytree(other, home)


DAMAGE = (flip, lose_manifest, garble_manifest, lose_file, lose_folder, exchange)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_adapter_is_trained_again_before_it_answers(
    place: Path, damage: Callable[[Path], None]
) -> None:
    run, coach, notes = opened(place, "small")
    key = transferred_key(run)
    before = read_manifest(run.adapters / key).files
    damage(run.adapters / key)
    student_with(run, key)
    assert coach.trained == [key] and read_manifest(run.adapters / key).files == before
    assert [it for it in notes.said if f"{key} is not as it was trained" in it] == notes.said != []
    run.log.close()


@pytest.mark.parametrize("damage", [flip, exchange])
def test_a_run_resumed_over_a_damaged_adapter_ends_as_it_would_have(
    place: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    whole = Path(shutil.copytree(place, tmp_path / "whole"))
    told = []
    for folder, harm in ((whole, None), (place, damage)):
        run, coach, _ = opened(folder, "small")
        if harm:
            harm(run.adapters / transferred_key(run))
        assert go(run)
        assert (transferred_key(run) in coach.trained) is bool(harm)
        told.append(list(run.log.events(Event)))
        run.log.close()
    assert told[0] == told[1]


@pytest.mark.parametrize("damage", DAMAGE)
def test_one_that_cannot_be_trained_again_is_refused(
    place: Path, damage: Callable[[Path], None]
) -> None:
    run, _, _ = opened(place, "small")
    key = transferred_key(run)
    other = next(it.adapter for it in run.log.events(AdapterTrained) if it.adapter != key)
    damage(run.adapters / other)
    with pytest.raises(ModelError, match=r"not as it was trained: .+tutelage transfer"):
        student_with(run, other)
    assert student_with(run, key) and student_with(run, "") is run.student
    run.log.close()


def write_other_weights(home: Path) -> None:
    """Leave an adapter as another machine could have trained it: whole, of the same key."""
    write_steps(home, "[]")
    made = {"steps.json": hashlib.sha256(b"[]").hexdigest()}
    changed = read_manifest(home).model_copy(update={"files": made})
    (home / MANIFEST).write_text(changed.model_dump_json())


def test_whole_weights_that_are_not_the_recorded_ones_are_told_once(place: Path) -> None:
    run, coach, notes = opened(place, "small")
    home = run.adapters / transferred_key(run)
    write_other_weights(home)
    for _ in range(3):
        student_with(run, home.name)
    assert ["not the recorded ones" in it for it in notes.said] == [True]
    assert coach.trained == []
    run.log.close()


def test_an_adapter_in_the_place_of_another_is_never_recorded_as_it(place: Path) -> None:
    """A gate finds its adapters by their keys, before the log has anything of them."""
    run, coach, _ = opened(place, "small")
    key = transferred_key(run)
    exchange(run.adapters / key)
    assert adapter_of(run, run.current()) == key and coach.trained == [key]
    assert read_manifest(run.adapters / key).key == key
    run.log.close()


def typed(place: Path, *words: str) -> Result:
    parts = Overrides(domain=Parity(), student=LocalPupil(CARRY_HELPS), trainer=SavingCoach())
    where = ["--home", str(place / "store"), "--runs", str(place / "runs")]
    return CliRunner().invoke(app, [*where, *words], obj=Workspace(overrides=parts))


@pytest.fixture
def finished(place: Path) -> tuple[Path, Path]:
    """Place and final adapter of a run that came to its end."""
    run, _, _ = opened(place, "small")
    assert go(run)
    home = run.adapters / transferred_key(run)
    run.log.close()
    return place, home


def test_no_command_takes_an_exchanged_adapter_for_the_recorded_one(
    finished: tuple[Path, Path],
) -> None:
    place, home = finished
    exchange(home)
    other = read_manifest(home)
    said = typed(place, "ask", home.name, "Is the number 70 even?")
    assert said.exit_code == 1 and "is that of another adapter" in said.stderr
    assert typed(place, "report", "small", "--html").exit_code == 0
    assert read_manifest(home) == other, "the score is not written into it"
    assert typed(place, "evaluate", home.name).exit_code == 0
    assert read_manifest(home).key == home.name, "it was trained again"


def test_other_weights_of_the_same_key_are_told_beside_what_is_shown_of_them(
    finished: tuple[Path, Path],
) -> None:
    place, home = finished
    ask = ("ask", home.name, "Is the number 70 even?")
    for words in (ask, ("report", "small"), ("evaluate", home.name)):
        assert "not the recorded ones" not in typed(place, *words).output
    write_other_weights(home)
    for words in (("report", "small"), ("evaluate", home.name)):
        assert "its weights are not the recorded ones" in typed(place, *words).stdout
    said = typed(place, *ask)
    assert "Answer:" in said.stdout and "its weights are not the recorded ones" in said.stderr
