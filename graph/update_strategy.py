"""Lessons become typed edits, and edits become candidate versions. Nothing here becomes current."""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from ..store.edits import Edit, EditError, apply
from ..store.events import AttemptJudged, GateDecided, ProposalRefused, Reflected, StrategyProposed
from ..store.rules import Strategy
from .admission import check
from .context import Run
from .reflect import asking
from .review import brought_back
from .search import edit_cap
from .slots import in_loop, round_slot
from .state import RunState
from .teacher import Effect, Situation, Unusable

NOTHING_MORE = "The teacher has nothing more to propose."


def update_strategy(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Ask the teacher for candidates, one after the other, each told of those before it."""
    run = runtime.context
    run.watch.stage("update_strategy", f"{run.teacher.name} proposes edits")
    taken: list[tuple[Edit, ...]] = []
    # What a reviewer made takes one of the round's places: each has its share of alpha.
    candidates = brought_back(run, state)
    for number in range(1, run.config.loop.candidates + 1 - len(candidates)):
        slot = f"{round_slot(state, 'update_strategy')}/{number}"
        event = run.log.find(run.id, slot) or _ask(run, state, slot, taken)
        if isinstance(event, ProposalRefused) and event.reason == NOTHING_MORE:
            break
        if isinstance(event, StrategyProposed | ProposalRefused) and event.edits:
            taken.append(event.edits)
        if isinstance(event, StrategyProposed) and event.strategy not in candidates:
            candidates.append(event.strategy)
    return {"candidates": candidates}


def _ask(
    run: Run, state: RunState, slot: str, taken: Sequence[tuple[Edit, ...]]
) -> StrategyProposed | ProposalRefused:
    """The teacher's candidate, or why there is none."""
    parent = run.version(state["strategy"]).strategy
    incumbent = run.version(state["incumbent"]).strategy
    reflected = run.log.find(run.id, state["reflected"])
    assert isinstance(reflected, Reflected)
    edits: tuple[Edit, ...] = ()
    try:
        edits = run.teacher.propose(asking(run, slot), _situation(run, parent, reflected, taken))
        if not edits:
            raise Unusable(NOTHING_MORE)
        edits = _bounded(run, slot, edits, edit_cap(run, state))
        candidate = apply(parent, edits, f"{run.id}/{slot}")
        check(run, parent, incumbent, candidate)
    except (Unusable, EditError) as error:
        run.watch.say(f"Proposal {slot} was refused: {error}")
        return run.log.record(
            ProposalRefused(
                stream=run.id, slot=slot, reason=str(error), edits=edits, parent=parent.hash
            )
        )
    return run.log.record(
        StrategyProposed(
            stream=run.id,
            slot=slot,
            domain=run.domain.name,
            branch=run.branch,
            strategy=candidate.hash,
            rules=candidate.rules,
            parents=(parent.hash,),
            edits=edits,
            reflection=reflected.slot,
            rationale="; ".join(edit.rationale for edit in edits if edit.rationale),
        )
    )


def _bounded(run: Run, slot: str, edits: tuple[Edit, ...], cap: int) -> tuple[Edit, ...]:
    """The first `cap` edits: a teacher names the most important first."""
    if len(edits) > cap:
        run.watch.say(f"Proposal {slot} holds {len(edits)} edits; the first {cap} are taken.")
    return edits[:cap]


def _situation(
    run: Run, current: Strategy, reflected: Reflected, taken: Sequence[tuple[Edit, ...]]
) -> Situation:
    read = [run.log.find(run.id, slot) for slot in reflected.attempts]
    failed = [e for e in read if isinstance(e, AttemptJudged) and e.outcome != "right"]
    return Situation(
        guide=run.domain.guide,
        strategy=current,
        failure_modes=reflected.failure_modes,
        failures=[frozenset(event.failure_modes) for event in failed],
        lessons=reflected.lessons,
        effects=_effects(run),
        because=tuple(event.slot for event in failed),
        taken=taken,
    )


def _effects(run: Run) -> list[Effect]:
    """What this run's gates measured, with the edits that each one was about."""
    proposals: dict[str, StrategyProposed] = {}
    effects: list[Effect] = []
    for entry in run.log.entries(stream=run.id, kinds=[StrategyProposed, GateDecided]):
        event = entry.event
        if isinstance(event, StrategyProposed):
            proposals[event.strategy] = event
        elif not in_loop(event.slot):
            continue  # A person's own gates must not change what a resumed teacher is told.
        elif isinstance(event, GateDecided) and event.candidate in proposals:
            effects.append(
                Effect(
                    edits=proposals[event.candidate].edits,
                    incumbent=event.incumbent,
                    decision=event.decision,
                    gain=event.gain,
                    low=event.low,
                    high=event.high,
                )
            )
    return effects
