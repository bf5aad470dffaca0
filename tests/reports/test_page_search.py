"""Search on the page: worth of rules, reviews, and replies that were saved."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutelage.reports import write_results
from tutelage.store.edits import Add
from tutelage.store.events import (
    CreditMeasured,
    FrontierScored,
    ProposalRefused,
    Reflected,
    ReviewAnswered,
    ReviewAsked,
    RuleDecision,
)
from tutelage.store.rules import EMPTY, Strategy

from ..graph.pen import Pen
from ..graph.world import small_run
from .pages import SMALL, Page

CARRY = Add(section="Method", text="Carry on paper.")
COLOUR = Add(section="Attitude", text="Name a colour.")


@pytest.fixture
def pen(tmp_path: Path) -> Iterator[Pen]:
    run = small_run(tmp_path, **SMALL)
    run.freeze()
    yield Pen(run)
    run.log.close()


def page(pen: Pen) -> str:
    """The words of the page, as they stand so far."""
    html = write_results(pen.run.log, pen.run.id, pen.run.folder).report.read_text()
    assert Page(html).open == []
    return Page(html).words


def credit(pen: Pen, strategy: Strategy, gain: float, place: str) -> None:
    rule = strategy.rules[0].id
    pen.run.log.record(
        CreditMeasured(
            **pen.at,
            slot=f"{place}/credit/{rule}",
            domain="parity",
            strategy=strategy.hash,
            rule=rule,
            adapter="",
            problems=(place,),
            n=20,
            wins=9,
            losses=0,
            gain=gain,
            low=gain - 0.1,
            high=gain + 0.1,
            p=0.004,
        )
    )


def test_each_rule_has_its_worth_beside_it_and_says_how_it_was_measured(pen: Pen) -> None:
    carry = pen.propose("c1/r1/update_strategy/1", EMPTY, CARRY)
    colour = pen.propose("c1/r1/update_strategy/2", EMPTY, COLOUR)
    accepted = pen.gate("c1/r1/validate/1/gate", carry, EMPTY, channel="weights", wins=9, losses=0)
    pen.gate("c1/r1/validate/2/gate", colour, EMPTY, decision="reject", gain=-0.2)
    pen.promote(accepted)
    words = page(pen)
    strategy = words[words.index("The strategy") :]
    assert "helps +20.0 points (+10.0 to +30.0): the gate effect of parity@1, which" in strategy
    assert "with all else that it brought, through weights" in strategy
    others = strategy[strategy.index("What was measured of other rules") :]
    assert "Name a colour." in others and "−20.0 points" in others
    credit(pen, carry, 0.45, "c1/r2")
    words = page(pen)
    assert "helps +45.0 points (+35.0 to +55.0): with it and without it on 20 pairs" in words
    assert "Credit" in words[words.index("Cycle 1, round 2") :]


def test_what_stopping_early_and_replicates_did_stands_with_the_gate(pen: Pen) -> None:
    carry = pen.propose("c1/r1/update_strategy/1", EMPTY, CARRY)
    pen.gate(
        "c1/r1/validate/1/gate",
        carry,
        EMPTY,
        decision="reject",
        planned=60,
        saved=40,
        replicates=2,
        replicate_gain=0.05,
        claim="no worse",
    )
    words = page(pen)
    assert "1 gate stopped early because the candidate had all but lost: 40 replies" in words
    assert "stopped early after 40 of 60 pairs, 40 replies saved" in words
    assert "each arm answered 2 times, luck alone made 5.0 points" in words
    assert "asked to be no worse, for it only takes away" in words


def test_the_frontier_a_merge_and_refused_edits_are_told(pen: Pen) -> None:
    ours = pen.propose("c1/r1/update_strategy/1", EMPTY, CARRY)
    theirs = pen.propose("c1/r1/update_strategy/2", EMPTY, COLOUR)
    pen.open("c1/r2", theirs, incumbent=ours.hash, fronts={ours.hash: 5, theirs.hash: 3})
    scored = FrontierScored(
        **pen.at,
        slot="frontier/1",
        strategy=ours.hash,
        adapter="",
        problems=("a", "b", "c"),
        scores=(1.0, 0.0, -1.0),
        lower=(1.0, 0.0, -1.0),
    )
    pen.run.log.record(scored)
    both = Strategy(rules=(*ours.rules, *theirs.rules))
    pen.merge("c1/r2/update_strategy/1", both, ours, theirs)
    pen.run.log.record(
        ProposalRefused(
            **pen.at, slot="c1/r2/update_strategy/2", reason="It names a model.", edits=(COLOUR,)
        )
    )
    words = page(pen)
    late = words[words.index("Cycle 1, round 2") :]
    assert "parity@1 5, parity@2 3. The round edits parity@2 to beat parity@1." in late
    assert "parity@3 two versions, merged rule by rule, from parity@1 + parity@2" in late
    assert f"TAKE OVER{theirs.rules[0].id} Name a colour." in late
    assert "It names a model.ADD Attitude: Name a colour." in late
    assert "on the frontier’s problems" in late and "50.0 %" in late


def test_a_review_stands_beside_what_was_measured_after_it(pen: Pen) -> None:
    carry = pen.propose("c1/r1/update_strategy/1", EMPTY, CARRY)
    gate = pen.gate("c1/r1/validate/1/gate", carry, EMPTY)
    rule = carry.rules[0].id
    asked = ReviewAsked(
        **pen.at,
        slot="c1/r1/review/asked",
        domain="parity",
        branch=pen.run.branch,
        candidate=carry.hash,
        incumbent=EMPTY.hash,
        gate=f"{gate.stream}#{gate.slot}",
        rules=(rule,),
        reviewer="Ada",
    )
    pen.run.log.record(asked)
    assert "parity@1 waits for Ada: 1 rule to decide on." in page(pen)
    answer = ReviewAnswered(
        **pen.at,
        slot="c1/r1/review/answered",
        candidate=carry.hash,
        reviewer="Ada",
        verdict="approve",
        decisions=(RuleDecision(rule=rule, decision="approve", reason="It is sound."),),
    )
    pen.run.log.record(answer)
    before = page(pen)
    assert "approved by Ada." in before and "measured since" not in before
    credit(pen, carry, -0.3, "c1/r2")
    pen.gate("c1/r2/validate/1/gate", carry, EMPTY, decision="reject", gain=-0.2)
    after = page(pen)
    assert f"approved{rule} – It is sound.measured since: −30.0 points" in after
    assert "Measured since: parity@1 against parity@0, reject, −20.0 points" in after


def test_lessons_stand_on_the_page_letter_by_letter_and_the_first_eight_of_them(pen: Pen) -> None:
    reflected = Reflected(
        **pen.at,
        slot="c1/r1/reflect",
        attempts=("one", "two"),
        failure_modes={"slip": 2},
        lessons=tuple(f"Never take -{number} for a dash." for number in range(1, 11)),
        contrasts=("p1",),
        groups=3,
    )
    pen.run.log.record(reflected)
    words = page(pen)
    assert "2 attempts read. slip 2Never take -1 for a dash.Never take -2 for" in words
    assert "Never take -8 for a dash.and 2 more lessons" in words and "-9" not in words
    assert "1 problem with success beside failure; read in 3 shuffled groups." in words
