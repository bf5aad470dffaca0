"""The checkpoint follows the log: ahead of it, damaged or gone, the run tells the same story."""

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from tutelage.commands.errors import FAILED, _exit_code
from tutelage.graph import run as run_module
from tutelage.graph.context import RunStatus
from tutelage.graph.planning import cursor
from tutelage.graph.planning.cursor import CursorSaver, SealedSerializer
from tutelage.graph.run import go
from tutelage.store.errors import StoreCorrupt, StoreError, StoreGone
from tutelage.store.events import RunStarted, Solved
from tutelage.store.log import open_log

from .moments import RUN, Mix, Moment, Story, Teller, film, go_on, open_world, trial

MIXES = 12
AHEAD = "The checkpoint is ahead of the log: the run goes on from its log."


@dataclass(frozen=True)
class Film:
    """A run's moments, and its story."""

    moments: list[Moment]
    whole: Story

    @property
    def closed(self) -> list[Moment]:
        return [moment for moment in self.moments if not moment.live]


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Film:
    moments = film(tmp_path_factory.mktemp("film") / "home")
    whole, said = go_on(moments[-1].home)
    assert not isinstance(whole, StoreError) and not said
    return Film(moments, whole)


@pytest.fixture
def home(tmp_path: Path, filmed: Film) -> Path:
    """A run that was stopped in its second cycle."""
    middle = filmed.closed[9]
    Mix(middle, middle, middle).lay_out(tmp_path / "home", random.Random(0))
    return tmp_path / "home"


def checkpoint_of(home: Path) -> Path:
    return home / "runs" / RUN / "checkpoint.db"


def test_a_mix_of_store_checkpoint_and_note_tells_the_whole_story_or_is_refused(
    tmp_path: Path, filmed: Film
) -> None:
    whole, refused = trial(filmed.moments, filmed.whole, tmp_path, range(MIXES))
    assert whole and refused


@pytest.mark.slow
def test_sixty_mixes_tell_the_whole_story_or_are_refused(tmp_path: Path, filmed: Film) -> None:
    whole, refused = trial(filmed.moments, filmed.whole, tmp_path, range(1000, 1060))
    assert whole > 20 and refused > 10


def test_a_checkpoint_ahead_of_the_log_is_thrown_away_and_that_is_said(
    tmp_path: Path, filmed: Film
) -> None:
    early, late = filmed.closed[2], filmed.closed[12]
    Mix(early, late, early).lay_out(tmp_path / "home", random.Random(0))
    found, said = go_on(tmp_path / "home")
    assert found == filmed.whole
    assert said.count(AHEAD) == 1


def test_a_log_ahead_of_its_checkpoint_is_taken_as_it_is_and_nothing_is_said(
    tmp_path: Path, filmed: Film
) -> None:
    early, late = filmed.closed[2], filmed.closed[12]
    Mix(late, early, late).lay_out(tmp_path / "home", random.Random(0))
    nodes: list[str] = []
    run = open_world(tmp_path / "home")
    assert go(run, after_node=nodes.append)
    run.log.close()
    assert isinstance(run.progress, Teller) and AHEAD not in run.progress.said
    assert "baseline" not in nodes, "the checkpoint is used"


def test_another_store_with_as_many_events_does_not_hold_the_checkpoint(
    tmp_path: Path, filmed: Film
) -> None:
    # The same events at other moments: place for place the same, but for their hashes.
    film(tmp_path / "again")
    middle = filmed.closed[6]
    Mix(middle, middle, middle).lay_out(tmp_path / "home", random.Random(0))
    with closing(sqlite3.connect(checkpoint_of(tmp_path / "home"))) as mine:
        ours = mine.execute("SELECT thread_id FROM checkpoints").fetchone()[0]
        theirs = next(iter(open_log(tmp_path / "again" / "store").entries())).hash
        for table in ("checkpoints", "writes"):
            mine.execute(f"UPDATE {table} SET thread_id = ? WHERE thread_id = ?", (theirs, ours))
        mine.commit()
    shutil.rmtree(tmp_path / "home" / "store")
    shutil.copytree(tmp_path / "moment-0" / "store", tmp_path / "home" / "store")
    found, said = go_on(tmp_path / "home")
    assert found == filmed.whole
    assert said.count(AHEAD) == 1


