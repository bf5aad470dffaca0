"""Blind pairwise judging: people and models leave the same record, and order cannot decide."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.domains import SPLITS
from tutelage.domains.writing import Rubric, Writing
from tutelage.graph.config.config import parse_config
from tutelage.graph.context import Run
from tutelage.graph.measure.gate import Gate
from tutelage.graph.measure.preferences import (
    FILE,
    Place,
    Preferred,
    Side,
    append_preferences,
    read_preferences,
    tally,
)
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.models.contract import Request
from tutelage.models.scripted import ScriptedModel
from tutelage.store.events import GateDecided, RunStarted
from tutelage.store.log import open_log
from tutelage.store.rules import EMPTY

from ..store.builders import adds, propose
from .conftest import Said

WRITING = Writing()
SPLIT = {"train": 60, "val": 48, "test": 12, "ood": 8}


def pupil() -> ScriptedModel:
    """Told what to do, it hands in a whole text behind notes; else a part of one."""
    problems = [it for split in SPLITS for it in WRITING.problems(split, SPLIT[split], 0)]
    known = {it.text: str(WRITING.solution(it)) for it in problems}

    def answer(request: Request) -> str:
        written = known[request.prompt]
        told = "List everything" in request.context or "full stop" in request.context
        return written if told else f"{written[: len(written) * 3 // 4]} and"

    return ScriptedModel(answer)


def open_essays(place: Path, candidates: int = 2) -> Run:
    config = parse_config(
        {
            "name": "essays",
            "teacher": "rulebook",
            "student": "scripted:pupil",
            "domain": {"name": "writing"},
            "splits": SPLIT,
            "loop": {"cycles": 1, "rounds": 1, "candidates": candidates, "batch": 8, "feedback": 8},
            "train": {"examples": 20},
            "gate": {"channel": "words"},
        }
    )
    return open_run(place / "store", place / "runs", config, overrides=Overrides(student=pupil()))


@pytest.fixture(scope="module")
def essays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`store` and `runs` of a run with one gate; never written to."""
    place = tmp_path_factory.mktemp("essays")
    run = open_essays(place)
    run.freeze()
    told = propose(run.log, adds("List everything."), domain="writing", run=run.id)
    new, old = run.version(told.strategy), run.version(EMPTY.hash)
    step = Gate(run, old, new, "words", run.problems["val"])
    run.log.record(step.decide("c1/r1/validate/0", "c1/r1/validate"))
    run.log.close()
    return place


@pytest.fixture
def own(essays: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(essays, tmp_path / "own"))


def type_words(place: Path, *words: str, keys: str = "") -> Said:
    options = ["--home", str(place / "store"), "--runs", str(place / "runs")]
    result = CliRunner().invoke(app, [*options, *words], input=keys)
    return Said(result.exit_code, result.stdout, result.stderr)


def newest(place: Path) -> GateDecided:
    with open_log(place / "store") as log:
        gates = [it.event for it in log.entries(stream="essays", kinds=[GateDecided])]
    assert isinstance(gates[-1], GateDecided)
    return gates[-1]


def looks(place: Path) -> list[Preferred]:
    return read_preferences(place / "runs" / "essays" / FILE)


@pytest.mark.slow
def test_the_loop_learns_to_write_from_the_rulebook_alone(tmp_path: Path) -> None:
    run = open_essays(tmp_path, candidates=6)
    assert go(run)
    gates = [it.event for it in run.log.entries(stream="essays", kinds=[GateDecided])]
    told = [it for it in gates if isinstance(it, GateDecided)]
    assert any(it.decision == "accept" and it.candidate_accuracy == 1.0 for it in told)
    run.log.close()


def test_a_person_reads_two_texts_and_is_not_told_whose_they_are(own: Path) -> None:
    said = type_words(own, "judge", "essays", "-n", "3", "--by", "Ada", keys="1\nx\n2\ns\n")
    assert said.code == 0, said.err
    before, _, after = said.out.rpartition("Ada (person")
    assert before.count("--- text 1 ---") == 3 and "answer with 1, 2, s or q" in before
    for word in ("candidate", "incumbent", "Asked:", "Outline:", "Budget:", newest(own).candidate):
        assert word not in before, f"{word} would tell whose text it is"
    assert "the candidate's text is better" in after
    kept = looks(own)
    assert [it.preferred for it in kept] == ["first", "second", "same"]
    assert {(it.by, it.judge, it.run) for it in kept} == {("Ada", "person", "essays")}
    with open_log(own / "store") as log:
        for it in kept:
            assert log.text(it.candidate_reply) != log.text(it.incumbent_reply)


def test_who_stops_keeps_the_answers_and_goes_on_where_they_stood(own: Path) -> None:
    first = type_words(own, "judge", "essays", "-n", "4", "--by", "Ada", keys="1\n1\nq\n")
    assert "2 of 4 answers were recorded" in first.out
    assert "better" not in first.out.split("recorded")[1], "who is ahead is not told half-way"
    type_words(own, "judge", "essays", "-n", "2", "--by", "Ada", keys="2\n2\n")
    kept = looks(own)
    assert [it.preferred for it in kept] == ["first", "first", "second", "second"]
    assert len({it.problem for it in kept}) == 4
    type_words(own, "judge", "essays", "-n", "1", "--by", "Bo", keys="1\n")
    assert looks(own)[-1].problem == kept[0].problem, "another judge sees all of them"


