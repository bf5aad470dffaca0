"""Fresh scripted runs write what they wrote before, event by event, numbers to nine digits."""

from pathlib import Path

import pytest

from tutelage.store.events.upcasts import KINDS

from .fresh import comparable, first_difference, read_rows, recorded_rows, stored_rows, write_fresh


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`store` and `runs` of both runs; never written to."""
    home = tmp_path_factory.mktemp("fresh")
    write_fresh(home)
    return home


def test_fresh_runs_write_the_same_bytes_with_numbers_to_nine_digits(home: Path) -> None:
    assert first_difference(stored_rows(home / "store"), recorded_rows()) == ""


def test_every_kind_of_commit_15ac1f5_is_among_them_and_still_known() -> None:
    kinds = {row[2] for row in recorded_rows() if row[0] != "blob"}
    assert len(kinds) == 28, "all that there were on commit 15ac1f5"
    assert kinds <= set(KINDS)


@pytest.mark.parametrize("column", ["slot", "kind", "schema", "payload", "text"])
def test_one_byte_is_told(home: Path, column: str) -> None:
    events, texts = read_rows(home / "store")
    before = list(comparable(events, texts))
    assert first_difference(before, recorded_rows()) == ""
    if column == "text":
        name = next(iter(texts))
        texts[name] += " "
    else:
        place = ("stream", "slot", "kind", "schema", "payload").index(column)
        row = list(events[1000])
        # A space after the first comma: other bytes, and the same JSON.
        row[place] = (
            9
            if column == "schema"
            else row[place].replace(",", ", ", 1) + "/" * (column != "payload")
        )
        events[1000] = tuple(row)
    told = first_difference(list(comparable(events, texts)), before)
    assert told.startswith("row 1000 was") if column != "text" else told


def test_the_last_digits_of_a_number_are_no_difference() -> None:
    one, other = (
        [("s", "t", "K", 1, f'{{"p":{number},"t":"{name * 64}"}}')]
        for number, name in ((0.1234567891234, "a"), (0.1234567891235, "b"))
    )
    texts = ({"a" * 64: "gain 0.1234567891234"}, {"b" * 64: "gain 0.1234567891235"})
    assert list(comparable(one, texts[0])) == list(comparable(other, texts[1]))
