"""Lessons become typed edits, and edits become candidate versions. Nothing here becomes current."""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from ...store.edits import Edit, EditError, apply
from ...store.events import AttemptJudged, GateDecided, ProposalRefused, Reflected, StrategyProposed
from ...store.index.near_duplicates import twins
from ...store.rules import Strategy
from ...store.strategies.worth import reorder
from ..context import Run
from ..measure.candidates import Draft, drafts, edit_cap, worths
from ..screening.admission import check, check_rivals
from ..state import RunState, in_loop, round_slot
from ..teacher.contract import Effect, Forbidden, Situation, Unusable
from .reflect import asking, evidence, foreign
from .review import brought_back, round_before, sent_back

NOTHING_MORE = "The teacher has nothing more to propose."


def update_strategy(state: RunState, runtime: Runtime[Run]) -> RunState:
    """The round's candidates: what a review made, a merge, a removal, and what the teacher says.

    The teacher keeps at least one place, where there are two, and the one place at least every
    other round. It is asked for one candidate after the other, each time told of those before it.
    """
    run = runtime.context
    run.watch.stage("update_strategy", f"{run.teacher.name} proposes edits")
    taken: list[tuple[Edit, ...]] = []
    # What a reviewer made takes one of the round's places: each has its share of alpha.
    candidates = brought_back(run, state)
    places = run.config.loop.candidates - len(candidates)
    free = places - 1 if places > 1 else int(_teacher_had_its_say(run, state))
    for number in range(1, places + 1):
        slot = f"{round_slot(state, 'update_strategy')}/{number}"
        event = run.log.find(run.id, slot) or _propose(run, state, number, slot, free, taken)
        if isinstance(event, ProposalRefused) and event.reason == NOTHING_MORE:
            break
        if isinstance(event, StrategyProposed | ProposalRefused) and event.edits:
            taken.append(event.edits)
        if isinstance(event, StrategyProposed) and event.strategy not in candidates:
            candidates.append(event.strategy)
    return {"candidates": candidates}


def _teacher_had_its_say(run: Run, state: RunState) -> bool:
    """Whether the teacher was asked in the round before: then a single place may be a draft's."""
    before = round_before(run, state)
    if before is None:
        return False
    slots = f"{round_slot(before, 'update_strategy')}/"
    for number in range(1, run.config.loop.candidates + 1):
        event = run.log.find(run.id, f"{slots}{number}")
        if isinstance(event, ProposalRefused) or (
            isinstance(event, StrategyProposed) and event.origin == "teacher"
        ):
            return True
    return False


def _ready(run: Run, state: RunState, free: int) -> list[Draft]:
    """The drafts that may go to the gate: the first of each origin, `free` of them at most."""
    ready: list[Draft] = []
    for draft in drafts(run, state) if free else ():
        if draft.origin in {it.origin for it in ready} or not _admitted(run, state, draft):
            continue
        ready.append(draft)
        if len(ready) == free:
            break
    return ready


def _propose(
    run: Run,
    state: RunState,
    number: int,
    slot: str,
    free: int,
    taken: Sequence[tuple[Edit, ...]],
) -> StrategyProposed | ProposalRefused:
    """Candidate `number` of the round: a draft while there are any, then the teacher's."""
    ready = _ready(run, state, free)
    if number > len(ready):
        return _ask(run, state, slot, taken)
    draft = ready[number - 1]
    run.watch.say(f"Proposed without the teacher ({draft.origin}): {draft.rationale}")
    return run.log.record(
        StrategyProposed(
            stream=run.id,
            slot=slot,
            domain=run.domain.name,
            branch=run.branch,
            strategy=draft.strategy.hash,
            rules=draft.strategy.rules,
            parents=draft.parents,
            edits=draft.edits,
            rationale=draft.rationale,
            origin=draft.origin,
        )
    )


