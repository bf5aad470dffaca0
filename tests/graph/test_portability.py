"""What a version does for other models: who is helped, who is harmed, who is deaf to words."""

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.commands.chronicle import chronicle
from tutelage.commands.place import Place
from tutelage.commands.results import show
from tutelage.evidence import smallest_detectable
from tutelage.graph.baseline import expert_strategy, probe
from tutelage.graph.context import Run, Silent
from tutelage.graph.matrix import in_words, matrix, smallest_harm
from tutelage.graph.portability import barred, measure_portability
from tutelage.graph.report import write_results
from tutelage.graph.run import Parts, go, open_run
from tutelage.models.contract import Model, Reply, Request, Usage
from tutelage.store.edits import Add
from tutelage.store.events import GateDecided, PortabilityMeasured, StrategyProposed
from tutelage.store.rules import EMPTY, Strategy

from .fakes import RULES, Coach, Parity, Pupil
from .pages import Page
from .world import config

OBEDIENT = Pupil({"carry": 0.45}, hears=True, name="scripted:obedient")
HARMED = Pupil({"carry": -0.35}, hears=True, name="scripted:harmed")
DEAF = Pupil({"carry": 0.45}, hears=False, name="scripted:deaf")
TRIO: tuple[Model, ...] = (OBEDIENT, HARMED, DEAF)


class Fixed(Pupil):
    """A validator that loses, wins or does not answer the places of a split that a test names.

    Words change `lost` right answers to wrong ones and `won` wrong ones to right ones in the
    validation pool, and make the probe all right (`probe=1`), all wrong (-1) or nothing at all (0).
    """

    def __init__(self, lost: int = 0, won: int = 0, *, silent: int = 0, probe: int = 0) -> None:
        super().__init__({}, name="scripted:fixed")
        self._lost, self._won, self._silent, self._probe = lost, won, silent, probe

    def _reply(self, request: Request) -> Reply:
        number = int(request.prompt.split()[3])
        told = any(rule.text in request.context for rule in RULES)
        place = number % 1000
        if number < 10_000:
            right = told if self._probe > 0 else not told if self._probe < 0 else True
        elif place % 2 == 0 and place < 2 * self._silent:
            return Reply("", outcome="error", detail="The line is dead.")
        else:
            backwards = 29 - place
            right = not told if place < self._lost else told if backwards < self._won else True
        truth, lie = ("NO", "YES") if number % 2 else ("YES", "NO")
        return Reply(f"Answer: {truth if right else lie}", usage=Usage(1, 1))


SHORT: dict[str, Any] = {
    "splits": {"train": 50, "val": 30, "test": 1, "ood": 0},
    "loop": {"cycles": 1, "rounds": 1, "candidates": 1, "batch": 16, "feedback": 4},
    "train": {"examples": 10},
}


def run_with(home: Path, *validators: Model, student: Model = OBEDIENT, **changes: Any) -> Run:
    """A run that began, with the version `parity@1` whose one rule is to carry."""
    run = open_run(
        home / "store",
        home / "runs",
        config(validators=[it.name for it in validators], **SHORT, **changes),
        parts=Parts(domain=Parity(), student=student, trainer=Coach(), validators=validators),
    )
    run.freeze()
    carry = RULES[0]
    propose(run, Add(section=carry.section, text=carry.text, steps=tuple(carry.steps)))
    return run


def propose(run: Run, edit: Add) -> Strategy:
    """A version of one rule, on the run's branch."""
    strategy = Strategy(rules=(edit.rule("r-1"),))
    run.log.record(
        StrategyProposed(
            stream=run.id,
            slot="c1/r1/update_strategy/1",
            domain=run.domain.name,
            branch=run.branch,
            strategy=strategy.hash,
            rules=strategy.rules,
            parents=(EMPTY.hash,),
            edits=(edit,),
        )
    )
    return strategy


