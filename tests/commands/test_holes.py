"""Commands on a finished run whose log has a hole, or was changed: no claim is repeated from it."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tutelage.graph.planning.required_slots import RunHasHole
from tutelage.reports import write_results
from tutelage.store.log import open_log

from ..graph.test_required_slots import tell_again
from .conftest import Type, contents

HOLES = ("c1/r1/reflect", "c1/feedback")


@pytest.fixture
def holed(own: Path) -> Path:
    """The finished run without two of the events before its evaluation."""
    (own / "store").rename(own / "whole")
    with open_log(own / "whole") as log:
        tell_again(log, own / "store", *HOLES).close()
    shutil.rmtree(own / "runs")
    return own


@pytest.fixture
def changed(own: Path) -> Path:
    """The finished run with every judged attempt turned round."""
    with closing(sqlite3.connect(own / "store" / "tutelage.db")) as store:
        for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            store.execute(f"DROP TRIGGER {name}")
        store.execute(
            "UPDATE event SET payload = replace(replace(replace(payload, '\"right\"', '\"?\"'), "
            "'\"wrong\"', '\"right\"'), '\"?\"', '\"wrong\"') WHERE kind = 'AttemptJudged'"
        )
        store.commit()
    return own


@pytest.mark.parametrize(
    "words", [["report"], ["report", "--json"], ["report", "--html"], ["resume"]], ids=" ".join
)
def test_no_command_repeats_the_claim_of_a_run_that_ended_above_a_hole(
    holed: Path, type_words: Type, words: list[str]
) -> None:
    said = type_words(holed, words[0], "small", *words[1:])
    assert said.code == 1 and not said.out
    assert all(slot in said.err for slot in HOLES) and "cannot be trusted" in said.err
    assert not (holed / "runs").exists()


def test_lists_and_stories_say_that_it_ended_above_a_hole(holed: Path, type_words: Type) -> None:
    (row,) = type_words(holed, "runs", "--json").json
    assert row["state"] == "ended above a hole"
    told = type_words(holed, "show", "small", "--json").json
    assert (told["finished"], told["state"]) == (False, "ended above a hole")
    story = type_words(holed, "show", "small").out
    assert "; ended above a hole." in story
    assert all(slot in story for slot in HOLES) and "cannot be trusted" in story
    assert "Go on with" not in story


def test_a_program_writes_no_results_of_it_either(holed: Path, tmp_path: Path) -> None:
    with open_log(holed / "store") as log, pytest.raises(RunHasHole, match=HOLES[0]):
        write_results(log, "small", tmp_path / "results")
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("words", [["report"], ["report", "--html"], ["resume"]], ids=" ".join)
def test_no_results_are_printed_of_a_finished_run_whose_events_were_changed(
    changed: Path, type_words: Type, words: list[str]
) -> None:
    before = contents(changed / "runs")
    said = type_words(changed, words[0], "small", *words[1:])
    assert said.code == 1 and not said.out
    assert "is not what was recorded" in said.err and "log verify" in said.err
    assert contents(changed / "runs") == before


def test_a_finished_run_stays_one_where_its_config_would_be_refused_today(
    own: Path, type_words: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing of it needs to be read")

    monkeypatch.setattr("tutelage.graph.config.config.RunConfig.model_validate", refuse)
    assert type_words(own, "runs", "--json").json[0]["state"] == "finished"
    assert type_words(own, "show", "small", "--json").json["finished"] is True
    assert type_words(own, "report", "small").code == 0