def test_a_log_that_lost_its_last_byte_is_refused_unless_the_byte_meant_nothing(
    tmp_path: Path, filmed: Film
) -> None:
    refused = 0
    for number, moment in enumerate(filmed.closed[:6]):
        home = tmp_path / str(number)
        Mix(moment, moment, moment).lay_out(home, random.Random(0))
        database = home / "store" / "tutelage.db"
        os.truncate(database, database.stat().st_size - 1)
        found, _ = go_on(home)
        assert isinstance(found, StoreCorrupt) or found == filmed.whole
        refused += isinstance(found, StoreCorrupt)
    assert refused >= 4


def test_a_changed_event_is_refused_before_the_run_goes_on(home: Path) -> None:
    with closing(sqlite3.connect(home / "store" / "tutelage.db")) as store:
        for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            store.execute(f"DROP TRIGGER {name}")
        store.execute("UPDATE event SET at = '2020-01-01 00:00:00.000000' WHERE seq = 7")
        store.commit()
    found, _ = go_on(home)
    assert isinstance(found, StoreCorrupt)


def rewrite_checkpoint(home: Path, sql: str, *values: Any) -> None:
    with closing(sqlite3.connect(checkpoint_of(home))) as database:
        database.execute(sql, values)
        database.commit()


def garble(home: Path) -> None:
    rewrite_checkpoint(home, "UPDATE checkpoints SET checkpoint = zeroblob(90)")


def make_pickle(home: Path) -> None:
    rewrite_checkpoint(home, "UPDATE checkpoints SET type = 'pickle'")


def garble_metadata(home: Path) -> None:
    rewrite_checkpoint(home, "UPDATE checkpoints SET metadata = '{'")


def lose_metadata(home: Path) -> None:
    rewrite_checkpoint(home, "UPDATE checkpoints SET metadata = NULL")


def make_view(home: Path) -> None:
    rewrite_checkpoint(home, "ALTER TABLE checkpoints RENAME TO other")
    rewrite_checkpoint(home, "CREATE VIEW checkpoints AS SELECT * FROM other")


def refuse_rows(home: Path) -> None:
    rewrite_checkpoint(
        home,
        "CREATE TRIGGER refuse BEFORE INSERT ON checkpoints BEGIN SELECT RAISE(ABORT, 'no'); END",
    )


def make_folder(home: Path) -> None:
    checkpoint_of(home).unlink()
    (checkpoint_of(home) / "inside").mkdir(parents=True)


def make_text(home: Path) -> None:
    checkpoint_of(home).write_text("This is no database." * 1000)