def gate_of(run: Run, size: int = 24, **found: Any) -> GateDecided:
    """An accepting gate of `parity@1` on the first problems of the pool."""
    told = {"channel": "words", "decision": "accept", "gain": 0.4, "low": 0.2, "high": 0.6}
    event = GateDecided.model_validate(
        {
            "stream": run.id,
            "slot": "c1/r1/validate/1/gate",
            "domain": run.domain.name,
            "candidate": run.strategies.get(f"{run.domain.name}@1").hash,
            "incumbent": EMPTY.hash,
            "reason": "It helps.",
            "block": [problem.id for problem in run.problems["val"][:size]],
            "pairs": size,
            **told,
            **found,
        }
    )
    return run.log.record(event)


def test_the_cells_say_who_is_helped_who_is_harmed_and_who_is_deaf(tmp_path: Path) -> None:
    run = run_with(tmp_path, *TRIO)
    found = measure_portability(run, gate_of(run), "c1/r1/validate/1")
    assert [(it.model, it.verdict) for it in found] == [
        ("scripted:obedient", "helps"),
        ("scripted:harmed", "harms"),
        ("scripted:deaf", "deaf"),
    ]
    helped, harmed, deaf = found
    assert helped.low > 0 > harmed.high and deaf.gain == 0
    assert {it.pairs for it in found} == {24}


def test_both_arms_of_a_validator_answer_the_gates_block_in_replies_of_their_own(
    tmp_path: Path,
) -> None:
    asked: list[Any] = []
    model = Pupil({"carry": 0.45}, hears=True, name="scripted:obedient", asked=asked)
    run = run_with(tmp_path, model)
    gate = gate_of(run)
    measure_portability(run, gate, "c1/r1/validate/1")
    probe, arms = 2 * run.config.loop.batch, 2 * len(gate.block)
    assert len(asked) == probe + arms
    measure_portability(run, gate, "c1/r1/validate/1")
    assert len(asked) == probe + arms, "what was measured is not asked again"
    measure_portability(run, gate, "c1/r1/validate/2")
    assert len(asked) == probe + 2 * arms, "another gate has its own replies, and no second probe"
    told = [it for it in asked[probe:] if RULES[0].text in it.context]
    assert len(told) == arms, "only the candidate's arm reads the candidate"


def test_a_version_that_was_refused_untried_is_tried_on_nobody(tmp_path: Path) -> None:
    run = run_with(tmp_path, *TRIO)
    refused = gate_of(run, size=0, decision="reject")
    assert measure_portability(run, refused, "c1/r1/validate/1") == []


@pytest.mark.parametrize("portable", [True, False])
def test_harm_bars_a_promotion_only_where_the_config_asks_for_it(
    portable: bool, tmp_path: Path
) -> None:
    run = run_with(tmp_path, OBEDIENT, HARMED, gate={"require_portable": portable})
    gate = gate_of(run)
    measure_portability(run, gate, "c1/r1/validate/1")
    why = barred(run, gate)
    if portable:
        assert "harms scripted:harmed (-" in why and "require_portable" in why
        assert "obedient" not in why
    else:
        assert why == ""


def test_a_deaf_model_bars_nothing(tmp_path: Path) -> None:
    run = run_with(tmp_path, DEAF, gate={"require_portable": True})
    gate = gate_of(run)
    measure_portability(run, gate, "c1/r1/validate/1")
    assert barred(run, gate) == ""


def test_a_model_that_the_probe_calls_deaf_is_still_harmed_where_it_is_shown_to_be(
    tmp_path: Path,
) -> None:
    # All expert rules together change nothing for it; this rule alone does.
    even = Pupil({"carry": -0.35, "check": 0.35}, hears=True, name="scripted:even")
    run = run_with(tmp_path, even, gate={"require_portable": True})
    gate = gate_of(run)
    (found,) = measure_portability(run, gate, "c1/r1/validate/1")
    assert found.verdict == "harms" and "scripted:even" in barred(run, gate)


