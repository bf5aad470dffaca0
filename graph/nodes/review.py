"""A person decides about what the gate measured; the log keeps the question and the answer.

The checkpoint only remembers that somebody waits. Whoever answers, from whichever process, writes
the answer into the log, and this node finds it there, with the checkpoint or without it.
"""

import os

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from ...store.events import (
    GateDecided,
    ProposalRefused,
    ReviewAnswered,
    ReviewAsked,
    StrategyProposed,
)
from ...store.rules import Strategy
from ...store.strategies.answers import Answer, ReviewRefused, answer, answered, revision, to_decide
from ...store.strategies.revision import Revision
from ..calls.secrets import secrets_of
from ..context import Run
from ..screening import leaks as content
from ..screening.admission import check
from ..state import RunState, round_slot
from ..teacher.contract import Forbidden, Unusable

NEXT_ROUND = "It is not measured yet: the next round's gate decides, and then a person again."
UNMEASURED = "This was the last round, so no gate of this run measures it: `tutelage gate` does."


def review(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Wait for the answer where `validate` asked, act on it, and count on to the next round."""
    run = runtime.context
    asked = run.log.find(run.id, f"{round_slot(state, 'review')}/asked")
    if isinstance(asked, ReviewAsked):
        _settle(run, state, asked, _answer(run, asked))
    return {"round": state["round"] + 1}


def ask(run: Run, state: RunState, gate: GateDecided) -> ReviewAsked:
    """Lay a gated version before the reviewer whom the config names."""
    candidate, incumbent = run.version(gate.candidate), run.version(gate.incumbent)
    asked = run.log.record(
        ReviewAsked(
            stream=run.id,
            slot=f"{round_slot(state, 'review')}/asked",
            domain=run.domain.name,
            branch=run.branch,
            candidate=candidate.hash,
            incumbent=incumbent.hash,
            gate=f"{gate.stream}#{gate.slot}",
            rules=to_decide(incumbent, candidate),
            reviewer=run.config.reviewer.strip(),
        )
    )
    run.watch.say(f"{candidate.name} waits for {asked.reviewer}: {gate.decision} by the gate.")
    return asked


def brought_back(run: Run, state: RunState) -> list[str]:
    """The version that a reviewer made in the round before, which no gate has seen yet.

    It is gated in a later round, on problems of that round: the reviewer has seen what the block
    of their own round said, and a second try there would be a try that no alpha was spent for.
    """
    before = round_before(run, state)
    event = run.log.find(run.id, f"{round_slot(before, 'review')}/revised") if before else None
    return [event.strategy] if isinstance(event, StrategyProposed) else []


def sent_back(run: Run) -> list[str]:
    """What reviewers of this run would not have, rule by rule, with their reasons."""
    said: list[str] = []
    for entry in run.log.entries(stream=run.id, kinds=[ReviewAnswered]):
        if isinstance(event := entry.event, ReviewAnswered):
            rules = {rule.id: rule.text for rule in run.version(event.candidate).strategy.rules}
            said += [
                f"{event.reviewer} rejected {what!r}: {it.reason}"
                for it in event.decisions
                if it.decision == "reject"
                and (what := rules.get(it.rule, f"to take out {it.rule}"))
            ]
    return said


def round_before(run: Run, state: RunState) -> RunState | None:
    """The round before this one, through all cycles; None before the first."""
    cycle, number = state["cycle"], state["round"]
    if number > 1:
        return {"cycle": cycle, "round": number - 1}
    if cycle == 1:
        return None
    return {"cycle": cycle - 1, "round": run.config.loop.rounds_by_cycle[cycle - 2]}


def _answer(run: Run, asked: ReviewAsked) -> ReviewAnswered:
    """The answer that the log has; until it has one, the graph stops here.

    LangGraph runs this node from its first line whenever it goes on, so nothing but the interrupt
    stands before the answer. One that is handed to the graph itself goes into the log like any.
    """
    refused = ""
    while (found := answered(run.log, asked)) is None:
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
        given = interrupt(question, response_schema=Answer)
        try:
            answer(run.log, run.id, given, mind=mind_words)
        except ReviewRefused as fault:
            refused = str(fault)
    return found


def mind_words(shown: Strategy, made: Revision) -> None:
    """Raise ReviewRefused for words that must not even be kept: an order to a model, a secret."""
    try:
        content.check(
            made.strategy,
            made.edits,
            problems={},
            parent=shown,
            secrets=secrets_of(os.environ),
            by_model=False,
        )
    except Unusable as fault:
        raise ReviewRefused(f"{fault} Nothing was recorded.") from None


def _settle(run: Run, state: RunState, asked: ReviewAsked, given: ReviewAnswered) -> None:
    """Do what the answer says; each part finds itself done when it runs again."""
    name = run.version(asked.candidate).name
    if given.verdict == "approve":
        _promote(run, asked, given)
        run.watch.say(f"Promoted {name}, approved by {given.reviewer}.")
    elif given.verdict == "reject":
        run.watch.say(f"{given.reviewer} rejected {name}: nothing is promoted.")
    else:
        last = run.round_number(state) == run.config.total_rounds
        _revise(run, asked, given, UNMEASURED if last else NEXT_ROUND)


def _promote(run: Run, asked: ReviewAsked, given: ReviewAnswered) -> None:
    """By the gate where it accepted; by the reviewer, with a reason, where it did not."""
    stream, _, slot = asked.gate.partition("#")
    gate = run.log.find(stream, slot)
    assert isinstance(gate, GateDecided)
    accepted = gate.decision == "accept"
    approval = f"{gate.reason} Approved by {given.reviewer}. {given.reason}".rstrip()
    run.strategies.promote(
        run.domain.name,
        run.branch,
        asked.candidate,
        stream=run.id,
        slot=asked.slot.replace("/asked", "/promote"),
        gate=asked.gate if accepted else "",
        by="gate" if accepted else given.reviewer,
        reason=approval if accepted else given.reason,
    )


def _revise(run: Run, asked: ReviewAsked, given: ReviewAnswered, then: str) -> None:
    """Propose the version that the reviewer's decisions make, if it is fit for a gate.

    No gate has measured it, so nothing is promoted: it takes one of the next round's places.
    """
    slot = _revised(asked.slot)
    event = run.log.find(run.id, slot) or run.log.record(_proposal(run, asked, given, slot))
    shown = run.version(asked.candidate).name
    if isinstance(event, ProposalRefused):
        run.watch.say(f"What {given.reviewer} made of {shown} was refused: {event.reason}")
    elif isinstance(event, StrategyProposed):
        name = run.version(event.strategy).name
        run.watch.say(f"{given.reviewer} made {name} of {shown}. {then}")


def _proposal(
    run: Run, asked: ReviewAsked, given: ReviewAnswered, slot: str
) -> StrategyProposed | ProposalRefused:
    made = revision(run.log, asked, given.decisions)
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


def _revised(asked_slot: str) -> str:
    return asked_slot.replace("/asked", "/revised")
