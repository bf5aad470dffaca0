"""The gate by hand and the gate on trial stand under one word."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app

from .conftest import Type, at

QUICK = ("--runs", "400", "--gates", "200", "--seed", "2")


def test_a_version_alone_is_gated_wherever_its_options_stand(own: Path, type_words: Type) -> None:
    plain = type_words(own, "gate", "parity", "--against", "parity@0", "--json")
    assert plain.code == 0, plain.err
    for words in (
        ("gate", "--json", "--against", "parity@0", "parity"),
        ("gate", "decide", "parity", "--against", "parity@0", "--json"),
    ):
        same = type_words(own, *words)
        assert same.code == 0, same.err
        assert (same.json["candidate"], same.json["incumbent"], same.json["gain"]) == tuple(
            plain.json[each] for each in ("candidate", "incumbent", "gain")
        )
    assert plain.json["claim"] == "better" and plain.json["planned"] == 80
    missing = type_words(own, "gate", "paritty")
    assert missing.code == 1 and "paritty" in missing.err


def test_the_help_of_the_gate_teaches_both_of_its_uses() -> None:
    for words in (("gate", "--help"), ("gate", "-h"), ("gate",)):
        said = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
        text = said.stdout + said.stderr
        assert "gate VERSION" in text or "VERSION | COMMAND" in text
        assert "tutelage gate scheduling@3" in text and "tutelage gate calibrate" in text


def test_calibrate_prints_the_rate_with_its_interval_and_the_curve(desk: Path) -> None:
    said = at(desk, "gate", "calibrate", *QUICK)
    assert said.code == 0, said.err
    assert re.search(
        r"False accepts: \d+ runs, [\d.]+ % \[[\d.]+, [\d.]+\]; at most 5.0 %", said.out
    )
    assert "(detectable)" in said.out and "45 % of pairs disagree" in said.out
    assert not (desk / ".tutelage").exists(), "nothing is recorded"


def test_calibrate_tries_the_gates_of_a_config_and_is_the_same_every_time(desk: Path) -> None:
    words = ("gate", "calibrate", *QUICK, "--config", "small.toml", "--json")
    first, again = at(desk, *words), at(desk, *words)
    assert first.code == 0, first.err
    assert first.out == again.out
    terms = first.json["terms"]
    assert (terms["pairs"], terms["rounds"], terms["candidates"]) == (24, 1, 2)
    assert first.json["low"] <= first.json["rate"] <= first.json["high"]
    assert first.json["low"] <= terms["alpha"] and first.json["holds"]
    larger = at(desk, *words, "--pairs", "48", "--power", "0.9")
    assert larger.json["terms"]["pairs"] == 48
    assert larger.json["detectable"] < first.json["detectable"]
    assert larger.json["found"]["share"] == pytest.approx(0.9, abs=0.08)


def test_calibrate_says_when_its_runs_are_too_few_to_tell(desk: Path) -> None:
    few = at(desk, "gate", "calibrate", "--runs", "20", "--gates", "5", "--pairs", "20")
    assert few.code == 0 and "Too few runs to tell: were none of 20 wrong" in few.out
    more = at(desk, "gate", "calibrate", "--runs", "80", "--gates", "5", "--pairs", "20")
    assert "Too few runs" not in more.out


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("--pairs", "3"), "3 pairs could never pass"),
        (("--pairs", "100000"), "--pairs"),
        (("--gates", "1000000"), "--gates"),
        (("--runs", "100000", "--pairs", "2000"), "Wanted 1 to 10000 runs"),
        (("--alpha", "0.9"), "alpha < power"),
        (("--config", "missing.toml"), "No config at missing.toml"),
    ],
)
def test_a_gate_that_cannot_be_tried_is_answered_in_words(
    desk: Path, words: tuple[str, ...], wanted: str
) -> None:
    said = at(desk, "gate", "calibrate", *QUICK, *words)
    assert said.code == 2
    assert wanted in said.err
