"""Changes that a person may make, and what each leaves in the log."""

import json
from pathlib import Path

from tutelage.store import Strategy, open_log
from tutelage.store.events import CallIntended, GateDecided, StrategyPromoted, StrategyRolledBack

from .conftest import Type


def test_a_person_promotes_with_name_and_reason_and_takes_it_back(
    own: Path, type_words: Type
) -> None:
    before = type_words(own, "runs", "--json").json[0]["current"]
    refused = next(
        each["version"]
        for each in type_words(own, "strategy", "list", "--json").json
        if each["status"] == "rejected"
    )
    words = ("strategy", "promote", refused, "--reason", "I know better", "--by", "ada")
    assert f"{refused} is current in parity, promoted by ada" in type_words(own, *words).out
    with open_log(own / "store") as log:
        (event,) = (e.event for e in log.entries(stream="store", kinds=[StrategyPromoted]))
    assert isinstance(event, StrategyPromoted)
    assert (event.by, event.reason, event.gate) == ("ada", "I know better", "")

    back = type_words(own, "strategy", "rollback", "parity", "--reason", "I did not", "--by", "ada")
    assert f"current in parity is now {before}" in back.out
    with open_log(own / "store") as log:
        assert len(list(log.entries(stream="store", kinds=[StrategyRolledBack]))) == 1
    told = type_words(own, "strategy", "log", "--json").json["told"]
    assert [each["what"] for each in told[-2:]] == ["promoted", "rolled back"]


def test_a_finished_run_is_shown_with_what_it_evaluated_whatever_is_promoted_later(
    own: Path, type_words: Type
) -> None:
    before = type_words(own, "runs", "--json").json[0]["current"]
    data = type_words(own, "report", "small", "--json").json
    assert before == data["strategy_version"]
    other = next(
        each["version"]
        for each in type_words(own, "strategy", "list", "--json").json
        if each["version"] != before
    )
    assert type_words(own, "strategy", "promote", other, "--reason", "to see").code == 0
    assert type_words(own, "runs", "--json").json[0]["current"] == before
    assert type_words(own, "show", "small", "--json").json["current"] == before


def test_a_promotion_needs_a_reason(own: Path, type_words: Type) -> None:
    assert type_words(own, "strategy", "promote", "parity@1").code == 2
    said = type_words(own, "strategy", "promote", "parity@1", "--reason", " ")
    assert said.code == 1 and "without a reason" in said.err


def test_a_rollback_of_nothing_is_refused_with_the_branches(own: Path, type_words: Type) -> None:
    said = type_words(own, "strategy", "rollback", "nowhere", "--reason", "x")
    assert said.code == 1 and "Branches: parity/small" in said.err


def test_an_exported_version_comes_back_as_a_proposal_and_its_diff_is_by_word(
    own: Path, type_words: Type, tmp_path: Path
) -> None:
    document = type_words(own, "strategy", "export", "parity").json
    rule = document["rules"][0]
    rule["text"] = rule["text"].replace("Write", "Note")
    document["strategy"] = Strategy.model_validate({"rules": document["rules"]}).hash
    file = tmp_path / "other.json"
    file.write_text(json.dumps(document))

    said = type_words(own, "strategy", "import", str(file), "--json").json
    assert said["branch"] == "parity/import"
    diff = type_words(own, "strategy", "diff", "parity", said["version"])
    assert "[-Write-]{+Note+} down what is carried" in diff.out
    assert "Not measured" in diff.out
    assert type_words(own, "runs", "--json").json[0]["current"] != said["version"]

    fresh = type_words(tmp_path / "elsewhere", "strategy", "import", str(file), "--json")
    assert fresh.code == 0 and fresh.json["version"] == "parity@1", "a store is made"


def test_a_document_that_was_changed_after_its_export_is_refused(
    own: Path, type_words: Type, tmp_path: Path
) -> None:
    file = tmp_path / "changed.json"
    text = type_words(own, "strategy", "export", "parity").out
    file.write_text(text.replace("carried", "sung"))
    said = type_words(own, "strategy", "import", str(file))
    assert said.code == 1 and "changed after the export" in said.err
    missing = type_words(own, "strategy", "import", str(tmp_path / "missing.json"))
    assert missing.code == 1 and "missing.json" in missing.err


