"""Node in which a person decides about what the gate measured.

The log keeps the question and the answer; the checkpoint only remembers that somebody waits.
Whoever answers, from whichever process, writes the answer into the log, and this node finds it
there, with the checkpoint or without it.
"""

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from ...store import slots
from ...store.events import (
    Event,
    GateDecided,
    ProposalRefused,
    ReviewAnswered,
    ReviewAsked,
    StrategyProposed,
)
from ...store.strategies.review_answers import (
    ReviewAnswer,
    ReviewRefused,
    find_answer,
    make_revision,
    record_answer,
)
from ..context import Run
from ..screening.admission import check, check_revision
from ..state import RunState, round_slot
from ..teacher.contract import Forbidden, Unusable

NEXT_ROUND = "It is not measured yet: the next round's gate decides, and then a person again."
UNMEASURED = "This was the last round, so no gate of this run measures it: `tutelage gate` does."


def review(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Wait for the answer where `validate` asked, act on it, and count on to the next round."""
    run = runtime.context
    asked = run.log.find(ReviewAsked, run.id, slots.part(round_slot(state, "review"), "asked"))
    if asked is not None:
        _settle(run, state, asked, _wait_for_answer(run, asked))
    return {"round": state["round"] + 1}


def _wait_for_answer(run: Run, asked: ReviewAsked) -> ReviewAnswered:
    """Return the answer that the log has; until it has one, the graph stops here.

    LangGraph runs this node from its first line whenever it goes on, so nothing but the interrupt
    stands before the answer. One that is handed to the graph itself goes into the log like any.
    """
    refused = ""
    while (found := find_answer(run.log, asked)) is None:
        question = {
            "run": run.id,
            "review": asked.slot,
            "candidate": asked.candidate,
            "incumbent": asked.incumbent,
            "gate": asked.gate,
            "rules": list(asked.rules),
            "reviewer": asked.reviewer,
            "refused": refused,
        }
        given = interrupt(question, response_schema=ReviewAnswer)
        try:
            record_answer(run.log, run.id, given, check=check_revision)
        except ReviewRefused as fault:
            refused = str(fault)
    return found


def _settle(run: Run, state: RunState, asked: ReviewAsked, given: ReviewAnswered) -> None:
    """Do what the answer says; each part finds itself done when it runs again."""
    name = run.version(asked.candidate).name
    if given.verdict == "approve":
        _promote(run, asked, given)
        run.progress.say(f"Promoted {name}, approved by {given.reviewer}.")
    elif given.verdict == "reject":
        run.progress.say(f"{given.reviewer} rejected {name}: nothing is promoted.")
    else:
        last = run.round_number(state) == run.config.total_rounds
        _revise(run, state, asked, given, UNMEASURED if last else NEXT_ROUND)


def _promote(run: Run, asked: ReviewAsked, given: ReviewAnswered) -> None:
    """By the gate where it accepted; by the reviewer, with a reason, where it did not."""
    gate = run.event(GateDecided, slots.parse_reference(asked.gate)[1])
    accepted = gate.decision == "accept"
    approval = f"{gate.reason} Approved by {given.reviewer}. {given.reason}".rstrip()
    run.strategies.promote(
        run.domain.name,
        run.branch,
        asked.candidate,
        stream=run.id,
        slot=slots.part(slots.step_of(asked.slot), "promote"),
        gate=asked.gate if accepted else "",
        by="gate" if accepted else given.reviewer,
        reason=approval if accepted else given.reason,
    )


def _revise(
    run: Run, state: RunState, asked: ReviewAsked, given: ReviewAnswered, then: str
) -> None:
    """Propose the version that the reviewer's decisions make, if it is fit for a gate.

    No gate has measured it, so nothing is promoted: it takes one of the next round's places.
    """
    slot = slots.part(round_slot(state, "review"), "revised")
    event = run.log.find(Event, run.id, slot) or run.log.record(_proposal(run, asked, given, slot))
    shown = run.version(asked.candidate).name
    if isinstance(event, ProposalRefused):
        run.progress.say(f"What {given.reviewer} made of {shown} was refused: {event.reason}")
    elif isinstance(event, StrategyProposed):
        name = run.version(event.strategy).name
        run.progress.say(f"{given.reviewer} made {name} of {shown}. {then}")


def _proposal(
    run: Run, asked: ReviewAsked, given: ReviewAnswered, slot: str
) -> StrategyProposed | ProposalRefused:
    made = make_revision(run.log, asked, given.decisions)
    parent, incumbent = (run.version(it).strategy for it in (asked.candidate, asked.incumbent))
    try:
        check(run, parent, incumbent, made.strategy)
    except Unusable as fault:
        kept = () if isinstance(fault, Forbidden) else made.edits
        return ProposalRefused(
            stream=run.id, slot=slot, reason=str(fault), edits=kept, parent=parent.hash
        )
    return StrategyProposed(
        stream=run.id,
        slot=slot,
        domain=run.domain.name,
        branch=run.branch,
        strategy=made.strategy.hash,
        rules=made.strategy.rules,
        parents=made.parents,
        edits=made.edits,
        rationale=given.reason or "; ".join(it.reason for it in given.decisions if it.reason),
        origin="review",
    )
