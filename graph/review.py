"""A person decides about what the gate measured; the log keeps the question and the answer.

The checkpoint only remembers that somebody waits. Whoever answers, from whichever process, writes
the answer into the log, and this node finds it there, with the checkpoint or without it.
"""

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from ..store.events import GateDecided, ReviewAnswered, ReviewAsked, StrategyProposed
from ..store.reviews import Answer, ReviewRefused, answer, answered, revision, to_decide
from .context import Run
from .slots import round_slot
from .state import RunState


def review(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Wait for the answer where `validate` asked, act on it, and count on to the next round."""
    run = runtime.context
    asked = run.log.find(run.id, f"{round_slot(state, 'review')}/asked")
    if isinstance(asked, ReviewAsked):
        _settle(run, asked, _answer(run, asked))
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
            answer(run.log, run.id, given)
        except ReviewRefused as fault:
            refused = str(fault)
    return found


def _settle(run: Run, asked: ReviewAsked, given: ReviewAnswered) -> None:
    """Do what the answer says; each part finds itself done when it runs again."""
    name = run.version(asked.candidate).name
    if given.verdict == "approve":
        _promote(run, asked, given)
        run.watch.say(f"Promoted {name}, approved by {given.reviewer}.")
    elif given.verdict == "reject":
        run.watch.say(f"{given.reviewer} rejected {name}: nothing is promoted.")
    else:
        _revise(run, asked, given)


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


def _revise(run: Run, asked: ReviewAsked, given: ReviewAnswered) -> None:
    """Propose the version that the reviewer's decisions make. It has not been measured."""
    made = revision(run.log, asked, given.decisions)
    proposed = run.log.record(
        StrategyProposed(
            stream=run.id,
            slot=asked.slot.replace("/asked", "/revised"),
            domain=run.domain.name,
            branch=run.branch,
            strategy=made.strategy.hash,
            rules=made.strategy.rules,
            parents=made.parents,
            edits=made.edits,
            rationale=given.reason,
            origin="review",
        )
    )
    run.watch.say(f"{given.reviewer} made {run.version(proposed.strategy).name} of it.")