def cut(home: Path) -> None:
    os.truncate(checkpoint_of(home), checkpoint_of(home).stat().st_size // 2)


def drop_column(home: Path) -> None:
    rewrite_checkpoint(home, "ALTER TABLE checkpoints RENAME COLUMN metadata TO other")


def block_wal(home: Path) -> None:
    checkpoint_of(home).with_name("checkpoint.db-wal").mkdir()


def make_dangling_link(home: Path) -> None:
    checkpoint_of(home).unlink()
    checkpoint_of(home).symlink_to(home / "nowhere" / "at all")


def count_on(home: Path) -> None:
    """Say that the second cycle is over, in a blob that anybody could have written."""
    plain = JsonPlusSerializer()
    with closing(sqlite3.connect(checkpoint_of(home))) as database:
        for name, kind, blob in database.execute(
            "SELECT checkpoint_id, type, checkpoint FROM checkpoints"
        ).fetchall():
            content = SealedSerializer().loads_typed((kind, blob))
            content["channel_values"]["cycle"] = 3
            database.execute(
                "UPDATE checkpoints SET checkpoint = ? WHERE checkpoint_id = ?",
                (blob[:32] + plain.dumps_typed(content)[1], name),
            )
        database.commit()


def make_older(home: Path) -> None:
    """Write it as another version of LangGraph would."""
    with closing(sqlite3.connect(checkpoint_of(home))) as database:
        for name, kind, blob in database.execute(
            "SELECT checkpoint_id, type, checkpoint FROM checkpoints"
        ).fetchall():
            content = SealedSerializer().loads_typed((kind, blob)) | {"v": 99, "unknown": 1}
            kind, blob = JsonPlusSerializer().dumps_typed(content)
            database.execute(
                "UPDATE checkpoints SET type = ?, checkpoint = ? WHERE checkpoint_id = ?",
                (kind, blob, name),
            )
        database.commit()


@pytest.mark.parametrize(
    "damage",
    [
        garble,
        make_pickle,
        garble_metadata,
        lose_metadata,
        make_view,
        refuse_rows,
        make_folder,
        make_text,
        cut,
        drop_column,
        block_wal,
        make_dangling_link,
        count_on,
        make_older,
    ],
)
def test_a_damaged_checkpoint_is_replaced_and_that_is_said(
    home: Path, filmed: Film, damage: Callable[[Path], None]
) -> None:
    damage(home)
    found, said = go_on(home)
    assert found == filmed.whole
    assert sum("the run goes on from its log" in line for line in said) == 1
    again, said = go_on(home)
    assert again == filmed.whole and not said, "the new one is whole"


@pytest.mark.slow
def test_a_flipped_byte_anywhere_in_the_checkpoint_changes_no_story(
    tmp_path: Path, filmed: Film
) -> None:
    middle, luck = filmed.closed[9], random.Random(7)
    for number in range(30):
        home = tmp_path / str(number)
        Mix(middle, middle, middle).lay_out(home, luck)
        content = bytearray(checkpoint_of(home).read_bytes())
        content[luck.randrange(len(content))] ^= luck.randrange(1, 256)
        checkpoint_of(home).write_bytes(bytes(content))
        found, _ = go_on(home)
        assert found == filmed.whole
        shutil.rmtree(home)


def test_a_checkpoint_that_can_only_be_read_is_replaced(
    home: Path, filmed: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Permissions bind no root, so SQLite is told that the old file may only be read.
    old, connect = checkpoint_of(home).stat().st_ino, sqlite3.connect

    def connect_as_told(path: Path | str, **options: Any) -> sqlite3.Connection:
        if isinstance(path, Path) and path.exists() and path.stat().st_ino == old:
            return connect(f"{path.as_uri()}?mode=ro", uri=True, **options)
        return connect(path, **options)

    monkeypatch.setattr(cursor.sqlite3, "connect", connect_as_told)
    found, said = go_on(home)
    monkeypatch.undo()
    assert found == filmed.whole
    assert sum("the run goes on from its log" in line for line in said) == 1


def test_a_checkpoint_that_cannot_be_replaced_is_told_with_what_to_do(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    garble(home)

    def refuse(path: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "rename", refuse)
    found, _ = go_on(home)
    assert type(found) is StoreError
    assert "checkpoint.db" in str(found) and "Make the folder writable" in str(found)


def test_a_full_disk_that_the_checkpoint_meets_is_told_and_the_run_goes_on_later(
    home: Path, filmed: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(CursorSaver):
        def __init__(self, path: Path) -> None:
            super().__init__(path)
            with closing(self.conn.execute("PRAGMA page_count")) as found:
                pages = found.fetchone()[0]
            self.conn.execute(f"PRAGMA max_page_count = {pages}")

    monkeypatch.setattr(cursor, "CursorSaver", Full)
    monkeypatch.setattr(cursor, "KEPT_CHECKPOINTS", 1000)
    found, _ = go_on(home)
    assert type(found) is StoreError and "Free some space" in str(found)
    assert "full" in str(found)
    assert _exit_code(found) == FAILED
    monkeypatch.undo()
    again, _ = go_on(home)
    assert again == filmed.whole


def test_a_checkpoint_is_used_where_nothing_is_wrong(home: Path) -> None:
    nodes: list[str] = []
    run = open_world(home)
    assert go(run, after_node=nodes.append) is RunStatus.FINISHED
    run.log.close()
    assert nodes[0] != "baseline" and len(nodes) < 8


def restore(copy: Path, store: Path) -> None:
    """Put an older copy back into the very same file, as SQLite's own backup does."""
    with (
        closing(sqlite3.connect(copy / "tutelage.db")) as older,
        closing(sqlite3.connect(store / "tutelage.db")) as working,
    ):
        older.backup(working)


@pytest.mark.parametrize(("begun", "after"), [(1, 1), (1, 2), (7, 1)])
def test_a_run_under_which_an_older_copy_is_put_back_stops_and_says_so(
    tmp_path: Path, filmed: Film, begun: int, after: int
) -> None:
    moment, home, nodes = filmed.closed[begun], tmp_path / "home", list[str]()
    Mix(moment, moment, moment).lay_out(home, random.Random(0))
    shutil.copytree(filmed.closed[0].home / "store", tmp_path / "older")

    def after_node(node: str) -> None:
        nodes.append(node)
        if len(nodes) == after:
            restore(tmp_path / "older", home / "store")

    run = open_world(home)
    with pytest.raises(StoreGone):
        go(run, after_node=after_node)
    with pytest.raises(StoreGone):
        run.log.close()
    assert len(nodes) == after


def test_an_event_that_the_log_lacks_is_told_with_what_to_do(home: Path) -> None:
    run = open_world(home)
    with closing(run.log), pytest.raises(StoreCorrupt, match=r"c9/r1/solve.*tutelage log verify"):
        run.event(Solved, "c9/r1/solve")


@pytest.mark.parametrize("taken", [RUN, f"{RUN}/config.toml", f"{RUN}/adapters", "."])
def test_a_taken_name_of_the_folder_of_a_run_is_told_with_what_to_do(
    home: Path, filmed: Film, taken: str
) -> None:
    place = home / "runs" / taken
    place.rename(home / "aside")
    if taken.endswith(".toml"):
        place.mkdir()
    else:
        place.write_text("no folder")
    found, _ = go_on(home)
    assert type(found) is StoreError
    assert str(home / "runs" / RUN) in str(found) and "Move away" in str(found)
    place.rename(home / "taken")
    (home / "aside").rename(place)
    again, _ = go_on(home)
    assert again == filmed.whole


@pytest.mark.parametrize("part", ["adapters", "."])
def test_what_is_gone_from_the_folder_of_a_run_is_made_again(
    tmp_path: Path, filmed: Film, part: str
) -> None:
    late = filmed.closed[-3]
    Mix(late, late, late).lay_out(tmp_path / "home", random.Random(0))
    shutil.rmtree(tmp_path / "home" / "runs" / RUN / part)
    found, _ = go_on(tmp_path / "home")
    assert found == filmed.whole


def test_a_believed_checkpoint_above_a_hole_is_given_up_before_the_seals_are_opened(
    tmp_path: Path, filmed: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    early, late = filmed.closed[2], filmed.closed[-3]
    Mix(early, late, early).lay_out(tmp_path / "home", random.Random(0))
    monkeypatch.setattr(run_module, "holds_log_end", lambda *_: True)
    found, said = go_on(tmp_path / "home")
    assert found == filmed.whole
    assert sum("The log lacks events" in line for line in said) == 1


def test_the_config_of_a_run_is_the_logs_and_not_the_files(home: Path, filmed: Film) -> None:
    config = home / "runs" / RUN / "config.toml"
    config.write_text("seed = 99\n[loop]\ncycles = 1\n")
    found, _ = go_on(home)
    assert found == filmed.whole
    with open_log(home / "store") as log:
        (started,) = log.events(RunStarted)
    assert json.dumps(started.config["loop"]) and "seed = 99" not in config.read_text()
