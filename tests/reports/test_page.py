"""Admissions of the page: lost replies, leaks, controls, and what is not tried again."""

import json
from pathlib import Path

from tutelage.graph.run import go
from tutelage.reports import write_results
from tutelage.reports.html import plots
from tutelage.store.events import GateDecided
from tutelage.store.rules import EMPTY

from ..graph.world import small_run
from .pages import SMALL, Page, evaluated

HOSTILE = "<script>alert('$1$')</script>"


def test_replies_lost_to_errors_are_counted_on_the_page(tmp_path: Path) -> None:
    words = Page(evaluated(small_run(tmp_path), tuned=110, lost=7).report.read_text()).words
    assert "not counted: 7 of base's 120." in words
    assert "lost to errors" in words[words.index("Who earned the gain") :]
    assert "test, 120 problems" in words


def test_rules_that_carry_sealed_content_are_told_first_and_in_red(tmp_path: Path) -> None:
    leak = {"rule": "r-1", "problem": "abc123", "kind": "quote", "quote": HOSTILE}
    html = evaluated(small_run(tmp_path), tuned=110, leaks=[leak]).report.read_text()
    body = html[html.index("<body>") :]
    told = "Rules of this strategy carry content of sealed problems:"
    assert f'<div class="claim bad"><strong>{told}' in body
    assert body.index(told) < body.index('class="claim good"')
    assert HOSTILE in Page(html).words and "<script" not in html.lower()
    assert "r-1" in Page(html).words and "abc123" in Page(html).words


def test_a_run_with_both_controls_finishes_with_its_report(tmp_path: Path) -> None:
    train = {"examples": 40, "controls": ["labels_only", "placebo"]}
    run = small_run(tmp_path, train=train, **SMALL)
    assert go(run)
    write_results(run.log, run.id, run.folder)
    data = json.loads((run.folder / "attribution.json").read_text())
    assert "base+strategy - placebo+strategy" in {c["name"] for c in data["contrasts"]}
    words = Page((run.folder / "report.html").read_text()).words
    assert "control: as many words in the prompt that say nothing of use" in words
    assert "What its words add to a placebo of equal length" in words


def test_an_arm_that_nobody_foresaw_is_drawn_too() -> None:
    bar = plots.Bar("newcomer", 0.5, 0.4, 0.6, "newcomer")
    assert "newcomer" in plots.arms([plots.Panel("test", [bar], 0.3)])
    assert "newcomer" in plots.slices([("test", ["newcomer"], [bar])])


def test_the_page_says_that_an_indecisive_rule_is_not_tried_again(tmp_path: Path) -> None:
    run = small_run(tmp_path, **SMALL)
    run.freeze()
    assert "not tried again" not in write_results(run.log, run.id, run.folder).report.read_text()
    run.log.record(
        GateDecided(
            stream=run.id,
            slot="c1/r1/validate/1/gate",
            domain="parity",
            candidate="a" * 64,
            incumbent=EMPTY.hash,
            channel="words",
            decision="indecisive",
            reason="Too close to call.",
        )
    )
    html = write_results(run.log, run.id, run.folder).report.read_text()
    assert "indecisive is not tried again against the same incumbent." in Page(html).words


def test_an_arm_that_says_the_same_whatever_is_asked_is_named_under_the_table(
    tmp_path: Path,
) -> None:
    said = Page(evaluated(small_run(tmp_path), tuned=110).report.read_text()).words
    assert "answer shift" in said and "Says the same whatever is asked" not in said
    constant = Page(
        evaluated(small_run(tmp_path / "two"), tuned=60, always="YES").report.read_text()
    )
    assert "Says the same whatever is asked: tuned on test: YES, 100.0 % of its" in constant.words