def tried(home: Path, model: Model, size: int = 24) -> tuple[PortabilityMeasured, str]:
    """What a run that must be portable measures on one validator, and why it bars the version."""
    run = run_with(home, model, gate={"require_portable": True})
    gate = gate_of(run, size=size)
    (found,) = measure_portability(run, gate, "c1/r1/validate/1")
    return found, barred(run, gate)


def test_a_loss_that_only_the_interval_shows_is_a_harm_and_bars(tmp_path: Path) -> None:
    found, why = tried(tmp_path, Fixed(lost=5))
    assert (found.gain, found.pairs) == (pytest.approx(-5 / 24), 24)
    assert found.p > 0.05 and found.high < 0 and found.verdict == "harms"
    assert "it harms scripted:fixed (-21 [-40, -4] on 24 pairs)" in why


def test_a_loss_that_only_the_one_sided_test_shows_bars_and_is_not_called_a_harm(
    tmp_path: Path,
) -> None:
    found, why = tried(tmp_path, Fixed(lost=19, won=9), size=30)
    assert found.low < 0 <= found.high and found.p / 2 <= 0.05 < found.p
    assert found.verdict == "unclear", "nor deaf"
    assert "it likely harms scripted:fixed (one-sided p = 0.044)" in why


def test_a_small_loss_that_nothing_shows_bars_nothing(tmp_path: Path) -> None:
    found, why = tried(tmp_path, Fixed(lost=1))
    assert found.gain < 0 and why == ""


@pytest.mark.parametrize(("silent", "size", "bars"), [(9, 24, False), (10, 24, True), (0, 4, True)])
def test_a_validator_that_answered_too_few_pairs_is_not_measured_well_enough(
    silent: int, size: int, bars: bool, tmp_path: Path
) -> None:
    found, why = tried(tmp_path, Fixed(silent=silent), size=size)
    assert found.pairs == size - silent
    assert ("scripted:fixed was not measured well enough" in why) is bars
    assert (f"both arms answered {found.pairs} of {size} problems" in why) is bars
    assert found.verdict == ("unclear" if bars else "deaf"), "nor is it called deaf then"


def test_what_was_not_measured_well_enough_may_be_measured_again_and_a_harm_stays(
    tmp_path: Path,
) -> None:
    run = run_with(tmp_path, Fixed(), gate={"require_portable": True})
    first, second = (gate_of(run, size=24, slot=f"c1/r{it}/validate/1/gate") for it in (1, 2))
    model = {"stream": run.id, "domain": "parity", "channel": "words", "model": "scripted:fixed"}
    versions = {"candidate": first.candidate, "incumbent": first.incumbent}

    def measured(round_: int, **found: Any) -> None:
        slot = f"c1/r{round_}/validate/1/portability/1"
        event = {"slot": slot, "verdict": "unclear", **model, **versions, **found}
        run.log.record(PortabilityMeasured.model_validate(event))

    measured(1, pairs=3, missing=21, low=-0.5, high=0.5)
    assert "not measured well enough" in barred(run, first)
    measured(2, pairs=24, low=-0.1, high=0.1)
    assert barred(run, second) == ""
    measured(3, pairs=24, gain=-0.3, low=-0.5, high=-0.1, p=0.02, verdict="harms")
    measured(4, pairs=24, low=-0.1, high=0.1)
    assert "it harms scripted:fixed" in barred(run, second)


def test_a_model_that_the_probe_shows_to_be_harmed_by_words_is_never_called_deaf(
    tmp_path: Path,
) -> None:
    heard: list[str] = []

    class Ears(Silent):
        def say(self, text: str) -> None:
            heard.append(text)

    run = run_with(tmp_path, Fixed(probe=-1))
    run.watch = Ears()
    (found,) = measure_portability(run, gate_of(run), "c1/r1/validate/1")
    assert (found.gain, found.verdict) == (0.0, "unclear")
    assert any(it.endswith("16 problems: it is harmed by words.") for it in heard)
    told = "unclear for scripted:fixed (+0 [-14, +14] on 24 pairs); a harm below 28 points"
    assert any(told in it for it in heard)
    shown = matrix(run.log, run.id)
    assert shown is not None
    assert (shown.columns[1].hears, shown.columns[1].badge) == (False, "harmed by words")