def test_each_side_stands_first_about_as_often_and_both_orders_show_a_position_bias(
    own: Path,
) -> None:
    said = type_words(
        own, "judge", "essays", "-n", "16", "--by", "Ada", "--both-orders", keys="1\n" * 32
    )
    assert said.code == 0, said.err
    kept = looks(own)
    firsts = [it.first for it in kept[:16]]
    assert 3 <= firsts.count("candidate") <= 13
    assert all(a.first != b.first for a, b in zip(kept[:16], kept[16:], strict=True))
    assert "16 of 16 verdicts flip with the order" in said.out
    assert "better 0 times, the incumbent's 0, neither 16 (p = 1.000" in said.out


def scripted_judge(folder: Path, *replies: tuple[str, str]) -> str:
    lines = [{"match": match, "reply": reply} for match, reply in replies]
    path = folder / "judge.json"
    path.write_text(json.dumps({"replies": lines}))
    return f"scripted:{path}"


def fair(folder: Path, place: Path) -> str:
    """A judge that knows the whole texts by heart, as a script."""
    known = [(it.problem.text, it.better) for it in WRITING.planted_pairs(24, 0)]
    known += [
        (it.text, str(WRITING.solution(it, frozenset())).removeprefix("TEXT:\n"))
        for it in WRITING.problems("val", SPLIT["val"], 0)
    ]
    lines: list[tuple[str, str]] = []
    for task, text in known:
        held = rf"(?s)<task \w+>\n{re.escape(task)}\n.*<%s \w+>\n{re.escape(text)}\n</"
        lines += [(held % "first", "Better: first"), (held % "second", "Better: second")]
    return scripted_judge(folder, *lines, ("One question", "Mark: 4"))


def test_a_model_leaves_the_same_record_in_both_orders(own: Path, tmp_path: Path) -> None:
    spec = fair(tmp_path, own)
    said = type_words(own, "judge", "essays", "--model", spec, "-n", "5", "--json")
    assert said.code == 0, said.err
    assert "The judge is used: 24 of 24 planted pairs" in said.err
    (told,) = said.json
    won = max(told["candidate"], told["incumbent"])
    assert (told["judge"], told["problems"], told["twice"], told["flips"]) == ("model", 5, 5, 0)
    assert won == 5 and told["p"] == pytest.approx(2 * 0.5**5)
    assert [it.first for it in looks(own)] == ["candidate", "incumbent"] * 5


def test_a_model_that_prefers_what_it_sees_first_may_not_judge(own: Path, tmp_path: Path) -> None:
    spec = scripted_judge(tmp_path, ("Which text", "Better: first"), (".", "Mark: 5"))
    said = type_words(own, "judge", "essays", "--model", spec)
    assert said.code == 1 and "The judge is biased" in said.err and "may not judge" in said.err
    assert looks(own) == []


def test_what_breaks_while_a_model_judges_is_not_called_the_domains_fault(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("by us")

    monkeypatch.setattr(Rubric, "prefer", broken)
    said = type_words(own, "judge", "essays", "--model", fair(tmp_path, own), "-n", "5")
    assert "This should not have happened: RuntimeError: by us" in said.err
    assert "domain" not in said.err


def test_what_cannot_be_judged_is_said(own: Path, tmp_path: Path) -> None:
    assert "Nobody has judged" in type_words(own, "judge", "essays", "--show").out
    assert "No run 'essay'" in type_words(own, "judge", "essay").err
    assert type_words(own, "judge", "essays", "--json").code == 2
    with open_log(own / "store") as log:
        for name, domain in (("sums", "parity"), ("fresh", "writing")):
            log.record(RunStarted(stream=name, slot="start", domain=domain, config={}, budget={}))
    assert "nothing to compare" in type_words(own, "judge", "fresh").err
    elsewhere = type_words(own, "judge", "sums", "--model", scripted_judge(tmp_path, (".", "")))
    assert elsewhere.code == 1 and "no planted pairs" in elsewhere.err


def look(first: Side, preferred: Place, problem: str = "p1", **more: Any) -> Preferred:
    known = {"run": "r", "gate": "g", "candidate": "c", "incumbent": "i", "by": "Ada"}
    replies = {"candidate_reply": "x", "incumbent_reply": "y", "judge": "person"}
    return Preferred(first=first, preferred=preferred, problem=problem, **known | replies | more)


def test_a_line_that_a_crash_cut_off_is_passed_over_and_swallows_no_other(tmp_path: Path) -> None:
    path = tmp_path / "runs" / FILE
    append_preferences(path, [look("candidate", "first")])
    with path.open("a") as file:
        file.write('{"run": "r", "ga')
    append_preferences(path, [look("candidate", "second", "p2")])
    assert [it.problem for it in read_preferences(path)] == ["p1", "p2"]


def test_a_verdict_that_does_not_hold_in_both_orders_counts_for_neither() -> None:
    steady = [look("candidate", "first", "a"), look("incumbent", "second", "a")]
    torn = [look("candidate", "first", "b"), look("incumbent", "first", "b")]
    once = [look("incumbent", "first", "c"), look("candidate", "same", "d")]
    (found,) = tally([*steady, *torn, *once])
    assert (found.candidate, found.incumbent, found.same) == (1, 1, 2)
    assert (found.twice, found.flips, found.looks, found.first, found.second) == (2, 1, 6, 4, 1)