def test_a_gate_by_hand_is_evidence_and_promotes_nothing(own: Path, type_words: Type) -> None:
    before = type_words(own, "runs", "--json").json[0]["current"]
    found = type_words(own, "gate", "parity", "--against", "parity@0", "--json")
    assert found.code == 0, found.err
    assert found.json["decision"] == "accept" and found.json["incumbent"] == "parity@0"
    with open_log(own / "store") as log:
        event = log.find(GateDecided, "small", found.json["gate"].partition("#")[2])
    assert isinstance(event, GateDecided)
    assert type_words(own, "runs", "--json").json[0]["current"] == before
    assert (
        type_words(own, "show", "small", "--json").json["by_hand"][0]["gate"] == found.json["gate"]
    )
    assert 0 < found.json["judged_before"] < found.json["problems"], "the loop used a block"
    assert found.json["gates_by_hand"] == 1
    again = type_words(own, "gate", "parity", "--against", "parity@0")
    n = found.json["problems"]
    assert f"{n} of {n} problems have judged this version before" in again.out
    price = "This is gate 2 by hand on the run's validation pool"
    assert price in again.out and "its p does not pay for those looks" in again.out
    told = type_words(own, "show", "small")
    assert "gate 1 by hand" in told.out and price in told.out
    assert price in type_words(own, "strategy", "log").out
    assert [it["by_hand"] for it in type_words(own, "show", "small", "--json").json["by_hand"]] == [
        1,
        2,
    ]
    page = type_words(own, "report", "small", "--html").out.strip()
    assert "gate 2 by hand on the run" in Path(page).read_text()
    listed = type_words(own, "strategy", "list", "--json").json
    (mine,) = (each for each in listed if each["status"] == "current")
    assert "manual/" not in mine["gate"] and mine["gates"][-1]["slot"].startswith("manual/")
    same = type_words(own, "gate", "parity", "--against", "parity")
    assert same.code == 1 and "Name --against" in same.err


def test_a_transfer_finds_the_adapter_and_evaluate_counts_the_opening(
    own: Path, type_words: Type
) -> None:
    trained = type_words(own, "transfer", "parity", "--json").json
    assert Path(trained["folder"]).is_dir()
    found = type_words(own, "evaluate", trained["adapter"][:8], "--json").json
    assert {row["student"] for row in found["rows"]} >= {"base", "tuned"}
    assert found["test_openings"] == 2, "the run's own and this one"
    by_folder = type_words(own, "evaluate", trained["folder"])
    assert "have been opened 3 times" in by_folder.out


def test_an_adapter_is_asked_in_the_form_it_was_trained_in_and_the_call_is_kept(
    own: Path, type_words: Type
) -> None:
    key = type_words(own, "transfer", "parity", "--json").json["adapter"]
    said = type_words(own, "ask", key[:10], "Is the number 70 even?")
    assert said.out.strip().endswith(("Answer: YES", "Answer: NO"))
    with open_log(own / "store") as log:
        (event,) = (e.event for e in log.entries(stream="store", kinds=[CallIntended]))
        assert isinstance(event, CallIntended)
        assert log.text(event.system_text) == "End with `Answer: YES` or `Answer: NO`."
        assert log.text(event.prompt_text) == "Is the number 70 even?"


def test_search_builds_the_index_when_it_is_missing_and_follows_the_log(
    own: Path, type_words: Type, tmp_path: Path
) -> None:
    said = type_words(own, "strategy", "search", "is this number odd or even", "--json")
    assert said.code == 0, said.err
    (hit,) = said.json
    assert hit["domain"] == "parity" and hit["status"] == "current"
    words = ("strategy", "promote", "parity@1", "--reason", "to see the index follow")
    assert type_words(own, *words).code == 0
    (hit,) = type_words(own, "strategy", "search", "odd or even", "--json").json
    assert hit["version"] == "parity@1" and hit["status"] == "current"
    assert type_words(own, "index", "rebuild", "--json").json["documents"] > 2
