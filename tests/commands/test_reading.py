"""Reading a store, in words and as JSON."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tutelage.commands.log import LARGEST_FILE
from tutelage.commands.report import show_attribution
from tutelage.evidence import JudgedReply, table
from tutelage.store import Strategies, open_log
from tutelage.store.events import AttemptJudged, Event

from .conftest import Said, Type, contents

READING = (
    "runs",
    "show small",
    "report small",
    "strategy list",
    "strategy show parity",
    "strategy diff parity@0 parity",
    "strategy log",
    "strategy blame parity",
    "strategy export parity",
    "log verify",
    "log head",
)


@pytest.mark.parametrize("command", READING)
def test_json_is_all_that_a_reading_command_prints(
    command: str, finished_run: Path, type_words: Type
) -> None:
    said = type_words(finished_run, *command.split(), "--json")
    assert (said.code, said.err) == (0, "")
    assert said.json


@pytest.mark.parametrize("command", READING)
def test_reading_changes_nothing(command: str, own: Path, type_words: Type) -> None:
    before = contents(own)
    assert type_words(own, *command.split()).code == 0
    assert contents(own) == before


@pytest.mark.parametrize("command", [*READING, "strategy search rooms", "index rebuild"])
def test_without_a_store_a_command_says_so_and_makes_none(
    command: str, tmp_path: Path, type_words: Type
) -> None:
    said = type_words(tmp_path, *command.split())
    assert said.code == 1
    assert "There is no store in" in said.err and "tutelage run CONFIG" in said.err
    assert said.out == "" and list(tmp_path.iterdir()) == []


def test_runs_says_how_far_each_run_has_come(finished_run: Path, type_words: Type) -> None:
    (run,) = type_words(finished_run, "runs", "--json").json
    assert run["run"] == "small" and run["state"] == "finished"
    assert run["current"].startswith("parity@")


def test_the_table_counts_replies_lost_to_errors_where_there_are_any(
    capsys: pytest.CaptureFixture[str],
) -> None:
    judged = [JudgedReply(f"p{n}", 1.0, "right", "YES", "YES") for n in range(5)]
    lost = JudgedReply("p5", None, "error", None, "YES")

    def as_data(answered: Any) -> dict[str, Any]:
        return table(answered).as_json() | {"headline": "Nothing can be claimed."}

    show_attribution(as_data({("test", "newcomer", True): judged}), {})
    assert "lost" not in capsys.readouterr().out
    show_attribution(as_data({("test", "newcomer", True): [*judged, lost]}), {})
    assert "lost" in capsys.readouterr().out


def test_show_tells_what_happened_round_by_round(finished_run: Path, type_words: Type) -> None:
    told = type_words(finished_run, "show", "small", "--json").json
    assert [(each["cycle"], each["round"]) for each in told["rounds"]] == [(1, 1), (1, 2)]
    decisions = [gate["decision"] for each in told["rounds"] for gate in each["gates"]]
    assert "accept" in decisions and len(decisions) == 4
    promoted = [each["promoted"] for each in told["rounds"] if each["promoted"]]
    assert told["current"] == promoted[-1]
    assert told["finished"] and told["seconds"] > 0 and told["in_doubt"] == []
    (calls, *_) = told["calls"]
    assert calls["calls"] == calls["answered"] and calls["input_tokens"] > 0
    text = type_words(finished_run, "show", "small").out
    for word in ("Round 2", "promoted", "Transfer", "Feedback", "gaps", "Opened the sealed split"):
        assert word in text


def test_report_prints_the_table_the_headline_and_the_strategy(
    finished_run: Path, type_words: Type
) -> None:
    said = type_words(finished_run, "report", "small")
    data = type_words(finished_run, "report", "small", "--json").json
    assert data["headline"] in said.out and f"# {data['strategy_version']}" in said.out
    assert {row["student"] for row in data["rows"]} >= {"base", "tuned", "labels_only", "teacher"}
    assert f"adapters/{data['adapter']}" in said.out
    assert str(finished_run / "runs" / "small" / "report.html") in said.out


def test_report_html_writes_the_page_anew_and_prints_nothing_but_its_path(
    own: Path, type_words: Type
) -> None:
    page = own / "runs" / "small" / "report.html"
    before = page.read_bytes()
    page.unlink()
    assert type_words(own, "report", "small", "--html").out == f"{page}\n"
    assert page.read_bytes() == before


def test_a_diff_names_the_rules_that_came_and_the_gate_that_measured_them(
    finished_run: Path, type_words: Type
) -> None:
    said = type_words(finished_run, "strategy", "diff", "parity@0", "parity")
    assert "+ r-" in said.out and "[Method]" in said.out
    assert "Measured against parity@" in said.out and "accept; gain +" in said.out
    assert "\x1b" not in said.out, "a pipe gets no escape codes"


def test_blame_leads_from_a_rule_to_the_attempts_behind_it(
    finished_run: Path, type_words: Type
) -> None:
    rules = type_words(finished_run, "strategy", "blame", "parity", "--json").json
    with open_log(finished_run / "store") as log:
        for rule in rules:
            assert rule["problems"], "a rule stands on problems"
            for attempt in rule["attempts"]:
                assert log.find(Event, rule["added"]["stream"], attempt["slot"]) is not None
    text = type_words(finished_run, "strategy", "blame", "parity", "--attempts", "1").out
    assert rules[0]["attempts"][0]["slot"] in text


def test_the_list_holds_refused_versions_too(finished_run: Path, type_words: Type) -> None:
    listed = type_words(finished_run, "strategy", "list", "--json").json
    with open_log(finished_run / "store") as log:
        assert [each["version"] for each in listed] == [v.name for v in Strategies(log).versions()]
    assert {each["status"] for each in listed} >= {"current", "rejected"}


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("show nobody", "No run 'nobody'. Known runs: small."),
        ("report nobody", "nobody"),
        ("strategy show parity@99", "No strategy 'parity@99'. Versions: parity@0.."),
        ("ask zzz hello", "No adapter 'zzz'"),
        ("evaluate zzz", "Known adapters: "),
        ("resume nobody", "Known runs: small."),
    ],
)
def test_an_unknown_name_is_answered_with_the_known_ones(
    command: str, wanted: str, finished_run: Path, type_words: Type
) -> None:
    said = type_words(finished_run, *command.split())
    assert said.code == 1 and wanted in said.err
    assert "Traceback" not in said.err


def test_verify_says_what_it_vouches_for_and_prints_the_ends(own: Path, type_words: Type) -> None:
    said = type_words(own, "log", "verify")
    facts = type_words(own, "log", "verify", "--json").json
    assert f"{facts['events']} events, consistent with themselves" in said.out
    assert f"and {facts['covered']} of them with the note of 2" in said.out
    (head,) = facts["heads"]
    assert f"  {head['hash']}  small, {head['count']} events" in said.out

    (own / "store" / "heads.json").unlink()
    without = type_words(own, "log", "verify")
    assert without.code == 0 and "Warning: heads.json is missing" in without.out
    assert "with the note" not in without.out


def test_a_head_line_is_short_and_holds_what_was_recorded(own: Path, type_words: Type) -> None:
    line = type_words(own, "log", "head").out
    facts = type_words(own, "log", "head", "--json").json
    assert line == f"tutelage-head 1 {facts['events']} {facts['hash']}\n" == facts["line"] + "\n"
    assert len(line) < 100
    kept = own / "notebook.txt"
    kept.write_text(f"> On Monday:\n> {line}\nand so on, Zürich\n")
    for against in (line, str(kept)):
        said = type_words(own, "log", "verify", "--against", against)
        assert said.code == 0
        assert f"and {facts['events']} of them with 1 head line that you gave" in said.out
    other = line.replace(facts["hash"], "f" * 64)
    said = type_words(own, "log", "verify", "--against", str(kept), "--against", other, "--json")
    (fault,) = said.json["faults"]
    assert said.code == 1 and "The head line given saw other events" in fault


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("tutelage-head 1 5 abc", "a line of `tutelage log head`"),
        (f"tutelage-head 1 5 {'a' * 65}", "there is one in line 1 that cannot be read"),
        ("nowhere.txt", "'nowhere.txt' cannot be read: No such file or directory"),
        (".", "'.' cannot be read: Is a directory"),
        ("empty.txt", "in 'empty.txt' there is none"),
        (f"tutelage-head 2 5 {'a' * 64}", "a head line of version 2, and this tutelage knows"),
    ],
)
def test_what_is_no_head_line_is_refused(
    own: Path, type_words: Type, monkeypatch: pytest.MonkeyPatch, given: str, wanted: str
) -> None:
    monkeypatch.chdir(own)
    (own / "empty.txt").write_bytes(b"\xff\0")
    said = type_words(own, "log", "verify", "--against", given)
    assert said.code == 2 and wanted in said.err and said.out == ""


def test_no_line_of_a_file_is_passed_over(own: Path, type_words: Type) -> None:
    line = type_words(own, "log", "head").out
    mark, version, events, hash_ = line.split()
    false = "f" * 64
    kept = own / "heads.txt"

    def verify(content: str, encoding: str = "utf-8") -> Said:
        kept.write_text(content, encoding)
        return type_words(own, "log", "verify", "--against", str(kept))

    for whole in (
        f"{mark} {version} {events}\n{{}}",
        f"> {mark}\n> {version}  {events}\t\n> {{}}\r\n",
        f"{mark.title()} {version} {events} {{}}.".upper(),
    ):
        for encoding in ("utf-8", "utf-16"):
            said = verify(whole.format(hash_) + "\n" + line, encoding)
            assert said.code == 0 and "with 2 head lines that you gave" in said.out, whole
        assert verify(line + whole.format(false)).code == 1, whole
    for damaged in (
        f"{mark} {version} {events} {false[:40]}=\n{false[40:]}",
        f"{mark} {version} {events[0]} {events[1:]} {false}",
        f"{mark} {version} {events} {false[1:]}g",
        f"{mark} {events} {false}",
        mark,
    ):
        said = verify(line + "\n" + damaged)
        assert said.code == 2 and "one in line 3 that cannot be read" in said.err, damaged
    said = verify(line + " " * LARGEST_FILE + line)
    assert said.code == 2 and "more than 10000000 bytes" in said.err


def test_a_store_with_faults_has_no_head_line(own: Path, type_words: Type) -> None:
    raw = sqlite3.connect(own / "store" / "tutelage.db")
    raw.execute("DROP TRIGGER event_no_update")
    raw.commit()
    raw.close()
    said = type_words(own, "log", "head")
    assert said.code == 1 and said.out == "" and "event_no_update" in said.err


def test_a_broken_moment_is_told_with_the_command_that_looks_closer(
    own: Path, type_words: Type
) -> None:
    raw = sqlite3.connect(own / "store" / "tutelage.db")
    raw.execute("DROP TRIGGER event_no_update")
    raw.execute("UPDATE event SET at = 'noon' WHERE seq = 1")
    raw.commit()
    raw.close()
    for words in (("runs",), ("show", "small")):
        said = type_words(own, *words)
        assert said.code == 1 and "tutelage log verify" in said.err and "'noon'" in said.err
        assert "should not have happened" not in said.err


def test_verify_names_what_was_tampered_with(own: Path, type_words: Type) -> None:
    raw = sqlite3.connect(own / "store" / "tutelage.db")
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
        raw.execute(f'DROP TRIGGER "{name}"')
    raw.execute("UPDATE event SET payload = replace(payload, 'wrong', 'right') WHERE seq = 40")
    raw.commit()
    raw.close()
    said = type_words(own, "log", "verify", "--json")
    assert said.code == 1 and said.json["ok"] is False
    assert any("trigger" in fault for fault in said.json["faults"])
    assert "faults:" in type_words(own, "log", "verify").out


def test_where_two_ways_of_comparing_disagreed_every_reader_is_told_how_often(
    own: Path, type_words: Type
) -> None:
    for command in ("show small", "report small"):
        assert "Two ways of comparing" not in type_words(own, *command.split()).out
    with open_log(own / "store") as log:
        judged = list(log.events(AttemptJudged, stream="small"))
        again = {"slot": f"{judged[0].slot}/again", "doubt": "the library says no, the values yes"}
        log.record(judged[0].model_copy(update=again))
    replies = len(judged) + 1
    said = f"Two ways of comparing disagreed on 1 of {replies} replies ({1 / replies:.1%})."
    for command in ("show small", "report small"):
        assert said in type_words(own, *command.split()).out
        assert type_words(own, *command.split(), "--json").json["doubts"] == 1
    assert type_words(own, "report", "small", "--html").code == 0
    assert said in (own / "runs" / "small" / "report.html").read_text()
