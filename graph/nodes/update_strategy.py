"""Node that makes candidate versions: from the teacher's edits, a review and the log."""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from ...store import slots
from ...store.edits import Edit, EditError, apply
from ...store.events import (
    Event,
    GateDecided,
    ProposalRefused,
    Reflected,
    StrategyProposed,
)
from ...store.index.near_duplicates import near_duplicates
from ...store.readings import place_of
from ...store.rules import Strategy
from ..context import Run
from ..measure.candidates import Candidate, derive_candidates, worths
from ..measure.rereading import attempts_in
from ..measure.reviews import rejection_reasons, reviewer_candidates
from ..measure.round_opening import edit_cap
from ..measure.rule_worth import reorder_edits
from ..measure.shown_attempts import evidence_of
from ..screening.admission import check, check_rivals
from ..screening.leaks import foreign_texts
from ..state import RunState, round_slot
from ..teacher.contract import (
    NOTHING_MORE,
    Effect,
    Forbidden,
    Situation,
    Unusable,
    unusable_otherwise,
)


def update_strategy(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Propose the round's candidates: a review's, a merge, a removal, and the teacher's.

    The teacher keeps at least one place, where there are two, and the one place at least every
    other round. It is asked for one candidate after the other, each time told of those before it.
    """
    run = runtime.context
    run.progress.stage("update_strategy", f"{run.teacher.name} proposes edits")
    taken: list[tuple[Edit, ...]] = []
    # What a reviewer made takes one of the round's places: each has its share of alpha.
    candidates = reviewer_candidates(run, state)
    places = run.config.loop.candidates - len(candidates)
    free = places - 1 if places > 1 else int(_teacher_had_a_place(run, state))
    for number in range(1, places + 1):
        slot = slots.below(round_slot(state, "update_strategy"), number)
        event = run.log.find(Event, run.id, slot) or _propose(run, state, number, slot, free, taken)
        assert isinstance(event, StrategyProposed | ProposalRefused)
        if event.edits:
            taken.append(event.edits)
        if isinstance(event, StrategyProposed):
            candidates += [event.strategy] if event.strategy not in candidates else []
        elif event.reason == NOTHING_MORE:
            break
    return {"candidates": candidates}


def _teacher_had_a_place(run: Run, state: RunState) -> bool:
    """Tell whether the teacher was asked in the round before: then a single place is free."""
    before = run.previous_round(state)
    if before is None:
        return False
    step = round_slot(before, "update_strategy")
    numbers = range(1, run.config.loop.candidates + 1)
    refused = run.log.events(ProposalRefused, stream=run.id, prefix=slots.inside(step))
    proposed = run.log.events(StrategyProposed, stream=run.id, prefix=slots.inside(step))
    asked = {it.slot for it in refused} | {it.slot for it in proposed if it.origin == "teacher"}
    return not asked.isdisjoint(slots.below(step, number) for number in numbers)


def _ready(run: Run, state: RunState, free: int) -> list[Candidate]:
    """Return the log's own candidates that may go to the gate: one an origin, at most `free`."""
    ready: list[Candidate] = []
    for derived in derive_candidates(run, state) if free else ():
        if derived.origin in {it.origin for it in ready} or not _is_fit(run, state, derived):
            continue
        ready.append(derived)
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
    """Record candidate `number` of the round: the log's own while there are any, the teacher's."""
    ready = _ready(run, state, free)
    if number > len(ready):
        return _ask(run, state, slot, taken)
    derived = ready[number - 1]
    run.progress.say(f"Proposed without the teacher ({derived.origin}): {derived.rationale}")
    return run.log.record(
        StrategyProposed(
            stream=run.id,
            slot=slot,
            domain=run.domain.name,
            branch=run.branch,
            strategy=derived.strategy.hash,
            rules=derived.strategy.rules,
            parents=derived.parents,
            edits=derived.edits,
            rationale=derived.rationale,
            origin=derived.origin,
        )
    )


def _is_fit(run: Run, state: RunState, derived: Candidate) -> bool:
    """Tell whether a candidate of the log may go to the gate; record once what forbids it."""
    ours, incumbent = (run.version(it).strategy for it in (derived.parents[0], state["incumbent"]))
    try:
        check(run, ours, incumbent, derived.strategy, derived.edits)
    except Unusable as error:
        if str(error) not in _refusals(run):
            # The version that was refused is part of it: another removal may be refused as well.
            step, made = round_slot(state, "update_strategy"), derived.strategy.hash
            run.log.record(
                ProposalRefused(
                    stream=run.id,
                    slot=slots.derived_candidate(step, derived.origin, made),
                    reason=str(error),
                    edits=derived.edits,
                    parent=derived.parents[0],
                )
            )
        return False
    return True


def _ask(
    run: Run, state: RunState, slot: str, taken: Sequence[tuple[Edit, ...]]
) -> StrategyProposed | ProposalRefused:
    """Record the teacher's candidate, or why there is none."""
    parent = run.version(state["strategy"]).strategy
    incumbent = run.version(state["incumbent"]).strategy
    reflected = run.event(Reflected, state["reflected"])
    edits: tuple[Edit, ...] = ()
    situation = _situation(run, parent, reflected, taken, edit_cap(run, state))
    try:
        with unusable_otherwise():
            edits = _teacher_edits(run, slot, situation)
            edits, candidate = _reorder(run, parent, edits, slots.rule_seed(run.id, slot))
            check(run, parent, incumbent, candidate, edits, foreign_texts(situation.evidence))
            check_rivals(run, candidate)
    except (Unusable, EditError) as error:
        run.progress.say(f"Proposal {slot} was refused: {error}")
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


def _teacher_edits(run: Run, slot: str, situation: Situation) -> tuple[Edit, ...]:
    """Return the first edits that the round allows: a teacher names the most important first.

    Raises Unusable, also where there are none.
    """
    edits, most = run.teacher.propose(run.teacher_call(slot), situation), situation.edits
    if not edits:
        raise Unusable(NOTHING_MORE)
    if len(edits) > most:
        run.progress.say(f"Proposal {slot} holds {len(edits)} edits; the first {most} are taken.")
    return edits[:most]


def _reorder(
    run: Run, parent: Strategy, edits: tuple[Edit, ...], slot: str
) -> tuple[tuple[Edit, ...], Strategy]:
    """Return the candidate with its rules in the order of their surely measured worth."""
    candidate = apply(parent, edits, slot)
    moves = reorder_edits(candidate, worths(run))
    return (*edits, *moves), apply(candidate, moves, slot)


def _situation(
    run: Run,
    parent: Strategy,
    reflected: Reflected,
    taken: Sequence[tuple[Edit, ...]],
    cap: int,
) -> Situation:
    # As the reflection read them: a teacher that was asked already is asked nothing else now.
    until = place_of(run.log, run.id, reflected.slot)
    seen = attempts_in(run, reflected.attempts, until=until)
    failed = [event for event in seen if event.outcome != "right"]
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
        # Neither is cheap, near-duplicates load an embedder: only for a teacher that reads.
        near_duplicates=[(a, b) for a, b, _ in near_duplicates(parent)]
        if run.teacher.model
        else (),
        worth={rule.id: known[rule.id].as_text() for rule in parent.rules if rule.id in known},
        refused=_refusals(run),
        strategy_tokens=run.config.loop.strategy_tokens,
        evidence=evidence_of(run, reflected) if run.teacher.model else (),
    )


def _refusals(run: Run) -> list[str]:
    """Return why proposals of this run never became a version, and what reviewers rejected."""
    reasons = [event.reason for event in run.log.events(ProposalRefused, stream=run.id)]
    reasons += rejection_reasons(run)
    return [reason for reason in dict.fromkeys(reasons) if reason != NOTHING_MORE]


def _effects(run: Run) -> list[Effect]:
    """Return what this run's gates measured, with the edits that each one was about."""
    proposals: dict[str, StrategyProposed] = {}
    effects: list[Effect] = []
    for entry in run.log.entries(stream=run.id, kinds=[StrategyProposed, GateDecided]):
        match entry.event:
            case StrategyProposed() as event:
                proposals[event.strategy] = event
            # A person's own gates must not change what a resumed teacher is told.
            case GateDecided() as event if event.candidate in proposals and slots.cycle_of(
                event.slot
            ):
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
