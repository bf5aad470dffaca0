"""Trying what was learned of one domain on another, beside the base model and the controls."""

import json
from pathlib import Path
from typing import TypeVar

import pytest

from tutelage.domains import get
from tutelage.graph.measure.cross_domain import known_ids
from tutelage.store import open_log
from tutelage.store.events import AttemptJudged, SealOpened, SplitFrozen

from .conftest import Type

E = TypeVar("E", AttemptJudged, SealOpened, SplitFrozen)
FAKES = (Path(__file__).parents[1] / "graph" / "fakes.py").read_text()
OTHERS = '''

class Far(Parity):
    """The same question about numbers that no run has met."""

    name = "far"

    def problems(self, split, n, seed):
        return [self._problem(50_000 + place) for place in range(n)]


class Near(Far):
    """Ten problems of the run's own training among the others."""

    name = "near"

    def problems(self, split, n, seed):
        known = Parity().problems("train", min(n, 10), seed)
        return [*known, *super().problems(split, n - len(known), seed)]


class Practice(Far):
    """Nothing to be tested on."""

    name, splits = "practice", ("train", "val")
'''


@pytest.fixture
def others(tmp_path: Path) -> Path:
    path = tmp_path / "others.py"
    path.write_text(FAKES + OTHERS)
    return path


def test_an_adapter_is_tried_on_another_domain_with_its_controls_and_no_seal_is_opened(
    own: Path, type_words: Type, others: Path
) -> None:
    key = type_words(own, "transfer", "parity", "--json").json["adapter"]
    seals = len(_events(own, SealOpened))
    said = type_words(own, "evaluate", key[:8], "--domain", f"{others}:Far", "-n", "80", "--json")
    assert said.code == 0, said.err
    found = said.json
    arms = {(row["student"], row["strategy"]) for row in found["rows"]}
    assert arms == {
        ("base", False),
        ("base", True),
        ("tuned", False),
        ("tuned", True),
        ("labels_only", False),
    }
    assert {(row["split"], row["n"]) for row in found["rows"]} == {("far", 80)}
    gains = {it["name"]: it for it in found["contrasts"]}
    gain = gains["tuned - base"]
    assert gain["n"] == 80 and gain["low"] > 0.2, "carrying helps there as it did here"
    assert gains["tuned - floor"]["n"] == 80 and gains["tuned - labels_only"]["low"] > 0
    assert found["headline"].startswith("On 80 far problems tuned scores ")
    assert (found["known"], found["leaks"], found["looks"]) == ([], [], 1)
    assert len(_events(own, SealOpened)) == seals
    (frozen,) = [it for it in _events(own, SplitFrozen) if it.split == "far/test"]
    with open_log(own / "store") as log:
        assert len(json.loads(log.text(frozen.problems_text))) == 80
    asked = [it for it in _events(own, AttemptJudged) if it.slot.startswith("manual/elsewhere/1/")]
    assert len(asked) == 5 * 80 and {it.problem for it in asked} == set(frozen.problems)


def test_a_version_is_tried_in_words_and_every_look_is_counted(
    own: Path, type_words: Type, others: Path
) -> None:
    words = ("evaluate", "parity", "--domain", f"{others}:Far", "-n", "20")
    arms = [
        (row["student"], row["strategy"]) for row in type_words(own, *words, "--json").json["rows"]
    ]
    assert arms == [("base", False), ("base", True)]
    assert "far has been looked at 2 times" in type_words(own, *words).out


def test_problems_that_the_run_has_met_are_left_out_and_counted(
    own: Path, type_words: Type, others: Path
) -> None:
    words = ("evaluate", "parity", "--domain", f"{others}:Near")
    found = type_words(own, *words, "-n", "30", "--json").json
    assert len(found["known"]) == 10 and {row["n"] for row in found["rows"]} == {20}
    assert "10 problems were left out" in type_words(own, *words, "-n", "30").out
    nothing = type_words(own, *words, "-n", "10")
    assert nothing.code == 1 and "has met all 10 problems of near" in nothing.err


def test_a_task_that_was_learned_is_known_again_where_its_program_is_to_be_mended() -> None:
    options = {"topics": ["sorting and searching"]}
    tasks, broken = get("python_coding", options), get("debugging", options)
    learned, test = tasks.problems("train", 12, 0), broken.problems("test", 12, 0)
    same = [it for it in broken.problems("train", 12, 0) if it.data["task"] in
            {task.data["task"] for task in learned}]  # fmt: skip
    assert same and set(known_ids(learned, same)) == {it.id for it in same}
    assert known_ids(learned, test) == (), (
        "the test of debugging holds no task of coding's training"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("parity", "--domain", "others.py:Parity"), "was learned of parity itself"),
        (("parity", "--domain", "others.py:Practice"), "practice holds no test problems"),
        (("parity@0", "--domain", "others.py:Far"), "parity@0 has no rules"),
        (("ffff", "--domain", "others.py:Far"), "Nor is it a version"),
        (("parity", "--domain", "nowhere"), "No domain 'nowhere'"),
        (("parity",), "No adapter 'parity'"),
    ],
)
def test_what_cannot_be_tried_is_refused_and_nothing_is_asked(
    words: tuple[str, ...], said: str, own: Path, type_words: Type, others: Path
) -> None:
    before = len(_events(own, AttemptJudged))
    told = type_words(own, "evaluate", *(word.replace("others.py", str(others)) for word in words))
    assert told.code != 0 and said in told.err, told.err
    assert len(_events(own, AttemptJudged)) == before


def _events(place: Path, kind: type[E]) -> list[E]:
    with open_log(place / "store") as log:
        return [it.event for it in log.entries(kinds=[kind]) if isinstance(it.event, kind)]
