"""Reviews: what is taken for an answer, what becomes of it, and what is set beside it later."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given

from tutelage.reports.review_history import reviews
from tutelage.store import Log, Strategies, Strategy, open_log
from tutelage.store.edits import Add, Deprecate, Edit, Update, apply
from tutelage.store.events import (
    CreditMeasured,
    ReviewAnswered,
    ReviewAsked,
    RuleDecision,
    StrategyProposed,
)
from tutelage.store.strategies.review_answers import (
    ReviewAnswer,
    ReviewRefused,
    find_answer,
    make_revision,
    open_question,
    parse_answer,
    record_answer,
    rules_to_decide,
    version_of,
)
from tutelage.store.strategies.revision import revise
from tutelage.store.strategies.versions import Version

from .builders import adds, gate, propose, strategy
from .plans import Plan, plans

Decide = Literal["approve", "edit", "reject"]


def ask(log: Log, decision: Any = "accept", *, slot: str = "c1/r1/review/asked") -> ReviewAsked:
    """A version that changes one rule, takes one out and brings one, laid before Ada."""
    old = propose(log, adds("Sort by start.", "Name the rooms."))
    first, second = (rule.id for rule in old.rules)
    edits: list[Edit] = [
        Update(rule=first, text="Sort the meetings by start."),
        Deprecate(rule=second),
        Add(section="Checks", text="Count once more."),
    ]
    new = propose(log, edits, parent=strategy(old), slot="c1/r1/update_strategy/1")
    measured = gate(log, new, decision)
    candidate, incumbent = (version(log, it) for it in (new, old))
    return log.record(
        ReviewAsked(
            stream="run",
            slot="c1/r1/review/asked",
            domain="scheduling",
            branch=new.branch,
            candidate=new.strategy,
            incumbent=old.strategy,
            gate=f"{measured.stream}#{measured.slot}",
            rules=rules_to_decide(incumbent, candidate),
            reviewer="Ada",
        )
    )


def version(log: Log, proposal: StrategyProposed) -> Version:
    return version_of(Strategies(log), proposal.domain, proposal.strategy)


def say(asked: ReviewAsked, *decisions: Decide, **more: Any) -> ReviewAnswer:
    """Decide on each rule in the order of the question; the last word holds for the rest."""
    words = [*decisions, *decisions[-1:] * len(asked.rules)][: len(asked.rules)]
    said = [
        RuleDecision(
            rule=rule,
            decision=word,
            text="Otherwise." if word == "edit" else "",
            reason="" if word == "approve" else "I know better.",
        )
        for rule, word in zip(asked.rules, words, strict=True)
    ]
    given = {"candidate": asked.candidate, "reviewer": "Ada", "decisions": said}
    return ReviewAnswer.model_validate(given | more)


def rules(made: Strategy) -> list[str]:
    return [rule.text for rule in made.rules]


def test_a_question_names_what_came_what_changed_and_what_went(log: Log) -> None:
    asked = ask(log)
    old, new = (
        version_of(Strategies(log), "scheduling", it) for it in (asked.incumbent, asked.candidate)
    )
    by_text = {rule.id: rule.text for rule in (*old.strategy.rules, *new.strategy.rules)}
    assert [by_text[it] for it in asked.rules] == [
        "Count once more.",
        "Sort the meetings by start.",
        "Name the rooms.",
    ]
    assert open_question(log, "run") == asked


@pytest.mark.parametrize(
    ("decisions", "verdict"),
    [(("approve",), "approve"), (("reject",), "reject"), (("approve", "reject"), "edit"),
     (("edit", "approve"), "edit")],
)  # fmt: skip
def test_the_verdict_follows_from_the_rules(
    log: Log, decisions: tuple[Decide, ...], verdict: str
) -> None:
    asked = ask(log)
    given = record_answer(log, "run", say(asked, *decisions))
    assert given.verdict == verdict
    assert (given.candidate, given.reviewer) == (asked.candidate, "Ada")
    assert bool(given.revised) == (verdict == "edit")
    assert open_question(log, "run") is None


REFUSED: dict[str, tuple[Callable[[ReviewAsked], ReviewAnswer], str]] = {
    "a stale hash": (lambda a: say(a, "approve", candidate="ab" * 32), "is stale"),
    "a shortened hash": (lambda a: say(a, "approve", candidate=a.candidate[:12]), "is stale"),
    "another question": (lambda a: say(a, "approve", review="c9/r9/review/asked"), "is stale"),
    "somebody else": (lambda a: say(a, "approve", reviewer="Bob"), "names Ada as its reviewer"),
    "nobody": (lambda a: say(a, "approve", reviewer=" "), "is by nobody"),
    "an unknown rule": (
        lambda a: say(a, "approve", decisions=[RuleDecision(rule="r-0", decision="approve")]),
        "rule r-0 was not asked about",
    ),
    "a missing rule": (
        lambda a: say(a, "approve", decisions=say(a, "approve").decisions[1:]),
        "is not decided",
    ),
    "a rule decided twice": (
        lambda a: say(a, "approve", decisions=say(a, "approve").decisions * 2),
        "decided twice",
    ),
    "a rejection without a reason": (
        lambda a: with_first(a, RuleDecision(rule=a.rules[0], decision="reject", reason="  ")),
        "reject needs a reason",
    ),
    "an edit without a reason": (
        lambda a: with_first(a, RuleDecision(rule=a.rules[0], decision="edit", text="So.")),
        "edit needs a reason",
    ),
    "an edit without a text": (
        lambda a: with_first(a, RuleDecision(rule=a.rules[0], decision="edit", reason="So.")),
        "edit needs the text",
    ),
    "a text that is not asked for": (
        lambda a: with_first(a, RuleDecision(rule=a.rules[0], decision="approve", text="So.")),
        "goes with edit, not with approve",
    ),
    "a text that is too long": (
        lambda a: with_first(
            a, RuleDecision(rule=a.rules[0], decision="edit", text="So. " * 200, reason="long")
        ),
        "at most 600 characters",
    ),
    "other words for a rule that goes": (
        lambda a: say(a, "approve", "approve", "edit"),
        "is taken out by this version",
    ),
    "an edit to what is there": (
        lambda a: with_first(
            a,
            RuleDecision(
                rule=a.rules[0], decision="edit", text="Count once more.", reason="as it is"
            ),
        ),
        "approve it instead",
    ),
}


def with_first(asked: ReviewAsked, first: RuleDecision) -> ReviewAnswer:
    return say(asked, "approve", decisions=(first, *say(asked, "approve").decisions[1:]))


@pytest.mark.parametrize("what", REFUSED)
def test_an_answer_that_cannot_be_taken_is_refused_in_words_and_records_nothing(
    what: str, log: Log
) -> None:
    made, word = REFUSED[what]
    asked = ask(log)
    before = [entry.hash for entry in log.entries()]
    with pytest.raises(ReviewRefused, match=word):
        record_answer(log, "run", made(asked))
    assert [entry.hash for entry in log.entries()] == before
    assert open_question(log, "run") == asked


def test_a_run_that_asked_nothing_takes_no_answer(log: Log) -> None:
    propose(log, adds("Sort by start."))
    with pytest.raises(ReviewRefused, match="asked for no review"):
        record_answer(log, "run", ReviewAnswer(candidate="ab" * 32, reviewer="Ada", decisions=()))


def test_the_same_answer_again_finds_the_first_and_another_is_refused(log: Log) -> None:
    asked = ask(log)
    first = record_answer(log, "run", say(asked, "approve"))
    assert record_answer(log, "run", say(asked, "approve")) == first
    with pytest.raises(ReviewRefused, match="Ada has answered already: approve"):
        record_answer(log, "run", say(asked, "reject"))
    assert len(list(log.entries(kinds=[ReviewAnswered]))) == 1


def test_of_two_answers_at_once_one_lands_and_the_other_hears_of_it(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        asked = ask(log)
    said: list[str] = []
    together = threading.Barrier(2)

    def hand_in(word: Decide) -> None:
        with open_log(tmp_path) as own:
            together.wait()
            try:
                said.append(record_answer(own, "run", say(asked, word)).verdict)
            except ReviewRefused as refusal:
                said.append(str(refusal))

    threads = [threading.Thread(target=hand_in, args=(it,)) for it in ("approve", "reject")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with open_log(tmp_path) as log:
        (entry,) = log.entries(kinds=[ReviewAnswered])
        landed = entry.event.verdict  # type: ignore[union-attr]  # the kind is asked for
        assert sorted(it for it in said if len(it) < 10) == [landed]
        assert any("answered already" in it for it in said)
        assert log.verify().ok


def test_an_answer_to_an_earlier_question_about_the_same_words_is_not_one_to_the_new(
    log: Log,
) -> None:
    first = ask(log)
    form = say(first, "reject", review=first.slot)
    record_answer(log, "run", form)
    again = log.record(first.model_copy(update={"slot": "c1/r2/review/asked"}))
    assert open_question(log, "run") == again
    assert record_answer(log, "run", form).slot == "c1/r1/review/answered"
    assert find_answer(log, again) is None, "the form names the question that it was printed for"


def test_what_no_gate_accepted_needs_a_reason_for_the_whole(log: Log) -> None:
    asked = ask(log, "indecisive")
    with pytest.raises(ReviewRefused, match="give a reason for the whole"):
        record_answer(log, "run", say(asked, "approve"))
    assert record_answer(log, "run", say(asked, "approve", reason="I saw it work.")).reason


def test_a_version_keeps_what_is_approved_and_loses_what_is_not(log: Log) -> None:
    asked = ask(log)
    made = make_revision(log, asked, say(asked, "edit", "approve", "reject").decisions)
    assert rules(made.strategy) == ["Sort the meetings by start.", "Name the rooms.", "Otherwise."]
    old = version_of(Strategies(log), "scheduling", asked.incumbent)
    assert made.strategy.rules[1] == old.strategy.rules[1], "what comes back keeps its id"
    assert made.parents == (asked.candidate, asked.incumbent)
    (edit,) = made.edits
    assert isinstance(edit, Update) and edit.rationale == "I know better."


def standing(made: Strategy, number: int) -> Version:
    return Version(
        domain="d", number=number, strategy=made, parents=(), branch="d/run", stream="run",
        slot="s", status="proposed", gates=(),
    )  # fmt: skip


def everything(plan: Plan, word: Decide) -> list[RuleDecision]:
    old, new = standing(plan.before, 1), standing(plan.after, 2)
    return [RuleDecision(rule=it, decision=word, reason="so") for it in rules_to_decide(old, new)]


@given(plans())
def test_approving_all_is_the_version_and_rejecting_all_is_the_incumbent(plan: Plan) -> None:
    old, new = standing(plan.before, 1), standing(plan.after, 2)
    assert revise(new, old, everything(plan, "approve")).strategy == plan.after
    assert revise(new, old, everything(plan, "reject")).strategy == plan.before


@given(plans())
def test_what_a_review_makes_is_explained_by_its_edits_and_its_parents(plan: Plan) -> None:
    old, new = standing(plan.before, 1), standing(plan.after, 2)
    mixed = [
        it if number % 2 else it.model_copy(update={"decision": "reject"})
        for number, it in enumerate(everything(plan, "approve"))
    ]
    made = revise(new, old, mixed)
    ours = {rule.id for rule in plan.after.rules}
    told = apply(plan.after, made.edits, "run/review")
    assert told.rules == tuple(rule for rule in made.strategy.rules if rule.id in ours)
    back = [rule for rule in made.strategy.rules if rule.id not in ours]
    assert all(rule in plan.before.rules for rule in back)
    assert made.parents == (new.hash, *([old.hash] if back else []))


def test_a_form_is_read_back_and_a_fault_in_it_is_named_with_its_place(log: Log) -> None:
    asked = ask(log)
    text = say(asked, "approve").model_dump_json()
    assert parse_answer(text) == say(asked, "approve")
    blank = json.loads(text)
    blank["decisions"][0]["decision"] = ""
    with pytest.raises(ReviewRefused, match=r"decisions.0.decision: wanted approve, edit"):
        parse_answer(json.dumps(blank), "answer.json")
    for broken in ("", "[]", "{", '{"candidate": 3}'):
        with pytest.raises(ReviewRefused, match="is no answer to a review"):
            parse_answer(broken)


def test_later_effects_are_set_beside_what_was_decided(log: Log) -> None:
    asked = ask(log)
    credit(log, asked, "before", gain=0.5)
    record_answer(log, "run", say(asked, "approve"))
    (review,) = reviews(log, "scheduling")
    assert review.answered and review.answered.verdict == "approve" and review.at
    assert review.shown and review.shown.decision == "accept"
    assert review.later == () and review.worth == {}, "what was known before is no later effect"

    credit(log, asked, "after", gain=-0.25)
    again = Strategies(log).get(asked.candidate)
    proposed = log.find(StrategyProposed, again.stream, again.slot)
    assert isinstance(proposed, StrategyProposed)
    later = gate(log, proposed, "reject", slot="manual/gate/1/1/gate")
    (review,) = reviews(log, "scheduling", stream="run")
    assert review.later == (later,)
    assert review.worth[asked.rules[0]].gain == -0.25
    assert reviews(log, "scheduling", stream="other") == []


def credit(log: Log, asked: ReviewAsked, name: str, gain: float) -> CreditMeasured:
    return log.record(
        CreditMeasured(
            stream="run",
            slot=f"c1/{name}/credit",
            domain="scheduling",
            strategy=asked.candidate,
            rule=asked.rules[0],
            adapter="",
            problems=(name,),
            n=8,
            wins=1,
            losses=1,
            gain=gain,
            low=gain - 0.1,
            high=gain + 0.1,
            p=0.5,
        )
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"reason": "x" * 2_001}, "the reason has 2001 characters, and 2000 is the most"),
        ({"reason": "half \ud800"}, "half of a character"),
    ],
)
def test_a_reason_that_cannot_be_kept_or_told_is_refused(
    log: Log, more: dict[str, Any], said: str
) -> None:
    asked = ask(log)
    with pytest.raises(ReviewRefused, match=said):
        record_answer(log, "run", say(asked, "approve", **more))
    decisions = [it.model_copy(update=more) for it in say(asked, "reject").decisions]
    with pytest.raises(ReviewRefused, match=said):
        record_answer(log, "run", say(asked, "reject", decisions=decisions))
    assert find_answer(log, asked) is None


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5_000, '{"reviewer": "\\ud800"}'])
def test_a_form_that_cannot_be_read_is_refused_in_words(text: str) -> None:
    with pytest.raises(ReviewRefused, match="is no answer to a review"):
        parse_answer(text)
