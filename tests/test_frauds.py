"""Frauds are planted, and each is refused and named."""

import json
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typer.testing import CliRunner

from tutelage.commands.app import app
from tutelage.domains.contract import Problem, Split
from tutelage.evidence import GateSettings, decide
from tutelage.graph.config.config import ConfigError
from tutelage.graph.context import Run
from tutelage.graph.measure.attribution import placebo
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import attribution, go
from tutelage.graph.state import seed_of
from tutelage.graph.teacher.contract import Ask, Situation, Teacher
from tutelage.graph.teacher.model import ModelTeacher
from tutelage.graph.teacher.rulebook import RulebookTeacher
from tutelage.models.contract import Reply, Request
from tutelage.store.edits import Add, Edit
from tutelage.store.events import (
    AttemptJudged,
    GateDecided,
    ProposalRefused,
    StrategyPromoted,
    StrategyProposed,
)
from tutelage.store.events.event import Event
from tutelage.store.rules import Rule, Strategy

from .graph.fakes import RULES, Coach, Parity, Pupil
from .graph.world import CARRY_HELPS, config, small_run

E = TypeVar("E", bound=Event)


def run_audit(folder: Path, rows: Sequence[Mapping[str, Any]]) -> tuple[int, dict[str, Any]]:
    """Run `tutelage audit` on a file that holds these rows, and nothing else."""
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
    code, verdict = run_audit(tmp_path, rows)
    assert code == 1 and verdict["system"]["accuracy"] == 0.95
    found = refusals(verdict)
    assert found["constant"] == "prediction answers YES whatever is asked"
    assert "no more than the 95.0% of always answering YES" in found["not beaten"]
    assert verdict["sentence"].startswith("The claim does not stand: prediction is right on 95.0%")
    assert "it answers YES whatever is asked" in verdict["sentence"]


ORIGINAL = Path(__file__).parents[1] / "examples" / "meeting-rooms.jsonl"
"""The original work's test set, rebuilt: 132 YES and 18 NO, its 3B student with TP 128, FN 4, TN 1
and FP 17 as published, and its baseline, which says NO to everything."""
MEETINGS = [json.loads(line)["gold"] for line in ORIGINAL.read_text().splitlines()]


def test_the_headline_of_the_original_work_is_refused_from_a_file_alone() -> None:
    said = CliRunner().invoke(app, ["audit", str(ORIGINAL), "--prediction", "student", "--json"])
    code, verdict = said.exit_code, json.loads(said.stdout)
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


def short_sighted_parser(reply: str) -> str:
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
        rows.append({"gold": gold, "prediction": short_sighted_parser(reply), "reply": reply})
    code, verdict = run_audit(tmp_path, rows)
    assert code == 1
    said, system = refusals(verdict)["parser"], verdict["system"]
    assert system["reread"] == 1.0 and system["accuracy"] < 0.75
    missed = sum(row["gold"] != row["prediction"] for row in rows)
    assert said.startswith(f"{missed} of the {missed} replies of prediction that were scored wrong")
    assert said.endswith(
        "100.0% is what was said (it stops reading somewhere from character 48 to 53)"
    )
    read = [{**row, "prediction": row["gold"]} for row in rows]
    code, verdict = run_audit(tmp_path, read)
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


class Smuggler(RulebookTeacher):
    """Proposes what it was given, one set of edits a call."""

    name = "smuggler"

    def __init__(self, *proposals: Sequence[Add]) -> None:
        self._left = [tuple(edits) for edits in proposals]

    def propose(self, ask: Ask, situation: Situation) -> tuple[Edit, ...]:
        return self._left.pop(0) if self._left else ()


def add(text: str, **more: Any) -> Add:
    return Add(section="Method", text=text, rationale="It helps.", **more)


