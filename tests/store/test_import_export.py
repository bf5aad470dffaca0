"""A strategy leaves one store whole, and enters another as a proposal only."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tutelage.store import Log, Strategies, export_json, import_json, open_log
from tutelage.store.edits import Add, Body, Merge, Split
from tutelage.store.events import StrategyProposed
from tutelage.store.rules import Rule, Strategy
from tutelage.store.strategies.import_export import ImportRefused, to_markdown
from tutelage.store.strategies.versions import Version

from .builders import adds, gate, propose, strategy
from .plans import Plan, plans


@pytest.fixture
def document_text(log: Log) -> str:
    edits = [
        Add(section="Method", text="Count.", when="rooms are few", steps=("running", "peak")),
        Add(section="Checks", text="Vergleiche größte Zahl ≤ Räume."),
    ]
    gate(log, propose(log, edits))
    return export_json(Strategies(log).get("scheduling@1"))


@pytest.fixture
def other_log(tmp_path: Path) -> Log:
    return open_log(tmp_path / "elsewhere")


def test_a_strategy_arrives_whole_as_a_proposal_and_is_not_current(
    log: Log, other_log: Log, document_text: str
) -> None:
    import_json(other_log, document_text)

    arrived = Strategies(other_log).get("scheduling@1")
    assert arrived.strategy == Strategies(log).get("scheduling@1").strategy
    assert (arrived.branch, arrived.stream) == ("scheduling/import", "store")
    assert arrived.status == "proposed"
    assert arrived.gates == (), "what another store measured is no evidence here"
    assert Strategies(other_log).current("scheduling").number == 0
    assert export_json(arrived) != document_text
    assert json.loads(export_json(arrived))["strategy"] == json.loads(document_text)["strategy"]


def test_the_same_document_twice_is_one_proposal(other_log: Log, document_text: str) -> None:
    first = import_json(other_log, document_text)
    again = json.dumps({**json.loads(document_text), "name": "scheduling@7", "measured": []})

    assert import_json(other_log, document_text) == first
    assert import_json(other_log, again) == first
    assert [type(entry.event) for entry in other_log.entries()] == [StrategyProposed]


def test_a_strategy_comes_home_as_the_version_it_was(log: Log, document_text: str) -> None:
    import_json(log, document_text)

    (version,) = Strategies(log).versions()
    assert (version.name, version.stream) == ("scheduling@1", "run")
    assert len(version.gates) == 1


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a word": (lambda it: it["rules"][0].update(text="Count all."), "changed after the export"),
    "the order": (lambda it: it["rules"].reverse(), "changed after the export"),
    "the hash": (lambda it: it.update(strategy="0" * 64), "its hash is 000000000000"),
    "a rule twice": (lambda it: it["rules"].append(it["rules"][0]), "stands twice"),
    "no rules": (lambda it: it.update(rules=[]), "rules: Tuple should have at least 1"),
    "a field more": (lambda it: it.update(extra=1), "extra: Extra inputs"),
    "a field less": (lambda it: it.pop("domain"), "domain: Field required"),
    "a newer format": (lambda it: it.update(format_version=2), "format_version: Input should be 1"),
    "another format": (lambda it: it.update(format="x"), "format: Input should be"),
    "a bad domain": (lambda it: it.update(domain="a/b@1"), "domain: String should match"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_document_that_is_not_whole_is_refused(
    other_log: Log, document_text: str, change: str
) -> None:
    document = json.loads(document_text)
    do, message = CHANGES[change]
    do(document)

    with pytest.raises(ImportRefused, match=message):
        import_json(other_log, json.dumps(document))
    assert list(other_log.entries()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "[" * 100_000, '{"a": "\\ud800"}'])
def test_what_is_no_document_is_refused(other_log: Log, text: str) -> None:
    with pytest.raises(ImportRefused):
        import_json(other_log, text)


def test_half_a_letter_in_a_rule_is_refused(other_log: Log, document_text: str) -> None:
    with pytest.raises(ImportRefused):
        import_json(other_log, document_text.replace("Count.", "Count \\ud800."))


LONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "600 characters": lambda it: it["rules"][0].update(text="x" * 601),
    "section: String should have at most 80": lambda it: it["rules"][0].update(section="x" * 81),
    "300 characters": lambda it: it["rules"][0].update(when="x" * 100_000),
    "name is longer than 200": lambda it: it["rules"][0].update(id="r" * 100_000),
    "a name is longer": lambda it: it["rules"][0].update(steps=["s" * 201]),
    "or too many are": lambda it: it["rules"][0].update(made_from=["r-1"] * 600),
    "at most 500 items": lambda it: it.update(rules=it["rules"] * 251),
    "domain: String should have at most 200": lambda it: it.update(domain="d" * 201),
    "name: String should have at most 200": lambda it: it.update(name="n" * 100_000),
    "5000000 is the most": lambda it: it.update(measured=[{"a": "x" * 5_000_000}]),
    "100 is the most": lambda it: it.update(measured=[{"a": json.loads("[" * 101 + "]" * 101)}]),
}


@pytest.mark.parametrize("said", LONG)
def test_what_no_edit_could_have_written_is_not_imported(
    other_log: Log, document_text: str, said: str
) -> None:
    document = json.loads(document_text)
    LONG[said](document)
    rules = tuple(Rule.model_validate(rule) for rule in document["rules"])
    document["strategy"] = Strategy(rules=rules).hash
    with pytest.raises(ImportRefused, match=said) as told:
        import_json(other_log, json.dumps(document))
    assert len(str(told.value)) < 600 and list(other_log.entries()) == []


def test_a_longer_rule_of_an_older_store_is_still_read(log: Log) -> None:
    rules = (Rule(id="r-1", section="Method", text="word " * 1_000),)
    first = propose(log, adds("Count."))
    log.record(
        first.model_copy(
            update={"slot": "old", "rules": rules, "strategy": Strategy(rules=rules).hash}
        )
    )
    (found,) = [it for it in Strategies(log).versions() if it.strategy.rules == rules]
    assert "word word" in to_markdown(found) and export_json(found)


STORES = itertools.count()


@settings(max_examples=25)
@given(plans())
def test_any_strategy_survives_the_journey(other_log: Log, plan: Plan) -> None:
    if not plan.after.rules:
        return
    domain = f"scheduling-{next(STORES)}"
    version = Version(domain, 1, plan.after, (), "b", "s", "s", "proposed", ())

    event = import_json(other_log, export_json(version))

    assert (event.rules, event.strategy) == (plan.after.rules, plan.after.hash)


def test_level_scope_and_what_a_rule_was_made_from_travel_with_it(log: Log, other_log: Log) -> None:
    edit = Add(section="Method", text="Count.", when="many", when_not="few", level="principle")
    first = propose(log, [edit, *adds("Sort.", "Check and cheer.")])
    one, other, whole = (rule.id for rule in first.rules)
    parts = tuple(
        Body(section="Checks", text=text, level="detail") for text in ("Check.", "Cheer.")
    )
    edits = [
        Merge(rules=(one, other), section="Method", text="Count, then sort.", level="principle"),
        Split(rule=whole, into=parts),
    ]
    propose(log, edits, parent=strategy(first), slot="c1/r2/update_strategy/0")
    home = Strategies(log).get("scheduling@2")

    proposal = import_json(other_log, export_json(home))

    arrived = Strategies(other_log).get("scheduling@1").strategy
    assert arrived == home.strategy
    assert proposal.origin == "import"
    assert [(rule.level, rule.made_from) for rule in arrived.rules] == [
        ("principle", (one, other)),
        ("detail", (whole,)),
        ("detail", (whole,)),
    ]
    markdown = to_markdown(home)
    assert f"  - level: principle\n  - made from: `{one}`, `{other}`\n" in markdown
    assert markdown.count(f"  - made from: `{whole}`\n") == 2
    before = to_markdown(Strategies(log).get("scheduling@1"))
    assert "  - when: many\n  - not when: few\n  - level: principle\n" in before
    assert "made from" not in before and "level: method" not in before


def test_the_empty_strategy_is_not_exported(log: Log) -> None:
    with pytest.raises(ValueError, match="no rules"):
        export_json(Strategies(log).get("scheduling@0"))


def test_markdown_shows_rules_by_section_and_what_was_measured(
    log: Log, document_text: str
) -> None:
    version = Strategies(log).get("scheduling@1")
    first, second = version.strategy.rules

    assert to_markdown(version) == (
        "# scheduling@1\n"
        "\n"
        f"Status: accepted. Hash: `{version.hash}`. Parents: `{version.parents[0][:12]}`.\n"
        "\n"
        "## Method\n"
        "\n"
        f"- Count. `{first.id}`\n"
        "  - when: rooms are few\n"
        "  - writes out: peak, running\n"
        "\n"
        "## Checks\n"
        "\n"
        f"- Vergleiche größte Zahl ≤ Räume. `{second.id}`\n"
        "\n"
        "## Measured\n"
        "\n"
        f"- against `{version.parents[0][:12]}`: accept; gain +21.0 points, 95 % interval +10.0 "
        "to +32.0, 96 pairs, p 0.0004, through words\n"
    )
    assert "Not yet" in to_markdown(Strategies(log).get("scheduling@0"))


def test_line_breaks_in_a_rule_do_not_break_the_list(log: Log) -> None:
    propose(log, adds("Count.\n# Not a heading"))

    assert "- Count. # Not a heading `" in to_markdown(Strategies(log).get("scheduling@1"))
