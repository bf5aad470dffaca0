"""Frauds are planted, and each is refused and named."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.domains.contract import Problem, Split
from tutelage.graph.config import ConfigError

from .graph.fakes import Parity
from .graph.world import small_run


def audited(folder: Path, rows: Sequence[Mapping[str, Any]]) -> tuple[int, dict[str, Any]]:
    """What `tutelage audit` says of a file that holds these rows, and nothing else."""
    file = folder / "results.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    said = CliRunner().invoke(app, ["audit", str(file), "--json"])
    return said.exit_code, json.loads(said.stdout)


def refusals(verdict: Mapping[str, Any]) -> dict[str, str]:
    return {it["name"]: it["said"] for it in verdict["findings"] if it["refuses"]}


def test_a_constant_predictor_on_an_unbalanced_set_is_refused_from_a_file_alone(
    tmp_path: Path,
) -> None:
    rows = [{"gold": "NO" if i % 20 == 0 else "YES", "prediction": "YES"} for i in range(200)]
    code, verdict = audited(tmp_path, rows)
    assert code == 1 and verdict["system"]["accuracy"] == 0.95
    found = refusals(verdict)
    assert found["constant"] == "prediction answers YES whatever is asked"
    assert "no more than the 95.0% of always answering YES" in found["not beaten"]
    assert verdict["sentence"].startswith("The claim does not stand: prediction is right on 95.0%")
    assert "it answers YES whatever is asked" in verdict["sentence"]


MEETINGS = ["YES"] * 132 + ["NO"] * 18
"""The labels of the original work's test set."""
STUDENT = ["YES"] * 128 + ["NO"] * 4 + ["NO"] + ["YES"] * 17
"""Its 3B student, as published: TP 128, FN 4, TN 1, FP 17. The baseline said NO to everything."""


def test_the_headline_of_the_original_work_is_refused_from_a_file_alone(tmp_path: Path) -> None:
    rows = [
        {"gold": gold, "prediction": said, "baseline": "NO"}
        for gold, said in zip(MEETINGS, STUDENT, strict=True)
    ]
    code, verdict = audited(tmp_path, rows)
    assert code == 1
    assert (
        "right on 86.0% of 150 problems, below the 88.0% of always answering YES"
        in (verdict["sentence"])
    )
    assert verdict["system"]["balanced_accuracy"] == pytest.approx(0.513, abs=5e-4)
    assert verdict["system"]["mcc"] == pytest.approx(0.046, abs=5e-4)
    assert refusals(verdict)["constant"].endswith("or nearly: 96.7% of the time")
    floor, baseline = verdict["tests"]
    assert not floor["beaten"] and floor["test"] == "exact McNemar test"
    assert baseline["beaten"] and baseline["gain"] == pytest.approx(0.74), "and that is no claim"
    assert verdict["second"]["accuracy"] == 0.12 and verdict["second"]["constant"] == "NO"
    assert any("so to beat it shows nothing" in it["said"] for it in verdict["findings"])


def short_sighted(reply: str) -> str:
    """The original work's parser: YES counts in the first 50 characters only."""
    return "YES" if "YES" in reply[:50] else "NO"


def test_a_parser_that_reads_fifty_characters_is_refused_from_a_file_with_the_replies(
    tmp_path: Path,
) -> None:
    early = ["Counting", "the", "meetings", "hour", "by", "hour"]
    late = ["and", "comparing", "with", "the", "rooms", "that", "are", "there"]
    rows = []
    for i, gold in enumerate(MEETINGS):
        words = [*early[: i % 7], *(late if i % 5 < 2 else [])]
        reply = f"{' '.join(words)}: the answer is {gold}.".lstrip(": ")
        rows.append({"gold": gold, "prediction": short_sighted(reply), "reply": reply})
    code, verdict = audited(tmp_path, rows)
    assert code == 1
    said, system = refusals(verdict)["parser"], verdict["system"]
    assert system["reread"] == 1.0 and system["accuracy"] < 0.75
    missed = sum(row["gold"] != row["prediction"] for row in rows)
    assert said.startswith(f"{missed} of the {missed} replies of prediction that were scored wrong")
    assert said.endswith(
        "100.0% is what was said (it stops reading somewhere from character 48 to 53)"
    )
    read = [{**row, "prediction": row["gold"]} for row in rows]
    code, verdict = audited(tmp_path, read)
    assert code == 0, "the same replies, read to their ends, bear the claim out"


class Rehearsed(Parity):
    """Its validation problems are its training problems, asked in other words."""

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        if split != "val":
            return super().problems(split, n, seed)
        asked = super().problems("train", n, seed)
        return [Problem(**{**vars(p), "text": p.text.replace("Is the", "Would you call the")})
                for p in asked]  # fmt: skip


class Renamed(Parity):
    """Its test holds training problems under other names, with another mark at the end."""

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        asked = super().problems(split, n, seed)
        if split != "test":
            return asked
        (old,) = super().problems("train", 1, seed)
        return [*asked[1:], Problem(**{**vars(old), "id": "f" * 16, "text": f"{old.text[:-1]} ?!"})]


@pytest.mark.parametrize(
    ("domain", "told"),
    [(Rehearsed(), "240 problems of val stand in train"), (Renamed(), "1 problems of test stand")],
)
def test_splits_that_share_a_problem_in_other_words_are_never_frozen(
    tmp_path: Path, domain: Parity, told: str
) -> None:
    with pytest.raises(ConfigError, match=told) as refused:
        small_run(tmp_path, domain=domain)
    names = {problem.id for problem in domain.problems("val", 240, 0)} | {"f" * 16}
    assert any(name in str(refused.value) for name in names), "the ids are named"
    assert not (tmp_path / "store").exists(), "nothing was begun"