def run_with_teacher(
    home: Path,
    teacher: Teacher,
    *,
    domain: Parity | None = None,
    student: Pupil | None = None,
    trained: bool = True,
    **changes: Any,
) -> Run:
    """A finished run of one round with this teacher, in the words channel."""
    settings = {
        "splits": {"train": 30, "val": 60, "test": 20, "ood": 0},
        "loop": {"cycles": 1, "rounds": 1, "candidates": 3, "batch": 6, "feedback": 4},
        "train": {"examples": 6},
        "gate": {"channel": "words"},
    }
    run = open_run(
        home / "store",
        home / "runs",
        config(**{**settings, **changes}),
        overrides=Overrides(
            domain=domain or Parity(),
            teacher=teacher,
            student=student or Pupil(CARRY_HELPS, hears=True),
            trainer=Coach() if trained else None,
        ),
    )
    assert go(run)
    return run


def events(run: Run, kind: type[E]) -> list[E]:
    found = (entry.event for entry in run.log.entries(stream=run.id, kinds=[kind]))
    return [event for event in found if isinstance(event, kind)]


def reasons(run: Run) -> list[str]:
    return [event.reason for event in events(run, ProposalRefused)]


def test_a_strategy_that_contains_a_validation_problem_is_refused_by_name(tmp_path: Path) -> None:
    (held,) = Parity().problems("val", 18, 0)[17:]
    teacher = Smuggler(
        [add(f"{held.text} Then say {held.answer}.")],
        [add("Look at the last digit only.", when=f"asked: {held.text.lower()}")],
    )
    run = run_with_teacher(tmp_path, teacher)
    assert [("carries" in reason, "val" in reason) for reason in reasons(run)[:2]] == [
        (True, True),
        (True, True),
    ]
    assert not events(run, StrategyProposed) and not events(run, GateDecided)


