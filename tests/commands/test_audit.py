"""`audit` judges a file of anyone's, and says of a broken one which line is wrong."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app

from .conftest import Said

Rows = Sequence[Mapping[str, Any]]


def audit(*words: object) -> Said:
    result = CliRunner().invoke(app, ["audit", *map(str, words)])
    return Said(result.exit_code, result.stdout, result.stderr)


def jsonl(file: Path, rows: Rows) -> Path:
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return file


def as_csv(file: Path, rows: Rows) -> Path:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def sound(n: int = 100, right: int = 90) -> list[dict[str, Any]]:
    gold = [("YES", "NO")[i % 2] for i in range(n)]
    wrong = {"YES": "NO", "NO": "YES"}
    return [{"gold": g, "prediction": g if i < right else wrong[g]} for i, g in enumerate(gold)]


@pytest.mark.parametrize("write", [jsonl, as_csv])
def test_a_claim_that_stands_exits_0_and_one_that_does_not_exits_1(
    tmp_path: Path, write: Any
) -> None:
    for right, code, verdict in ((90, 0, "The claim stands"), (55, 1, "does not stand")):
        file = write(tmp_path / f"{right}.{write.__name__.removeprefix('as_')}", sound(100, right))
        said = audit(file)
        assert (said.code, said.err) == (code, "")
        assert verdict in said.out.splitlines()[0], "the verdict comes first"
        assert "always answering NO" in said.out and "exact McNemar test" in said.out
        as_json = audit(file, "--json")
        assert as_json.code == code
        assert as_json.json["sentence"] == said.out.splitlines()[0]
        assert as_json.json["system"]["right"] == right
        assert as_json.json["columns"] == {"gold": "gold", "prediction": "prediction"}


def test_columns_are_named_or_known_and_a_dash_leaves_one_out(tmp_path: Path) -> None:
    rows = [
        {"truth": row["gold"], "mine": row["prediction"], "baseline": row["gold"], "n": i % 3}
        for i, row in enumerate(sound())
    ]
    file = as_csv(tmp_path / "r.csv", rows)
    beaten = audit(file, "--prediction", "mine")
    assert beaten.code == 1 and "below the 100.0% of baseline" in beaten.out
    alone = audit(file, "--prediction", "mine", "--second", "-", "--feature", "n", "--json")
    assert alone.code == 0 and alone.json["second"] is None
    assert alone.json["floors"]["stump"] <= 0.6


def test_features_in_jsonl_are_an_object_of_numbers(tmp_path: Path) -> None:
    rows = [row | {"features": {"rooms": int(row["gold"] == "YES")}} for row in sound()]
    said = audit(jsonl(tmp_path / "r.jsonl", rows))
    assert said.code == 1 and "one question about one feature" in said.out


def test_a_finish_reason_says_which_replies_were_cut(tmp_path: Path) -> None:
    rows = [row | {"reply": f"Answer: {row['prediction']}", "finish_reason": "stop"}
            for row in sound(100, 100)]  # fmt: skip
    for row in rows[:40]:
        row |= {"prediction": None, "reply": "First I sort the", "finish_reason": "length"}
    said = audit(jsonl(tmp_path / "r.jsonl", rows))
    assert said.code == 1
    assert "40 of the 100 replies of prediction were cut off" in said.out


def test_the_file_may_hold_blank_lines_a_byte_order_mark_and_values_of_any_kind(
    tmp_path: Path,
) -> None:
    lines = [json.dumps({"gold": i % 2 == 0, "prediction": i % 2 == 0, "id": i, "x": [i]})
             for i in range(40)]  # fmt: skip
    file = tmp_path / "results"
    file.write_text("﻿" + "\n\n".join(lines) + "\n", encoding="utf-8")
    said = audit(file, "--json")
    assert said.code == 0 and said.json["classes"] == ["False", "True"]


def test_letters_that_cannot_be_printed_break_nothing(tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    row = '{"gold": "\\ud800\\u001b[31m", "prediction": NaN, "reply": "\\udfff"}\n'
    file.write_text(row * 20)
    for words in ((file,), (file, "--json")):
        said = audit(*words)
        assert said.code == 1 and "\x1b[31m" not in said.out.split("{", 1)[0]
    assert audit(file, "--json").json["system"]["unparsed"] == 20


BROKEN = {
    "no JSON": ('{"gold": "A", "prediction": "A"}\n{"gold": \n', "line 2: no JSON"),
    "no object": ('{"gold": "A", "prediction": "A"}\n\n[1]\n', "line 3: an array, no object"),
    "no gold": ('{"gold": "A", "prediction": "A"}\n{"prediction": "A"}\n', "line 2: no gold"),
    "a score": ('{"gold": "A", "prediction": "A", "score": 7}\n', "line 1: 'score' is 7, no score"),
    "a feature": (
        '{"gold": "A", "prediction": "A", "features": {"n": "x"}}\n',
        "line 1: the feature 'n' is 'x', no finite number",
    ),
    "no column": (
        '{"target": "A", "said": "A"}\n',
        "known as the prediction. There are: 'target', 'said'. Say which it is: --prediction",
    ),
    "nothing": ("\n\n", "holds no row"),
    "an array": ('\n[\n{"gold": "A", "prediction": "A"}]\n', "line 2: an array of JSON begins"),
    "control characters": (
        '{"gold": "A", "pre\\u001b[31m\\u202e": "A"}\n',
        r"There are: 'gold', 'pre\x1b[31m\u202e'.",
    ),
    "deep": ('{"a": ' * 100_000, "line 1: no JSON"),
    "endless": (f'{{"gold": {"9" * 5000}}}\n', "line 1: no JSON"),
}


@pytest.mark.parametrize(("text", "told"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_jsonl_file_is_refused_with_the_line_that_is_wrong(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text(text)
    said = audit(file)
    assert (said.code, said.out) == (2, "")
    assert told in said.err and "broken.jsonl" in said.err
    assert not any(letter in said.err for letter in "\x1b\u202e")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gold,prediction\nA,A\nA\n", "line 3: 1 values, and 2 columns"),
        ("gold,prediction\nA,A,A\n", "line 2: 3 values, and 2 columns"),
        ('gold,prediction\n"A,A\n', "no CSV"),
        ("gold,said\nA,A\n", "no column known as the prediction. There are: 'gold', 'said'."),
        ("gold;prediction\nA;A\n", "line 1: one column, 'gold;prediction': it looks like columns "),
        ("gold\tprediction\nA\tA\n", "it looks like columns parted by tabs"),
        ("gold, n,prediction,n,gold\nA,1,A,2,A\n", "'gold', 'n': each of these names more than"),
        ("gold,pre\x1b[31m\nA,A\n", r"'pre\x1b[31m'"),
        ("gold,prediction\n", "holds no row"),
        ("", "holds no row"),
    ],
)
def test_a_broken_csv_file_is_refused_with_the_line_that_is_wrong(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "broken.csv"
    file.write_text(text)
    said = audit(file)
    assert (said.code, said.out) == (2, "") and told in said.err


def test_what_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_bytes(b"gold,prediction\n\xff\xfe,A\n")
    assert audit(file).code == 2 and "no UTF-8 text" in audit(file).err
    assert audit(tmp_path / "none.csv").code == 2
    there = jsonl(tmp_path / "r.jsonl", sound())
    assert "no column 'label'. There are: 'gold', 'p" in audit(there, "--gold", "label").err
    unknown = audit(there, "--classes", "A,B")
    assert unknown.code == 2 and "Line 1: the gold answer 'YES' is none of A, B" in unknown.err
    assert audit(there, "--split", "ood").code == 2


def test_names_of_csv_columns_have_no_spaces_around_them(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    rows = "".join(f"{row['gold']},{row['prediction']},,\n" for row in sound())
    file.write_text(f" gold , prediction,,\n{rows}")
    assert audit(file).code == 0


def test_columns_that_play_no_part_are_named_and_numbers_offered_as_shortcuts(
    tmp_path: Path,
) -> None:
    rows = [row | {"rooms": int(row["gold"] == "YES"), "the day": str(i), "note": "x", "odd": "1"}
            for i, row in enumerate(sound())]  # fmt: skip
    rows[7]["odd"] = "?"
    file = as_csv(tmp_path / "r.csv", rows)
    said = audit(file)
    assert said.code == 0
    assert said.out.splitlines()[-1] == (
        "Not used: rooms, the day, note, odd. `--feature rooms --feature 'the day'` tries them as "
        "a shortcut."
    )
    assert audit(file, "--json").json["not_used"] == ["rooms", "the day", "note", "odd"]
    tried = audit(file, "--feature", "rooms")
    assert tried.code == 1 and "one question about one feature" in tried.out
    assert "Not used: the day, note, odd." in tried.out
    assert "Not used" not in audit(jsonl(tmp_path / "r.jsonl", sound())).out


def test_a_student_is_the_prediction_where_no_better_name_is_there(tmp_path: Path) -> None:
    rows = [{"gold": row["gold"], "student": row["prediction"], "baseline": "NO"}
            for row in sound()]  # fmt: skip
    known = audit(jsonl(tmp_path / "r.jsonl", rows), "--json").json
    assert known["columns"] == {"gold": "gold", "prediction": "student", "second": "baseline"}
    better = [row | {"student": "smollm2", "prediction": row["gold"]} for row in rows]
    known = audit(jsonl(tmp_path / "b.jsonl", better), "--json").json
    assert known["columns"]["prediction"] == "prediction" and known["not_used"] == ["student"]


def test_the_example_is_judged_without_being_told_its_columns() -> None:
    said = audit(Path(__file__).parents[2] / "examples" / "meeting-rooms.jsonl")
    assert (said.code, said.err) == (1, "") and "student" in said.out.splitlines()[0]


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_judged(tmp_path: Path) -> None:
    rows = [row | {"id": i, "baseline": "YES"} for i, row in enumerate(sound(100_000, 80_000))]
    said = audit(jsonl(tmp_path / "big.jsonl", rows), "--json")
    assert said.code == 0 and said.json["problems"] == 100_000


def log_of_harness(n: int = 60, right: int = 50) -> list[dict[str, Any]]:
    """Rows as lm-eval-harness logs samples of a generating task."""
    return [
        {
            "doc_id": i,
            "doc": {"question": f"What is {i} + 700?", "answer": f"{i} + 700\n#### {i + 700}"},
            "target": f"We add the hundreds.\n#### {i + 700}",
            "arguments": {"gen_args_0": {"arg_0": f"What is {i} + 700?"}},
            "resps": [[f"We add. The answer is {i + 700}." if i < right else "I do not know."]],
            "filtered_resps": [f"{i + 700}" if i < right else "[invalid]"],
            "filter": "strict-match",
            "metrics": ["exact_match"],
            "exact_match": float(i < right),
        }
        for i in range(n)
    ]


def test_a_sample_log_of_lm_eval_is_judged_without_a_word(tmp_path: Path) -> None:
    """Everything stands in lists there, of one (E1)."""
    file = jsonl(tmp_path / "samples_gsm8k.jsonl", log_of_harness())
    said = audit(file, "--json")
    assert said.code == 0, said.out
    assert said.json["columns"] == {
        "gold": "target", "prediction": "filtered_resps", "score": "exact_match",
        "reply": "resps", "problem": "doc_id",
    }  # fmt: skip
    system = said.json["system"]
    assert (system["right"], system["unparsed"], system["accuracy"]) == (50, 10, 50 / 60)
    assert system["claimed"] == system["reread"] == 50 / 60
    unscored = [{key: row[key] for key in ("target", "filtered_resps")} for row in log_of_harness()]
    assert audit(jsonl(tmp_path / "u.jsonl", unscored), "--json").json["system"]["right"] == 50


def test_a_log_of_choices_is_judged_by_the_likeliest_one(tmp_path: Path) -> None:
    def choices(likeliest: int) -> list[list[str]]:
        return [[f"-{3 + (i != likeliest)}.5", "False"] for i in range(4)]

    rows = [
        {"doc_id": i, "target": i % 4, "acc": float(i < 90), "resps": [choices(0)],
         "filtered_resps": choices(i % 4 if i < 90 else (i + 1) % 4)}
        for i in range(100)
    ]  # fmt: skip
    said = audit(jsonl(tmp_path / "samples_mmlu.jsonl", rows), "--json")
    assert said.code == 0 and said.json["system"]["right"] == 90
    assert said.json["system"]["reread"] is None, "log-probabilities are no reply"


@pytest.mark.parametrize(
    ("gold", "prediction"),
    [
        (["18"], "18"),
        ("18", ["18"]),
        ("Paris", [["Paris"]]),
        ([18], "18.0"),
        (["café"], ["cafe\u0301"]),
    ],
)
def test_a_list_of_one_is_what_it_holds(tmp_path: Path, gold: Any, prediction: Any) -> None:
    rows = [{"gold": gold, "prediction": prediction}, {"gold": "other", "prediction": ["a", "b"]}]
    found = audit(jsonl(tmp_path / "r.jsonl", rows), "--json").json
    assert found["system"]["right"] == 1
