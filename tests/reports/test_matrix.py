"""The portability matrix: who is helped, who is harmed, who is deaf to words."""

import json
from pathlib import Path

import pytest
from scipy.stats import binomtest

from tutelage.commands.report import print_results
from tutelage.commands.workspace import Workspace
from tutelage.evidence.attribution.contrasts import Gain, compare
from tutelage.evidence.effects import shows_loss
from tutelage.evidence.gate.power import smallest_detectable
from tutelage.graph.context import Run
from tutelage.graph.measure.channel_rule import words_harm, words_help
from tutelage.graph.measure.portability import measure_portability, promotion_bar
from tutelage.graph.measure.portability_rule import smallest_harm
from tutelage.graph.measure.probe import expert_strategy, probe
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.reports import write_results
from tutelage.reports.portability import cell_text, portability_matrix
from tutelage.reports.strategy_story import strategy_story
from tutelage.store.edits import Add
from tutelage.store.events import AttemptJudged, GateDecided, PortabilityMeasured

from ..graph.fakes import RULES, Coach, Parity, Pupil
from ..graph.validators import (
    DEAF,
    HARMED,
    OBEDIENT,
    SHORT,
    TRIO,
    Fixed,
    gate_of,
    propose,
    run_with,
)
from ..graph.world import config
from .pages import Page

PLACE = "c1/r1/validate/1"


def test_the_matrix_tells_which_harm_so_many_pairs_would_have_shown(tmp_path: Path) -> None:
    run = run_with(tmp_path, Fixed())
    measure_portability(run, gate_of(run), PLACE)
    shown = portability_matrix(run.log, run.id)
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
    assert (found.channel, words_help(found), words_harm(found)) == ("words", False, True)
    measure_portability(run, gate_of(run, gain=0.1, low=-0.1, high=0.3, decision="indecisive"), "c")
    shown = portability_matrix(run.log, run.id)
    assert shown is not None and shown.columns[0].hears is False
    cell = shown.lines[0].cells[0]
    assert cell is not None and cell.verdict == "unclear", "harmed, so not deaf"


def test_the_matrix_has_a_column_for_the_student_and_names_its_channel(tmp_path: Path) -> None:
    run = run_with(tmp_path, OBEDIENT, HARMED, student=Pupil({"carry": 0.45}))
    assert probe(run, expert_strategy(run)).channel == "weights"
    gate = gate_of(run, channel="weights", gain=0.4, low=0.2, high=0.6)
    measure_portability(run, gate, PLACE)
    found = portability_matrix(run.log, run.id)
    assert found is not None
    assert [column.hears for column in found.columns] == [False, True, False]
    (line,) = found.lines
    assert (line.version, line.incumbent, line.promoted) == ("parity@1", "parity@0", False)
    told = [cell_text(column, cell) for column, cell in zip(found.columns, line.cells, strict=True)]
    assert told[0].startswith("deaf to words; through weights: helps +40.0")
    assert told[1].startswith("helps +") and told[2].startswith("harms -")


def test_the_smallest_model_that_can_use_the_words_is_named_with_its_size(tmp_path: Path) -> None:
    small = Pupil({"carry": 0.45}, hears=True, name="smollm2-135m")
    run = run_with(tmp_path, OBEDIENT, small)
    measure_portability(run, gate_of(run), PLACE)
    found = portability_matrix(run.log, run.id)
    assert found is not None
    assert found.smallest().startswith("The smallest model that can use the words is smollm2-135m")
    assert "135M (of unknown size: scripted:pupil, scripted:obedient)" in found.smallest()
    data = json.loads(json.dumps(found.as_json()))
    assert [cell["verdict"] for cell in data["rows"][0]["cells"]] == ["helps", "helps", "helps"]


def test_a_matrix_of_deaf_models_says_that_none_uses_words(tmp_path: Path) -> None:
    run = run_with(tmp_path, DEAF, student=DEAF)
    probe(run, expert_strategy(run))
    measure_portability(run, gate_of(run, channel="weights"), PLACE)
    found = portability_matrix(run.log, run.id)
    assert found is not None and found.smallest() == "None of these models is shown to use words."


def test_a_run_without_validators_has_no_matrix(tmp_path: Path) -> None:
    run = run_with(tmp_path)
    assert measure_portability(run, gate_of(run), PLACE) == []
    assert portability_matrix(run.log, run.id) is None
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
    parts = Overrides(
        domain=Parity([RULES[0]]), student=student, trainer=Coach(), validators=(HARMED, DEAF)
    )
    run = open_run(tmp_path / "store", tmp_path / "runs", told, overrides=parts)
    assert go(run)
    write_results(run.log, run.id, run.folder)
    (gate,) = [e.event for e in run.log.entries(kinds=[GateDecided])]
    assert isinstance(gate, GateDecided) and gate.decision == "accept"
    assert run.current().number == (0 if portable else 1)
    found = portability_matrix(run.log, run.id)
    assert found is not None
    (line,) = found.lines
    assert [cell and cell.verdict for cell in line.cells] == ["helps", "harms", "deaf"]
    assert line.promoted is not portable
    story = " ".join(said for each in strategy_story(run.log) for said in each.said)
    assert "parity@1 harms scripted:harmed: -" in story, "told either way"
    assert ("passed its gate, but it harms scripted:harmed" in story) is portable
    assert ("it harms scripted:harmed bars nothing here" in story) is not portable
    print_results(Workspace(runs=tmp_path / "runs"), run.log, run.id, as_json=False)
    printed = capsys.readouterr().out
    assert "Who else is helped" in printed and "harms -" in printed and "deaf +0.0" in printed
    assert ("parity@1, not promoted" in printed) is portable
    print_results(Workspace(runs=tmp_path / "runs"), run.log, run.id, as_json=True)
    data = json.loads(capsys.readouterr().out)
    assert data["portability"] == json.loads((run.folder / "portability.json").read_text())


