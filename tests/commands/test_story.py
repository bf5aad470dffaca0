"""The story of strategies: sentences that somebody understands who reads them the first time."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tutelage.graph.context import Run
from tutelage.graph.measure.channel_rule import words_help
from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.reports.event_wording import describe_probe
from tutelage.reports.strategy_story import strategy_story
from tutelage.store.edits import Add, Deprecate, Merge, Split, Update
from tutelage.store.events import (
    CreditMeasured,
    ProbeDecided,
    ProposalRefused,
    ReviewAnswered,
    ReviewAsked,
    RuleDecision,
)
from tutelage.store.rules import EMPTY, Strategy

from ..graph.fakes import Coach, Parity, Pupil
from ..graph.pen import Pen
from ..graph.world import config
from .conftest import Said, Type

SHORT: dict[str, Any] = {
    "splits": {"train": 60, "val": 80, "test": 20, "ood": 8},
    "loop": {"cycles": 1, "rounds": 2, "candidates": 2, "batch": 8, "feedback": 8},
    "train": {"examples": 20},
}


def in_order(text: str, sentences: Iterable[str]) -> None:
    """Each of `sentences`, regular expressions, stands in `text` behind the one before."""
    at = 0
    for sentence in sentences:
        found = re.compile(sentence).search(text, at)
        assert found, f"after {text[max(0, at - 200) : at]!r} there is no {sentence!r}"
        at = found.end()


def test_the_log_of_a_run_through_weights_reads_as_a_story(
    finished_run: Path, type_words: Type
) -> None:
    text = type_words(finished_run, "strategy", "log", "parity").out
    in_order(
        text,
        [
            "How the strategies came to be",
            "Run small\n",
            r"Begun .* UTC: the domain's own rulebook .*no language model.* teaches scripted:pupil",
            r"As far as 8 problems tell, scripted:pupil is deaf to words: .* \+0\.0 points",
            "So each gate works through weights: two adapters are trained alike",
            "Cycle 1, round 1\n",
            r"It starts from parity@0 \(no rules yet\)",
            r"The student answered 8 times on training problems: \d right",
            r"The teacher read \d attempts?\. What went wrong: slip \d",
            r"It drew 1 lesson:\n *- \d of \d attempts: slip",
            r"The teacher proposed parity@1:\n *add r-[0-9a-f]{10} \[\w+\] \".*\"\n",
            "because: Claims to address slip",
            r"The gate (accepted|rejected|refused|could not decide about) parity@1",
            "Cycle 1, round 2\n",
            "End of cycle 1\n",
            r"parity@\d was passed into the student's weights: adapter [0-9a-f]{16}",
            r"The tuned student then met 8 fresh problems: \d right",
            "The end\n",
            "The run was measured on sealed problems. On 20 test problems tuned scores",
            r"What each rule of parity@\d is worth, in points of the student's score",
            r"  r-[0-9a-f]{10} \[Method\] .*\n    helps: \+",
            r"the gate of parity@\d, which brought it, through weights",
            "the worth is the gain of that whole version over the one it was gated against",
            "In the weights channel there is no other measure",
            "no gate's verdict",
        ],
    )
    assert "\x1b" not in text


def test_a_round_that_promotes_nothing_says_what_stays(
    finished_run: Path, type_words: Type
) -> None:
    told = type_words(finished_run, "strategy", "log", "--json").json["told"]
    rounds = {each["chapter"] for each in told if "round" in each["chapter"]}
    happy = {each["chapter"] for each in told if each["what"] == "promoted"}
    kept = [each for each in told if each["what"] == "kept" and "Nothing" in each["said"][-1]]
    assert {each["chapter"] for each in kept} == rounds - happy
    assert all(re.search(r"parity@\d stays\.", each["said"][-1]) for each in kept)


def test_every_sentence_names_the_event_it_was_read_from(
    finished_run: Path, type_words: Type
) -> None:
    told = type_words(finished_run, "strategy", "log", "--json").json["told"]
    assert all(each["event"] or each["what"] == "kept" for each in told)
    assert [each["what"] for each in told[:2]] == ["begun", "probed"]


def test_the_worth_of_a_rule_through_weights_is_the_effect_of_the_gate_that_brought_it(
    finished_run: Path, type_words: Type
) -> None:
    data = type_words(finished_run, "strategy", "log", "--json").json
    versions = type_words(finished_run, "strategy", "list", "--json").json
    (current,) = [each for each in versions if each["status"] == "current"]
    inside = [each for each in data["worth"]["parity"] if each["in_version"]]
    assert len(inside) == current["rules"]
    for each in inside:
        worth = each["worth"]
        assert (worth["source"], worth["channel"]) == ("gate", "weights")
        (brought,) = [it for it in versions if it["version"] == worth["version"]]
        assert worth["gain"] in {gate["gain"] for gate in brought["gates"]}
    text = type_words(finished_run, "strategy", "blame", "parity").out
    assert "worth: helps: +" in text and "cannot be left out by itself" in text
    report = type_words(finished_run, "report", "small", "--json").json
    assert {it["rule"] for it in report["worth"] if it["in_version"]} == {
        it["rule"] for it in inside
    }


CARRY = Add(section="Method", text="Carry on paper.", rationale="Slips come from carrying.")
BOTH = Add(section="Method", text="Check the result and name the parity.", when="it is long")


def told_of(run: Run) -> str:
    return "\n".join(line for each in strategy_story(run.log) for line in each.said)


@pytest.fixture
def pen(tmp_path: Path) -> Iterator[Pen]:
    told = config(**SHORT, gate={"require_portable": True}, validators=["scripted:a"])
    others = Overrides(domain=Parity(), student=Pupil({}), trainer=Coach(), validators=())
    run = open_run(tmp_path / "store", tmp_path / "runs", told, overrides=others)
    run.freeze()
    yield Pen(run)
    run.log.close()


def test_edits_are_told_in_words_with_the_rules_they_touch(pen: Pen) -> None:
    first = pen.propose("c1/r1/update_strategy/1", EMPTY, CARRY, BOTH)
    carry, both = first.rules
    parts = (
        Add(section="Method", text="Check the result."),
        Add(section="Method", text="Name the parity."),
    )
    split = Split(rule=both.id, into=tuple(_body(it) for it in parts), rationale="It said two.")
    second = pen.propose("c1/r1/update_strategy/2", first, split)
    _, check, name = second.rules
    merged = Merge(rules=(carry.id, check.id), section="Method", text="Carry, then check.")
    third = pen.propose("c1/r1/update_strategy/3", second, merged)
    pen.propose(
        "c1/r1/update_strategy/4",
        third,
        Update(rule=third.rules[0].id, text="Carry; check."),
        Deprecate(rule=name.id, rationale="It costs points."),
        origin="ledger",
    )
    in_order(
        told_of(pen.run),
        [
            f'add {carry.id} \\[Method\\] "Carry on paper\\."\n *because: Slips come from',
            f'add {both.id} .*parity\\." \\(when it is long\\)',
            f'split {both.id} "Check the result and name the parity\\." into {check.id} .* and '
            f"{name.id}",
            f'merge {carry.id} "Carry on paper\\." and {check.id} .* into {third.rules[0].id}',
            "The ledger of what rules are worth proposed parity@4:",
            f'change {third.rules[0].id}: text to "Carry; check\\."',
            f'take out {name.id} "Name the parity\\."\n *because: It costs points',
        ],
    )


def test_the_way_from_one_version_to_another_is_told_in_the_same_words(
    pen: Pen, tmp_path: Path, type_words: Type
) -> None:
    first = pen.propose("c1/r1/update_strategy/1", EMPTY, CARRY, BOTH)
    carry, both = (rule.id for rule in first.rules)
    body = {"section": "Method", "text": "Carry and check."}
    merged = pen.propose("c1/r1/update_strategy/2", first, Merge(rules=(carry, both), **body))
    new = merged.rules[0].id
    last = pen.propose(
        "c1/r1/update_strategy/3", merged, Update(rule=new, when="it is long"), CARRY
    )
    place = Update(rule=last.rules[1].id, place=1)
    pen.propose("c1/r1/update_strategy/4", last, place, Deprecate(rule=new))

    def edits(old: int, new: int, *more: str) -> Said:
        words = (f"parity@{old}", f"parity@{new}", "--edits", *more)
        return type_words(tmp_path, "strategy", "diff", *words)

    assert edits(1, 2).out == (
        f'merge {carry} "Carry on paper." and {both} "Check the result and name the parity." into '
        f'{new} [Method] "Carry and check."\n'
    )
    assert edits(2, 3).out == (
        f'add {last.rules[1].id} [Method] "Carry on paper."\nchange {new}: when to "it is long"\n'
    )
    assert edits(3, 4).out == f'take out {new} "Carry and check."\n'
    assert edits(4, 4).out == ""
    assert edits(1, 2, "--json").json["edits"] == [
        {"op": "MERGE", "rules": [carry, both], "when": "", "when_not": "", "steps": [],
         "level": "method", **body}
    ]  # fmt: skip
    assert edits(2, 3, "--json").json["edits"][1] == {
        "op": "UPDATE",
        "rule": new,
        "when": "it is long",
    }


def _body(edit: Add) -> Any:
    return {"section": edit.section, "text": edit.text}


def test_a_merge_of_versions_says_what_it_takes_over_from_the_other(pen: Pen) -> None:
    ours = pen.propose("c1/r1/update_strategy/1", EMPTY, CARRY)
    theirs = pen.propose("c1/r1/update_strategy/2", EMPTY, BOTH)
    both = Strategy(rules=(*ours.rules, *theirs.rules))
    pen.merge("c1/r2/update_strategy/1", both, ours, theirs)
    in_order(
        told_of(pen.run),
        [
            "parity@1 and parity@2 were merged rule by rule into parity@3:",
            f"take over {theirs.rules[0].id} .*name the parity",
        ],
    )


def test_a_harmful_version_is_told_as_passed_over_and_a_smaller_gain_too(pen: Pen) -> None:
    pen.open("c1/r1", EMPTY, incumbent=EMPTY.hash, fronts={EMPTY.hash: 3, "c" * 64: 1})
    carry = pen.propose("c1/r1/update_strategy/1", EMPTY, CARRY)
    both = pen.propose("c1/r1/update_strategy/2", EMPTY, BOTH)
    third = pen.propose("c1/r1/update_strategy/3", EMPTY, CARRY, BOTH)
    harmful = pen.gate("c1/r1/validate/1/gate", carry, EMPTY)
    pen.carry("c1/r1/validate/1/portability/1", harmful, "scripted:a", "harms", -0.3)
    pen.gate("c1/r1/validate/2/gate", both, EMPTY, saved=12, replicates=2, replicate_gain=0.05)
    best = pen.gate("c1/r1/validate/3/gate", third, EMPTY, gain=0.4)
    pen.carry("c1/r1/validate/3/portability/1", best, "scripted:a", "deaf", 0.0)
    pen.promote(best)
    pen.open("c1/r2", third, incumbent=third.hash)
    in_order(
        told_of(pen.run),
        [
            "tried on scripted:a too",
            r"Among the best on the frontier's problems: parity@0 on 3",
            r"parity@1 harms scripted:a: -30\.0 points",
            r"It was stopped early as all but lost: 12 replies were saved",
            r"Each arm answered 2 times; .* luck alone made 5\.0 points",
            "scripted:a is deaf to it",
            "parity@3 was promoted",
            r"parity@1 passed its gate, but it harms scripted:a, and .*require_portable",
            "parity@2 passed its gate too; of a round only the largest gain is promoted",
        ],
    )


def test_a_version_that_was_hardly_measured_is_told_as_passed_over(pen: Pen) -> None:
    pen.open("c1/r1", EMPTY, incumbent=EMPTY.hash)
    carry = pen.propose("c1/r1/update_strategy/1", EMPTY, CARRY)
    gate = pen.gate("c1/r1/validate/1/gate", carry, EMPTY)
    at = "c1/r1/validate/1/portability/1"
    pen.carry(at, gate, "scripted:a", "unclear", 0.0, pairs=9, missing=31)
    pen.open("c1/r2", EMPTY, incumbent=EMPTY.hash)
    in_order(
        told_of(pen.run),
        [
            "What parity@1 does for scripted:a is unclear",
            r"parity@1 passed its gate, but scripted:a was not measured well enough: "
            r"both arms answered 9 of 40 problems, and .*require_portable",
        ],
    )


@pytest.mark.parametrize(
    ("found", "heard", "channel"),
    [
        ((0.2, 0.1, 0.3, 0.01), "scripted:a can use words: .* on 24", "So each gate"),
        ((0.2, 0.04, 0.4, 0.06), "Whether scripted:a can use words, 24 .* unclear", "no other"),
        ((0.0, -0.1, 0.1, 1.0), "As far as 24 .* scripted:a is deaf to words", "no other"),
        ((-1.0, -1.0, -0.9, 0.0), "scripted:a is harmed by words: .* -100", "no other"),
    ],
)
def test_what_words_do_for_a_student_without_another_channel_is_told_as_it_was_measured(
    found: tuple[float, float, float, float], heard: str, channel: str, pen: Pen
) -> None:
    told = dict(zip(("gain", "low", "high", "p"), found, strict=True))
    probe = {"model": "scripted:a", "strategy": "", "channel": "words", "n": 24, **told}
    event = ProbeDecided.model_validate({**pen.at, "slot": "baseline/probe", **probe})
    lines = "\n".join(describe_probe(event))
    in_order(lines, [heard, channel])
    assert ("can use words:" in lines) == words_help(event)
    same = describe_probe(event.model_copy(update={"slot": "portability/1/probe"}))
    assert same == describe_probe(event)[:1], "the same numbers are told alike of a validator"


def test_a_removal_that_changes_nothing_is_told_as_accepted_without_a_reply(pen: Pen) -> None:
    first = pen.propose("c1/r1/update_strategy/1", EMPTY, CARRY)
    more = pen.propose("c1/r1/update_strategy/2", first, BOTH)
    idle = Deprecate(rule=more.rules[1].id, rationale="It does nothing.")
    less = pen.propose("c1/r2/update_strategy/1", more, idle, origin="ledger")
    pen.gate("c1/r2/validate/1/gate", less, more, pairs=0, claim="no worse", reason="No example.")
    pen.gate("c1/r2/validate/2/gate", more, first, pairs=0, decision="reject", reason="As before.")
    in_order(
        told_of(pen.run),
        [
            "The ledger of what rules are worth proposed parity@1:",
            "The gate accepted parity@1 without a reply: No example",
            "The gate refused parity@2 without a reply: As before",
        ],
    )


def reviewed_round(pen: Pen) -> tuple[str, str]:
    """A round with credit, a refusal and a review; ids of the two rules of its version."""
    first = pen.propose("c1/r1/update_strategy/1", EMPTY, CARRY, BOTH)
    carry, both = (rule.id for rule in first.rules)
    log, at = pen.run.log, pen.at
    log.record(
        CreditMeasured(
            **at,
            slot=f"c1/r1/credit/{carry}",
            domain="parity",
            strategy=first.hash,
            rule=carry,
            adapter="",
            problems=("p1",),
            n=12,
            wins=6,
            losses=0,
            gain=0.5,
            low=0.2,
            high=0.7,
            p=0.03,
        )
    )
    refused = ProposalRefused(
        **at, slot="c1/r1/update_strategy/2", reason="It quotes a problem.", edits=(BOTH,)
    )
    log.record(refused)
    asked = ReviewAsked(
        **at,
        slot="c1/r1/review/asked",
        domain="parity",
        branch=pen.run.branch,
        candidate=first.hash,
        incumbent=EMPTY.hash,
        gate="",
        rules=(carry, both),
        reviewer="Ada",
    )
    log.record(asked)
    decisions = (
        RuleDecision(rule=carry, decision="approve"),
        RuleDecision(rule=both, decision="reject", reason="it says two things"),
    )
    log.record(
        ReviewAnswered(
            **at,
            slot="c1/r1/review/answered",
            candidate=first.hash,
            reviewer="Ada",
            verdict="edit",
            decisions=decisions,
        )
    )
    return carry, both


def test_credit_reviews_and_refusals_are_told_with_their_reasons(pen: Pen) -> None:
    carry, both = reviewed_round(pen)
    in_order(
        told_of(pen.run),
        [
            f'Rule {carry} "Carry on paper\\." is worth \\+50\\.0 points .* left out on 12 prob',
            r"A proposal came to nothing: It quotes a problem\.\n *add \[Method\] \"Check the",
            "parity@1 was laid before Ada: 2 rules to decide on",
            "Ada edited parity@1",
            f'approved {carry} "Carry on paper',
            f'rejected {both} "Check .*", because it says two things',
        ],
    )


def test_the_story_of_one_domain_leaves_out_the_others(pen: Pen) -> None:
    pen.propose("c1/r1/update_strategy/1", EMPTY, CARRY)
    assert list(strategy_story(pen.run.log, "parity"))
    assert not list(strategy_story(pen.run.log, "scheduling"))


def test_what_a_person_did_outside_the_runs_stands_by_itself_with_its_date(
    own: Path, type_words: Type
) -> None:
    assert type_words(
        own, "strategy", "promote", "parity@1", "--reason", "I like it", "--by", "ada"
    )
    in_order(
        type_words(own, "strategy", "log").out,
        [
            "The end",
            "By hand\n",
            r"\d\d:\d\d  parity@1 was promoted by ada, without a gate: I like it",
        ],
    )


def test_show_tells_a_round_with_credit_models_races_reviews_and_merges(
    pen: Pen, tmp_path: Path, type_words: Type
) -> None:
    carry, both = reviewed_round(pen)
    pen.open("c1/r2", EMPTY, incumbent=EMPTY.hash, fronts={EMPTY.hash: 3})
    ours = pen.propose("c1/r2/update_strategy/1", EMPTY, CARRY)
    theirs = pen.propose("c1/r2/update_strategy/2", EMPTY, BOTH)
    joined = Strategy(rules=(*ours.rules, *theirs.rules))
    pen.merge("c1/r2/update_strategy/3", joined, ours, theirs)
    gate = pen.gate("c1/r2/validate/3/gate", joined, EMPTY, saved=14)
    pen.carry("c1/r2/validate/3/portability/1", gate, "scripted:a", "harms", -0.3)
    in_order(
        type_words(tmp_path, "show", "small").out,
        [
            f"credit    {carry} in parity@1: \\+50\\.0 points",
            r"refused   It quotes a problem\. \(ADD \[Method\] Check",
            "review    parity@1: edit by Ada",
            f"- reject {both}: it says two things",
            "frontier  best on problems: parity@0 3; edits parity@0",
            r"propose   parity@4 \(merge of parity@2 \+ parity@3\): no edit of its own",
            "gate      parity@4 against parity@0: accept; .* stopped early, 14 replies saved",
            r"portable  parity@4 for scripted:a: harms, -30\.0 points",
            "Gates that stopped early saved 14 replies",
        ],
    )
    (first, second) = type_words(tmp_path, "show", "small", "--json").json["rounds"]
    assert first["review"]["verdict"] == "edit" and first["credit"][0]["rule"] == carry
    assert second["candidates"][2]["origin"] == "merge"