def test_the_matrix_tells_which_harm_so_many_pairs_would_have_shown(tmp_path: Path) -> None:
    run = run_with(tmp_path, Fixed())
    measure_portability(run, gate_of(run), "c1/r1/validate/1")
    shown = matrix(run.log, run.id)
    assert shown is not None
    _, cell = json.loads(json.dumps(shown.as_json()))["rows"][0]["cells"]
    assert cell["smallest_harm"] == pytest.approx(smallest_detectable(24, 0.05))
    assert smallest_harm(4) is None, "not even four losses of four are shown"


def test_a_student_without_another_channel_is_not_said_to_be_helped_by_words(
    tmp_path: Path,
) -> None:
    run = run_with(tmp_path, DEAF, student=Fixed(probe=-1))
    run.trainer = None
    found = probe(run, expert_strategy(run))
    assert (found.channel, found.helped, found.harmed) == ("words", False, True)
    measure_portability(run, gate_of(run, gain=0.1, low=-0.1, high=0.3, decision="indecisive"), "c")
    shown = matrix(run.log, run.id)
    assert shown is not None and shown.columns[0].hears is False
    cell = shown.lines[0].cells[0]
    assert cell is not None and cell.verdict == "unclear", "harmed, so not deaf"


def test_the_matrix_has_a_column_for_the_student_and_names_its_channel(tmp_path: Path) -> None:
    run = run_with(tmp_path, OBEDIENT, HARMED, student=Pupil({"carry": 0.45}))
    assert probe(run, expert_strategy(run)).channel == "weights"
    gate = gate_of(run, channel="weights", gain=0.4, low=0.2, high=0.6)
    measure_portability(run, gate, "c1/r1/validate/1")
    found = matrix(run.log, run.id)
    assert found is not None
    assert [column.hears for column in found.columns] == [False, True, False]
    (line,) = found.lines
    assert (line.version, line.incumbent, line.promoted) == ("parity@1", "parity@0", False)
    told = [in_words(column, cell) for column, cell in zip(found.columns, line.cells, strict=True)]
    assert told[0].startswith("deaf to words; through weights: helps +40.0")
    assert told[1].startswith("helps +") and told[2].startswith("harms -")


def test_the_smallest_model_that_can_use_the_words_is_named_with_its_size(tmp_path: Path) -> None:
    small = Pupil({"carry": 0.45}, hears=True, name="smollm2-135m")
    run = run_with(tmp_path, OBEDIENT, small)
    measure_portability(run, gate_of(run), "c1/r1/validate/1")
    found = matrix(run.log, run.id)
    assert found is not None
    assert found.smallest().startswith("The smallest model that can use the words is smollm2-135m")
    assert "135M (of unknown size: scripted:pupil, scripted:obedient)" in found.smallest()
    data = json.loads(json.dumps(found.as_json()))
    assert [cell["verdict"] for cell in data["rows"][0]["cells"]] == ["helps", "helps", "helps"]


def test_a_matrix_of_deaf_models_says_that_none_uses_words(tmp_path: Path) -> None:
    run = run_with(tmp_path, DEAF, student=DEAF)
    probe(run, expert_strategy(run))
    measure_portability(run, gate_of(run, channel="weights"), "c1/r1/validate/1")
    found = matrix(run.log, run.id)
    assert found is not None and found.smallest() == "None of these models is shown to use words."


def test_a_run_without_validators_has_no_matrix(tmp_path: Path) -> None:
    run = run_with(tmp_path)
    assert measure_portability(run, gate_of(run), "c1/r1/validate/1") == []
    assert matrix(run.log, run.id) is None
    assert not list(run.log.entries(kinds=[PortabilityMeasured]))


