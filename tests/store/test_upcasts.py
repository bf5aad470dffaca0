"""Each old schema of each kind, as the version of its time wrote it, is read as today's."""

import json
from pathlib import Path

import pytest

from tutelage.graph.measure.channel_rule import words_harm, words_help
from tutelage.store import EMPTY, Strategy
from tutelage.store.events import (
    AttemptJudged,
    Event,
    GateDecided,
    ProbeDecided,
    ProposalRefused,
    Reflected,
    RoundOpened,
    StrategyProposed,
)
from tutelage.store.events.event import Payload
from tutelage.store.events.upcasts import KINDS, revive

GOLDEN = Path(__file__).parent / "golden"
OLD = [(name, schema) for name, kind in KINDS.items() for schema in range(1, kind.newest_schema())]


def golden(kind: str, schema: int) -> list[tuple[Payload, Event]]:
    """Old events as they were written, and as they are read now."""
    lines = (GOLDEN / f"{kind}-{schema}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert rows and {(row["kind"], row["schema"]) for row in rows} == {(kind, schema)}
    return [
        (json.loads(it["payload"]), revive(it["stream"], it["slot"], kind, schema, it["payload"]))
        for it in rows
    ]


@pytest.mark.parametrize(("kind", "schema"), OLD)
def test_every_old_schema_has_a_golden_file_that_is_read_without_loss(
    kind: str, schema: int
) -> None:
    for payload, event in golden(kind, schema):
        told = event.model_dump(mode="json")
        assert type(event) is KINDS[kind]
        for name, value in payload.items():
            assert _holds(told[name], value), f"{kind}.{name}"
        assert told.keys() - payload.keys() >= {"stream", "slot", "kind"}


def _holds(told: object, said: object) -> bool:
    """Tell whether all old fields are kept; fields that came later may stand beside them."""
    if isinstance(said, dict) and isinstance(told, dict):
        return all(name in told and _holds(told[name], said[name]) for name in said)
    if isinstance(said, list) and isinstance(told, list):
        return len(said) == len(told) and all(map(_holds, told, said))
    return told == said


def test_a_probe_kept_no_p_so_its_channel_and_interval_say_whether_words_help() -> None:
    probes = [event for _, event in golden("ProbeDecided", 1)]

    found = [(e.p, words_help(e), words_harm(e)) for e in probes if isinstance(e, ProbeDecided)]
    assert found == [(None, True, False), (None, False, False), (None, False, True)]


def test_a_round_was_opened_with_its_parent_as_the_incumbent_and_no_frontier() -> None:
    events = [event for _, event in golden("RoundOpened", 1)]

    assert [(e.incumbent, e.fronts) for e in events if isinstance(e, RoundOpened)] == [("", {})] * 2
    assert isinstance(events[0], RoundOpened) and events[0].strategy == EMPTY.hash


def test_a_reflection_read_everything_at_once() -> None:
    for _, event in golden("Reflected", 1):
        assert isinstance(event, Reflected)
        assert (event.contrasts, event.gaps_closed, event.groups) == ((), (), 1)


def test_a_proposal_has_the_hash_that_it_was_written_with_and_says_whose_it_is() -> None:
    made = [event for _, event in golden("StrategyProposed", 1)]

    assert [e.origin for e in made if isinstance(e, StrategyProposed)] == [
        "teacher",
        "teacher",
        "import",
    ]
    for event in made:
        assert isinstance(event, StrategyProposed)
        assert Strategy(rules=event.rules).hash == event.strategy
        assert {(rule.level, rule.made_from) for rule in event.rules} == {("method", ())}


def test_a_refusal_kept_no_edits() -> None:
    ((_, event),) = golden("ProposalRefused", 1)

    assert isinstance(event, ProposalRefused)
    assert (event.edits, event.parent) == ((), "")


def test_a_gate_claimed_a_gain_by_one_reply_a_problem_and_stopped_for_nothing() -> None:
    (_, measured), (_, untrained) = golden("GateDecided", 1)

    for event in (measured, untrained):
        assert isinstance(event, GateDecided)
        assert (event.claim, event.replicates, event.saved) == ("better", 1, 0)
        assert event.planned == event.pairs + event.missing


def test_an_attempt_of_schema_1_knows_its_judge_only_where_its_feedback_told() -> None:
    attempts = [event for _, event in golden("AttemptJudged", 1)]

    told = [event.judged_by for event in attempts if isinstance(event, AttemptJudged)]
    assert told == ["unsafe: no protections", "", ""]


def test_an_attempt_before_schema_3_names_no_judge_and_no_doubt() -> None:
    attempts = [event for schema in (1, 2) for _, event in golden("AttemptJudged", schema)]

    told = {(it.judge, it.doubt) for it in attempts if isinstance(it, AttemptJudged)}
    assert told == {("", "")}
