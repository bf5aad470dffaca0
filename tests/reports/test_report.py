"""Promises of a run's report to the person who reads it."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tutelage.domains.contract import Problem
from tutelage.graph.context import Run
from tutelage.graph.run import go
from tutelage.models.contract import Reply, Request
from tutelage.reports import write_results
from tutelage.store.events import Evaluated, GateDecided, StrategyPromoted
from tutelage.trainer.adapter import save_adapter
from tutelage.trainer.manifest import Manifest, read_manifest
from tutelage.trainer.recipe import Recipe

from ..graph.fakes import RULES, Parity, Pupil
from ..graph.world import CARRY_HELPS, small_run
from .pages import SMALL, Page, evaluated

HOSTILE = "<script>alert('$1$')</script>"
TAMED = "where a <b & c> d, or \"x\" = '$1$'"
"""As much of it as a rule may hold: markup never becomes one."""


class HostileParity(Parity):
    """A domain whose problems, topics and rules try to become part of the page."""

    def __init__(self) -> None:
        super().__init__([replace(rule, text=f"{rule.text} {TAMED}") for rule in RULES])

    def _problem(self, number: int) -> Problem:
        fair = super()._problem(number)
        return replace(fair, text=f"{fair.text} {HOSTILE}", topic=f"{fair.topic} {HOSTILE}")


class HostilePupil(Pupil):
    """A student whose replies do the same."""

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        return [replace(it, text=f"{HOSTILE} {it.text}") for it in super().reply(requests)]

    def with_adapter(self, adapter: Path | None) -> "HostilePupil":
        knows = json.loads((adapter / "steps.json").read_text()) if adapter else ()
        return HostilePupil(CARRY_HELPS, knows=knows)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    home = tmp_path_factory.mktemp("report")
    run = small_run(home, domain=HostileParity(), student=HostilePupil(CARRY_HELPS), **SMALL)
    assert go(run)
    write_results(run.log, run.id, run.folder)
    yield run
    run.log.close()


@pytest.fixture(scope="module")
def html(finished: Run) -> str:
    return (finished.folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_a_finished_run_leaves_its_files_in_its_folder(finished: Run) -> None:
    names = {path.name for path in finished.folder.iterdir()}
    assert {"report.html", "strategy.md", "attribution.json", "config.toml"} <= names
    assert not [name for name in names if name.startswith(".")], "no draft is left behind"


def test_the_page_needs_nothing_but_itself(html: str, page: Page) -> None:
    assert page.links and all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= set(page.ids), "no link leads nowhere"
    assert not re.search(r"url\((?!#)|@import", html)
    assert not set(page.tags) & {"script", "link", "img", "iframe", "object"}
    assert len(html.encode()) < 1_500_000
    assert page.open == []


def test_every_id_of_the_page_is_its_own(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))


def test_problems_topics_rules_and_replies_stay_text(html: str, page: Page) -> None:
    assert page.words.count(HOSTILE) > 10 and page.words.count(TAMED) > 5
    assert "<script" not in html.lower()
    assert page.handlers == []


def test_made_twice_it_has_the_same_bytes(finished: Run) -> None:
    files = ("report.html", "strategy.md", "attribution.json")
    before = [(finished.folder / name).read_bytes() for name in files]
    write_results(finished.log, finished.id, finished.folder)
    assert [(finished.folder / name).read_bytes() for name in files] == before


def test_every_promotion_links_to_the_gate_that_allowed_it(finished: Run, html: str) -> None:
    promotions = [e.event for e in finished.log.entries(kinds=[StrategyPromoted])]
    assert promotions
    linked = re.findall(r'class="line promoted">.*?<a href="#(gate-[^"]+)"', html)
    assert len(linked) == len(promotions)
    for anchor in linked:
        at = html.index(f'id="{anchor}"')
        assert "badge accept" in html[at : at + 200]


def test_every_gate_stands_on_the_page_with_its_reason(finished: Run, page: Page) -> None:
    for entry in finished.log.entries(kinds=[GateDecided]):
        assert isinstance(entry.event, GateDecided)
        assert entry.event.reason in page.words


def test_the_page_says_that_the_teacher_is_no_language_model(page: Page) -> None:
    assert "no language model" in page.words
    assert "worked solutions: no model answered" in page.words


def test_the_page_shows_replies_of_all_three_arms(page: Page) -> None:
    samples = page.words[page.words.index("What the replies look like") :]
    assert "of each sort" in samples
    for arm in ("base", "tuned", "labels only"):
        assert re.search(rf"{arm} (right|wrong)", samples)


def test_the_page_tells_how_often_test_was_opened(finished: Run, page: Page) -> None:
    assert "test was opened once" in page.words
    *_, last = finished.log.entries(stream=finished.id)
    assert last.hash in page.words


def test_attribution_json_is_what_the_evaluation_recorded(finished: Run) -> None:
    data = json.loads((finished.folder / "attribution.json").read_text())
    event = finished.log.find(Evaluated, finished.id, "evaluate")
    assert isinstance(event, Evaluated)
    assert data == json.loads(finished.log.text(event.attribution_text))
    assert {"rows", "contrasts", "headline", "internalisation"} <= set(data)
    named = {"split", "student", "strategy", "n", "right", "accuracy", "low", "high", "floor"}
    more = {"unparsed", "balanced_accuracy", "mcc", "missing"}
    habits = {"shift", "usual", "usual_share", "constant"}
    assert all(set(row) == named | more | habits for row in data["rows"])


def test_strategy_md_holds_the_rules_and_what_was_measured(finished: Run) -> None:
    text = (finished.folder / "strategy.md").read_text()
    assert text.startswith(f"# {finished.current().name}\n")
    assert all(rule.text in text for rule in finished.current().strategy.rules)
    assert "accept; gain" in text


def test_what_does_not_beat_its_floor_says_so_first_and_in_red(tmp_path: Path) -> None:
    html = evaluated(small_run(tmp_path), tuned=58).report.read_text()
    body = html[html.index("<body>") :]
    first = re.search(r'<div class="claim ([^"]+)"><strong>([^<]+)', body)
    assert first and first.groups() == ("bad", "The result does not beat its floor.")
    assert "No gain is claimed" in body
    assert body.index("claim bad") < body.index("What was run")


def test_a_lead_that_chance_could_explain_is_no_claim_either(tmp_path: Path) -> None:
    assert 'class="claim bad"' in evaluated(small_run(tmp_path), tuned=64).report.read_text()


def test_a_result_above_its_floor_opens_with_its_headline(tmp_path: Path) -> None:
    html = evaluated(small_run(tmp_path), tuned=110).report.read_text()
    assert 'class="claim good"' in html and "claim bad" not in html
    assert "tuned scores 91.7%" in html


def test_an_unfinished_run_says_so_and_shows_what_there_is(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(node: str) -> None:
        if node == "validate":
            raise Stop

    run = small_run(tmp_path, **SMALL)
    with pytest.raises(Stop):
        go(run, after_node=stop)
    assert not (run.folder / "report.html").exists()
    results = write_results(run.log, run.id, run.folder)
    assert results.attribution is None and not (run.folder / "attribution.json").exists()
    words = Page(results.report.read_text()).words
    assert "This run is not finished." in words and f"tutelage resume {run.id}" in words
    assert "test is still sealed" in words and "test was not opened" in words
    assert "Cycle 1, round 1" in words and "Who earned the gain" not in words
    sealed = {problem.text for problem in run.domain.problems("test", 60, 0)}
    assert not [text for text in sealed if text in words]


def test_a_run_that_only_began_has_a_page_too(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    run.freeze()
    words = Page(write_results(run.log, run.id, run.folder).report.read_text()).words
    assert "No gate has decided yet." in words and "No round yet." in words


def test_the_final_adapter_is_told_its_held_out_scores(finished: Run, tmp_path: Path) -> None:
    data = json.loads((finished.folder / "attribution.json").read_text())
    current = finished.current()
    manifest = Manifest(
        key=data["adapter"],
        base="scripted:pupil",
        dataset="d",
        strategy=current.hash,
        strategy_name=current.name,
        recipe=Recipe(),
        seed=0,
    )

    def write_weights(room: Path) -> None:
        (room / "adapter_model.safetensors").write_bytes(b"weights")

    save_adapter(
        tmp_path / "adapters",
        manifest,
        current.strategy,
        write_weights,
    )
    results = write_results(finished.log, finished.id, tmp_path)
    assert results.adapter == tmp_path / "adapters" / data["adapter"]
    tuned = {
        row["split"]: row["accuracy"]
        for row in data["rows"]
        if row["student"] == "tuned" and not row["strategy"]
    }
    assert read_manifest(results.adapter).held_out == tuned
    assert f"| test | {tuned['test']:.1%} |" in (results.adapter / "README.md").read_text()


def test_an_unknown_run_is_named_with_those_that_exist(finished: Run, tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="Known runs: small"):
        write_results(finished.log, "nowhere", tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