class Vaults(Parity):
    """Every problem has an answer of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.guide = replace(self.guide, classes=(), reply_format="End with `Answer:` and it.")

    def _problem(self, number: int) -> Problem:
        rng = random.Random(number)
        word = "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(4))
        text = f"Which word opens {number} ?"
        return replace(super()._problem(number), text=text, answer=word)


def test_a_strategy_that_contains_an_answer_is_refused_by_name(tmp_path: Path) -> None:
    domain = Vaults()
    first, second = domain.problems("val", 40, 0)[20::19]
    teacher = Smuggler(
        [add(f"Where you do not know, say {first.answer}.")],
        [add("Guess a word.", when_not=f"{second.answer.upper()} opens it")],
        [add("Guess a word of eight letters.")],
    )
    run = run_with_teacher(tmp_path, teacher, domain=domain)
    told = reasons(run)
    assert all("carries" in reason and "val" in reason for reason in told[:2]) and len(told) == 2
    (proposed,) = events(run, StrategyProposed)
    assert proposed.rules[0].text == "Guess a word of eight letters.", "a rule without one passes"


def test_a_placebo_of_equal_length_is_refused_where_the_strategy_is_accepted(
    tmp_path: Path,
) -> None:
    carry = RULES[0].text
    filler = placebo(Strategy(rules=(Rule(id="r", section="Method", text=carry),))).rules
    teacher = Smuggler([add(carry, steps=("carry",))], [add(rule.text) for rule in filler])
    run = run_with_teacher(tmp_path, teacher, search={"race": False})
    helped, empty = events(run, GateDecided)
    assert (helped.decision, empty.decision) == ("accept", "reject")
    assert empty.gain == 0 and empty.wins == empty.losses == 0
    assert "Both scored the same on all" in empty.reason
    assert [event.strategy for event in events(run, StrategyPromoted)] == [helped.candidate]


class Flattered(Pupil):
    """Does better whenever anything at all stands in its prompt."""

    def _reply(self, request: Request) -> Reply:
        number = int(request.prompt.split()[3])
        right = number % 10 < (9 if request.context else 4)
        return Reply(f"Answer: {('YES', 'NO')[number % 2 == right]}")


def test_words_that_help_as_a_placebo_would_are_named_in_the_headline(tmp_path: Path) -> None:
    teacher = Smuggler([add("Look at the last digit only.")])
    settings = {"examples": 6, "controls": ["placebo"]}
    run = run_with_teacher(tmp_path, teacher, student=Flattered({}), trained=False, train=settings)
    (gate,) = events(run, GateDecided)
    assert gate.decision == "accept", "the gate cannot know: any words help this student"
    said = str(attribution(run.log, run.id)["headline"])
    told = said.split("What its words add to a placebo of equal length: ")[1]
    assert told.startswith("+0.0 points") and "not shown to differ from zero" in told


class Gambler(Pupil):
    """Right by luck alone, with a little more of it under the seeds that it likes."""

    def __init__(self, liked: Collection[int]) -> None:
        super().__init__({})
        self._liked = frozenset(liked)

    def _reply(self, request: Request) -> Reply:
        number = int(request.prompt.split()[3])
        luck = random.Random(f"{request.seed}/{number}").random()
        right = luck < (0.95 if request.seed in self._liked else 0.5)
        return Reply(f"Answer: {('YES', 'NO')[number % 2 == right]}")


def test_a_lucky_seed_is_refused_by_name_where_one_sample_a_problem_would_have_passed(
    tmp_path: Path,
) -> None:
    def gate(home: Path, replicates: int) -> tuple[Run, GateDecided]:
        slot = "c1/r1/validate/1/candidate"
        liked = [seed_of(0, f"{slot}/{p.id}/0") for p in Parity().problems("val", 60, 0)]
        teacher = Smuggler([add("Look at the last digit only.")])
        student = Gambler(liked)
        settings = {"channel": "words", "replicates": replicates}
        run = run_with_teacher(
            home, teacher, student=student, gate=settings, search={"race": False}
        )
        (decided,) = events(run, GateDecided)
        return run, decided

    run, found = gate(tmp_path, 3)
    assert found.decision != "accept" and "a lucky seed" in found.reason
    assert not events(run, StrategyPromoted)
    first = [
        [
            event.score
            for event in events(run, AttemptJudged)
            if event.slot.startswith(f"{arm}/") and event.slot.endswith("/0")
        ]
        for arm in (found.candidate_attempts, found.incumbent_attempts)
    ]
    alone = decide(first[0], first[1], GateSettings(found.alpha))
    assert alone.decision == "accept", "what a gate with one sample a problem would have said"


class Chopped:
    """A model whose typed replies never come to their end."""

    name, batch_size = "scripted:chopped", 8

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        return [self._reply(request) for request in requests]

    def _reply(self, request: Request) -> Reply:
        if request.answer_schema is None:
            return Reply("Answer: NO")
        text = '{"edits": [{"op": "ADD", "section": "Method", "text": "Write down what is carr'
        return Reply(text, outcome="truncated", detail="It was cut at its token limit.")


def test_a_teachers_truncated_reply_becomes_no_candidate_and_is_named(tmp_path: Path) -> None:
    run = run_with_teacher(tmp_path, ModelTeacher(Chopped()))
    assert not events(run, StrategyProposed)
    assert reasons(run) and all("truncated" in reason for reason in reasons(run))


class Rambler(Pupil):
    """Under any rule it begins to explain, and is cut before it comes to an answer."""

    def _reply(self, request: Request) -> Reply:
        if not request.context:
            return super()._reply(request)
        return Reply("First let me look at all the digits of the number", outcome="truncated")


def test_a_students_truncated_replies_are_counted_apart_and_refuse_the_version(
    tmp_path: Path,
) -> None:
    student = Rambler(CARRY_HELPS)
    run = run_with_teacher(
        tmp_path, Smuggler([add("Look at the last digit only.")]), student=student
    )
    (gate,) = events(run, GateDecided)
    assert gate.decision == "reject" and gate.losses > 0
    assert gate.candidate_unparsed == gate.pairs and gate.incumbent_unparsed == 0
    assert gate.reason.endswith(
        f"No answer could be read from {gate.pairs} of its {gate.pairs} replies (incumbent: 0)."
    )
    assert gate.missing == 0, "a reply that was cut is what the student said, and no outage"