@pytest.mark.parametrize("portable", [True, False])
def test_a_run_promotes_what_harms_a_model_only_where_it_need_not_be_portable(
    portable: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = config(
        **SHORT,
        validators=[HARMED.name, DEAF.name],
        gate={"require_portable": portable, "channel": "words"},
    )
    student = Pupil({"carry": 0.45}, hears=True)
    parts = Parts(
        domain=Parity([RULES[0]]), student=student, trainer=Coach(), validators=(HARMED, DEAF)
    )
    run = open_run(tmp_path / "store", tmp_path / "runs", told, parts=parts)
    assert go(run)
    (gate,) = [e.event for e in run.log.entries(kinds=[GateDecided])]
    assert isinstance(gate, GateDecided) and gate.decision == "accept"
    assert run.current().number == (0 if portable else 1)
    found = matrix(run.log, run.id)
    assert found is not None
    (line,) = found.lines
    assert [cell and cell.verdict for cell in line.cells] == ["helps", "harms", "deaf"]
    assert line.promoted is not portable
    story = " ".join(said for each in chronicle(run.log) for said in each.said)
    assert "parity@1 harms scripted:harmed: -" in story, "told either way"
    assert ("passed its gate, but it harms scripted:harmed" in story) is portable
    assert ("it harms scripted:harmed bars nothing here" in story) is not portable
    show(Place(runs=tmp_path / "runs"), run.log, run.id, as_json=False)
    printed = capsys.readouterr().out
    assert "Who else is helped" in printed and "harms -" in printed and "deaf +0.0" in printed
    assert ("parity@1, not promoted" in printed) is portable
    show(Place(runs=tmp_path / "runs"), run.log, run.id, as_json=True)
    data = json.loads(capsys.readouterr().out)
    assert data["portability"] == json.loads((run.folder / "portability.json").read_text())


def test_the_report_shows_the_matrix_and_leaves_it_for_machines(tmp_path: Path) -> None:
    run = run_with(tmp_path, *TRIO, gate={"require_portable": True})
    measure_portability(run, gate_of(run), "c1/r1/validate/1")
    results = write_results(run.log, run.id, run.folder)
    words = Page(results.report.read_text()).words
    part = words[words.index("Who else is helped") :]
    for model, verdict in (("obedient", "helps"), ("harmed", "harms"), ("deaf", "deaf")):
        assert f"scripted:{model}" in part and verdict in part
    assert "the student, size unknown" in part and "validator, size unknown" in part
    assert "parity@1not promoted" in part
    assert "promotes nothing that harms one of these models" in part
    found = matrix(run.log, run.id)
    assert results.portability is not None and found is not None
    assert json.loads(results.portability.read_text()) == json.loads(json.dumps(found.as_json()))


def test_before_a_version_reaches_the_validators_the_report_says_so(tmp_path: Path) -> None:
    run = run_with(tmp_path, *TRIO)
    words = Page(write_results(run.log, run.id, run.folder).report.read_text()).words
    assert "none was tried on the others" in words and "No model was probed to use words" in words


@pytest.mark.slow
def test_the_smallest_real_model_is_told_to_be_deaf_to_words(tmp_path: Path) -> None:
    told = config(
        **SHORT | {"loop": {**SHORT["loop"], "batch": 6}},
        domain={"name": "scheduling"},
        validators=["smollm2-135m"],
        gate={"require_portable": True},
    )
    run = open_run(tmp_path / "store", tmp_path / "runs", told, parts=Parts(student=OBEDIENT))
    run.freeze()
    rule = run.domain.guide.rules[0]
    propose(run, Add(section=rule.section, text=rule.text, steps=tuple(rule.steps)))
    gate = gate_of(run, size=12)
    (found,) = measure_portability(run, gate, "c1/r1/validate/1")
    assert (found.model, found.verdict, found.pairs) == ("smollm2-135m", "deaf", 12)
    assert barred(run, gate) == ""
    shown = matrix(run.log, run.id)
    assert shown is not None and shown.columns[1].size == 135e6
    assert in_words(shown.columns[1], shown.lines[0].cells[1]).startswith("deaf ")
