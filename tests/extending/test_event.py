"""A new kind of event is recorded, told, verified, and refused by a version that is older."""

import json
import tarfile
from pathlib import Path

import pytest

from .harness import ROOT, Patched, patch

GOLDEN = ROOT / "tests" / "golden" / "data" / "small.tar.xz"
NOTE = ("log", "note", "golden", "Seed 3 is lucky.", "--by", "eva")
OLD_NOTE = """
from tutelage.store.events.upcasts import revive
print(repr(revive("golden", "note/1", "NoteWritten", 1, '{"text": "Mind the seeds."}')))
"""


@pytest.fixture(scope="module")
def patched(tmp_path_factory: pytest.TempPathFactory) -> Patched:
    return patch(tmp_path_factory.mktemp("event"), "event")


@pytest.fixture
def home(tmp_path: Path) -> tuple[str, ...]:
    """The options that name a finished run's folders."""
    with tarfile.open(GOLDEN) as archive:
        archive.extractall(tmp_path, filter="data")
    return ("--home", str(tmp_path / "store"), "--runs", str(tmp_path / "runs"))


def test_a_note_is_kept_once_and_every_reader_of_the_run_tells_it(
    patched: Patched, home: tuple[str, ...]
) -> None:
    verify = ("log", "verify", "--json")
    show, report = ("show", "golden"), ("report", "golden", "--html")
    commands = (verify, NOTE, NOTE, verify, show, (*show, "--json"), report)
    done = patched.tutelage_all(*((*home, *words) for words in commands))
    assert not any(each.code for each in done)
    before, _, _, after, shown, as_json, reported = (each.out for each in done)
    assert json.loads(after)["ok"]
    assert json.loads(after)["events"] == json.loads(before)["events"] + 1
    assert "\nNote by eva: Seed 3 is lucky.\n" in shown
    assert [it["text"] for it in json.loads(as_json)["others"]] == ["Seed 3 is lucky."]
    page = reported.split()[-1]
    assert "Note by eva: Seed 3 is lucky." in Path(page).read_text(encoding="utf-8")


def test_a_kind_without_words_of_its_own_is_told_by_its_fields(
    patched: Patched, home: tuple[str, ...]
) -> None:
    wording = patched.root / "reports" / "event_wording.py"
    whole = wording.read_text()
    wording.write_text(whole.replace('"NoteWritten": ', '"Nothing": '))
    try:
        assert patched.tutelage(*home, *NOTE).code == 0
        told = patched.tutelage(*home, "show", "golden").out
    finally:
        wording.write_text(whole)
    assert "text 'Seed 3 is lucky.', author 'eva'" in told and "NoteWritten in note/" in told


def test_a_version_that_does_not_know_the_kind_asks_for_an_update(
    patched: Patched, home: tuple[str, ...]
) -> None:
    assert patched.tutelage(*home, *NOTE).code == 0
    older = Patched(ROOT / ".dev" / "tutelage", ()).tutelage(*home, "show", "golden")
    assert older.code != 0 and "NoteWritten" in older.err and "Update tutelage" in older.err


def test_a_note_of_the_first_schema_is_lifted(patched: Patched) -> None:
    told = patched.python("-c", OLD_NOTE).out
    assert "text='Mind the seeds.', author=''" in told