def _admitted(run: Run, state: RunState, draft: Draft) -> bool:
    """Whether a draft may go to the gate; what forbids it is told once."""
    ours, incumbent = (run.version(it).strategy for it in (draft.parents[0], state["incumbent"]))
    try:
        check(run, ours, incumbent, draft.strategy, draft.edits)
    except Unusable as error:
        if str(error) not in _refused(run):
            # The version that was refused is part of it: another removal may be refused as well.
            here = round_slot(state, "update_strategy")
            slot = f"{here}/{draft.origin}/{draft.strategy.hash[:16]}"
            run.log.record(
                ProposalRefused(
                    stream=run.id,
                    slot=slot,
                    reason=str(error),
                    edits=draft.edits,
                    parent=draft.parents[0],
                )
            )
        return False
    return True


def _ask(
    run: Run, state: RunState, slot: str, taken: Sequence[tuple[Edit, ...]]
) -> StrategyProposed | ProposalRefused:
    """The teacher's candidate, or why there is none."""
    parent = run.version(state["strategy"]).strategy
    incumbent = run.version(state["incumbent"]).strategy
    reflected = run.log.find(run.id, state["reflected"])
    assert isinstance(reflected, Reflected)
    edits: tuple[Edit, ...] = ()
    cap = edit_cap(run, state)
    try:
        situation = _situation(run, parent, reflected, taken, cap)
        edits = run.teacher.propose(asking(run, slot), situation)
        if not edits:
            raise Unusable(NOTHING_MORE)
        edits = _bounded(run, slot, edits, cap)
        edits, candidate = _ordered(run, parent, edits, f"{run.id}/{slot}")
        check(run, parent, incumbent, candidate, edits, foreign(situation.evidence))
        check_rivals(run, candidate)
    except (Unusable, EditError) as error:
        run.watch.say(f"Proposal {slot} was refused: {error}")
        return run.log.record(
            ProposalRefused(
                stream=run.id,
                slot=slot,
                reason=str(error),
                edits=() if isinstance(error, Forbidden) else edits,
                parent=parent.hash,
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


def _ordered(
    run: Run, parent: Strategy, edits: tuple[Edit, ...], slot: str
) -> tuple[tuple[Edit, ...], Strategy]:
    """The candidate with its rules in the order of what they were surely measured to be worth."""
    candidate = apply(parent, edits, slot)
    moves = reorder(candidate, worths(run))
    return (*edits, *moves), apply(candidate, moves, slot)


def _situation(
    run: Run,
    parent: Strategy,
    reflected: Reflected,
    taken: Sequence[tuple[Edit, ...]],
    cap: int,
) -> Situation:
    read = [run.log.find(run.id, slot) for slot in reflected.attempts]
    failed = [e for e in read if isinstance(e, AttemptJudged) and e.outcome != "right"]
    known = worths(run)
    return Situation(
        guide=run.domain.guide,
        strategy=parent,
        failure_modes=reflected.failure_modes,
        failures=[frozenset(event.failure_modes) for event in failed],
        lessons=reflected.lessons,
        effects=_effects(run),
        because=tuple(event.slot for event in failed),
        taken=tuple(taken),
        edits=cap,
        # Neither is cheap, twins load an embedder: only for a teacher that reads.
        twins=[(a, b) for a, b, _ in twins(parent)] if run.teacher.model else (),
        worth={rule.id: known[rule.id] for rule in parent.rules if rule.id in known},
        refused=_refused(run),
        strategy_tokens=run.config.loop.strategy_tokens,
        evidence=evidence(run, reflected) if run.teacher.model else (),
    )


def _refused(run: Run) -> list[str]:
    """Why proposals of this run never became a version, and what a person would not have."""
    reasons = [
        entry.event.reason
        for entry in run.log.entries(stream=run.id, kinds=[ProposalRefused])
        if isinstance(entry.event, ProposalRefused)
    ]
    told = [*reasons, *sent_back(run)]
    return [reason for reason in dict.fromkeys(told) if reason != NOTHING_MORE]


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
                    pairs=event.pairs,
                    wins=event.wins,
                    losses=event.losses,
                    reason=event.reason,
                )
            )
    return effects