def test_the_report_shows_the_matrix_and_leaves_it_for_machines(tmp_path: Path) -> None:
    run = run_with(tmp_path, *TRIO, gate={"require_portable": True})
    measure_portability(run, gate_of(run), PLACE)
    results = write_results(run.log, run.id, run.folder)
    words = Page(results.report.read_text()).words
    part = words[words.index("Who else is helped") :]
    for model, verdict in (("obedient", "helps"), ("harmed", "harms"), ("deaf", "deaf")):
        assert f"scripted:{model}" in part and verdict in part
    assert "the student, size unknown" in part and "validator, size unknown" in part
    assert "parity@1not promoted" in part
    assert "promotes nothing that harms one of these models" in part
    found = portability_matrix(run.log, run.id)
    assert results.portability is not None and found is not None
    assert json.loads(results.portability.read_text()) == json.loads(json.dumps(found.as_json()))


def test_before_a_version_reaches_the_validators_the_report_says_so(tmp_path: Path) -> None:
    run = run_with(tmp_path, *TRIO)
    words = Page(write_results(run.log, run.id, run.folder).report.read_text()).words
    assert "none was tried on the others" in words and "No model was probed to use words" in words


def test_the_cell_of_a_model_that_is_deaf_to_words_says_so_beside_its_size(tmp_path: Path) -> None:
    deaf = Pupil({"carry": 0.45}, hears=False, name="smollm2-135m")
    run = run_with(tmp_path, deaf, gate={"require_portable": True})
    gate = gate_of(run)
    measure_portability(run, gate, PLACE)
    shown = portability_matrix(run.log, run.id)
    assert shown is not None
    column, cell = shown.columns[1], shown.lines[0].cells[1]
    assert (column.size, column.hears, column.badge) == (135e6, False, "deaf to words")
    assert cell_text(column, cell).startswith("deaf +0.0 [") and promotion_bar(run, gate) == ""


@pytest.mark.slow
def test_the_cell_of_the_smallest_real_model_is_what_its_own_replies_say(tmp_path: Path) -> None:
    """Greedy replies differ between processors, so no word is expected: it is counted again."""
    told = config(
        **SHORT | {"loop": {**SHORT["loop"], "batch": 6}},
        domain={"name": "scheduling"},
        validators=["smollm2-135m"],
        gate={"require_portable": True},
    )
    run = open_run(
        tmp_path / "store", tmp_path / "runs", told, overrides=Overrides(student=OBEDIENT)
    )
    run.freeze()
    rule = run.domain.guide.rules[0]
    propose(run, Add(section=rule.section, text=rule.text, steps=tuple(rule.steps)))
    gate = gate_of(run, size=12)
    (found,) = measure_portability(run, gate, PLACE)
    change = recounted(run, f"{PLACE}/portability/1", "candidate", "incumbent", 12)
    assert (found.model, found.pairs, found.missing) == ("smollm2-135m", 12, 0)
    assert (found.gain, found.low, found.high, found.p) == change
    probe = recounted(run, "portability/1/probe", "told", "bare", 6)
    word = "unclear"
    if change.high < 0:
        word = "harms"
    elif change.low <= 0 <= probe.high and not shows_loss(change.gain, change.high, change.p):
        word = "deaf"
    assert found.verdict == word, "a model of its size is never said to be helped"
    assert bool(promotion_bar(run, gate)) is shows_loss(change.gain, change.high, change.p)
    shown = portability_matrix(run.log, run.id)
    assert shown is not None
    column, cell = shown.columns[1], shown.lines[0].cells[1]
    assert (column.model, column.size, column.hears) == ("smollm2-135m", 135e6, False)
    assert column.badge == ("harmed by words" if probe.high < 0 else "deaf to words")
    assert cell_text(column, cell).startswith(f"{word} {100 * change.gain:+.1f} [")
    results = write_results(run.log, run.id, run.folder)
    words = Page(results.report.read_text()).words
    assert "validator, 135M" in words and column not in shown.users()
    assert results.portability is not None
    (row,) = json.loads(results.portability.read_text())["rows"]
    assert row["cells"][1]["verdict"] == word


def recounted(run: Run, slot: str, ours: str, theirs: str, size: int) -> Gain:
    """What SmolLM2's recorded attempts below `slot` say, with its wins and losses counted here."""
    arms: dict[str, dict[str, float]] = {ours: {}, theirs: {}}
    for entry in run.log.entries(stream=run.id, kinds=[AttemptJudged]):
        event = entry.event
        assert isinstance(event, AttemptJudged) and event.model == "smollm2-135m"
        place = event.slot.removeprefix(f"{slot}/").partition("/")[0]
        if event.slot.startswith(f"{slot}/") and place in arms:
            assert run.log.text(event.reply_text), "it said something"
            arms[place][event.problem] = event.score
    mine, other = arms[ours], arms[theirs]
    assert len(mine) == len(other) == size and mine.keys() == other.keys()
    change = compare([mine[it] for it in mine], [other[it] for it in mine])
    wins = sum(mine[it] > other[it] for it in mine)
    losses = sum(mine[it] < other[it] for it in mine)
    assert change.gain == pytest.approx((wins - losses) / size)
    assert change.p == pytest.approx(binomtest(wins, wins + losses).pvalue if wins + losses else 1)
    return change
