"""Where a round starts from, and the candidates that need no teacher: merges and removals."""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from ..store.edits import Deprecate, Edit, apply
from ..store.events import ProposalRefused, RoundOpened, StrategyProposed
from ..store.ledger import Worth, ledger, still_said
from ..store.merge import Merged, ancestor, merge, merge_edits
from ..store.rules import Rule, Strategy
from ..store.versions import Version
from .context import Run
from .frontier import means, measure
from .slots import round_slot, seed_of
from .state import RunState


@dataclass(frozen=True)
class Draft:
    """A candidate that follows from what the log holds."""

    origin: Literal["merge", "ledger"]
    parents: tuple[str, ...]
    """Hashes: the version that is edited, and for a merge the one that is joined to it."""
    strategy: Strategy
    edits: tuple[Edit, ...]
    rationale: str


def open_round(run: Run, state: RunState) -> RoundOpened:
    """What this round works from; drawn once, and read ever after.

    With a frontier, the parent is drawn by the problems that each version is among the best on.
    Whatever the parent is, the candidates must beat the current version.
    """
    slot = round_slot(state, "open")
    event = run.log.find(run.id, slot)
    if isinstance(event, RoundOpened):
        return event
    incumbent = run.current().hash
    fronts = measure(run, state["adapter"]) if run.config.search.frontier else {}
    parent = _drawn(fronts, seed_of(run.config.seed, slot)) if fronts else incumbent
    if fronts:
        won = ", ".join(f"{run.version(name).name} {count}" for name, count in fronts.items())
        run.watch.say(f"Frontier (problems won): {won}. Parent: {run.version(parent).name}.")
    return run.log.record(
        RoundOpened(
            stream=run.id,
            slot=slot,
            strategy=parent,
            adapter=state["adapter"],
            incumbent=incumbent,
            fronts=fronts,
        )
    )


def edit_cap(run: Run, state: RunState) -> int:
    """Most edits of a candidate in this round: from `search.edits` down to 1 along a cosine."""
    most, last = run.config.search.edits, run.config.total_rounds - 1
    gone = (run.round_number(state) - 1) / last if last else 0.0
    return 1 + round((most - 1) * (1 + math.cos(math.pi * gone)) / 2)


def drafts(run: Run, state: RunState) -> Iterator[Draft]:
    """This round's candidates by the log alone: at most one merge, at most one removal.

    They follow from what was known when the round's lessons were written, so that a run that is
    resumed between two candidates finds the same ones.
    """
    opened = run.log.find(run.id, round_slot(state, "open"))
    assert isinstance(opened, RoundOpened)
    if run.config.search.merge and (joined := _joined(run, state, opened)):
        yield joined
    if run.config.loop.credit and (shorter := _shorter(run, state)):
        yield shorter


def words(rule: Rule) -> tuple[object, ...]:
    """All that a student or a worked solution could follow of a rule: everything but its id."""
    return rule.section, rule.text, rule.when, rule.when_not, rule.steps


def worths(run: Run) -> Mapping[str, Worth]:
    """What this run measured of each rule; another run's evidence would change a resumed one."""
    return ledger(run.log, run.domain.name, stream=run.id)


def _drawn(fronts: Mapping[str, int], seed: int) -> str:
    return random.Random(seed).choices(list(fronts), weights=list(fronts.values()))[0]


def _joined(run: Run, state: RunState, opened: RoundOpened) -> Draft | None:
    """The first pair of the frontier that joins without a conflict into something new."""
    here = round_slot(state, "update_strategy")
    before = [e for e in _proposed(run) if not e.slot.startswith(f"{here}/")]
    known = {event.strategy for event in before}
    tried = {frozenset(event.parents) for event in before if event.origin == "merge"}
    for ours, theirs in _pairs(run, opened):
        base = ancestor(run.strategies, ours, theirs)
        if base is None or base.hash in (ours.hash, theirs.hash):
            continue
        if frozenset((ours.hash, theirs.hash)) in tried or not _worth_joining(
            run, base, ours, theirs
        ):
            continue
        merged = merge(base.strategy, ours.strategy, theirs.strategy)
        joined = _without_waste(run, ours.strategy, merged.strategy)
        if merged.conflicts:
            _tell_conflict(run, here, ours, theirs, merged)
        elif joined.hash not in {*known, ours.hash, theirs.hash}:
            return Draft(
                origin="merge",
                parents=(ours.hash, theirs.hash),
                strategy=joined,
                edits=merge_edits(ours.strategy, joined),
                rationale=f"{ours.name} and {theirs.name} joined, rule by rule, "
                f"from where they parted: {base.name}.",
            )
    return None


def _pairs(run: Run, opened: RoundOpened) -> list[tuple[Version, Version]]:
    """Pairs of the frontier: those with the current version first, then by problems won.

    The current version comes first in its pair, else whoever wins more.
    """
    won = opened.fronts
    standing = sorted(won, key=lambda name: (name != opened.incumbent, -won[name], name))
    pairs = sorted(
        combinations(standing, 2),
        key=lambda ab: (opened.incumbent not in ab, -won[ab[0]] - won[ab[1]]),
    )
    return [(run.version(a), run.version(b)) for a, b in pairs]


def _without_waste(run: Run, ours: Strategy, merged: Strategy) -> Strategy:
    """The merge without what would come from the other side for nothing.

    That is a rule that says what another one says under another id, and one that was measured to
    do harm or nothing.
    """
    known, margin = still_said(merged, worths(run)), run.config.gate.margin
    mine = {rule.id for rule in ours.rules}
    said = {words(rule) for rule in merged.rules if rule.id in mine}
    kept: list[Rule] = []
    for rule in merged.rules:
        worth = known.get(rule.id)
        idle = worth is not None and worth.source == "credit" and _idle(worth, margin)
        if rule.id in mine or not (idle or words(rule) in said):
            kept.append(rule)
            said.add(words(rule))
    return Strategy(rules=tuple(kept))


def _worth_joining(run: Run, base: Version, ours: Version, theirs: Version) -> bool:
    """Both are at least as good as what they come from, as far as that was measured."""
    known = means(run)
    low = min(known.get(it.hash, 0.0) for it in (ours, theirs))
    return known.get(base.hash, 0.0) <= low


def _tell_conflict(run: Run, here: str, ours: Version, theirs: Version, merged: Merged) -> None:
    """Once a pair: the teacher reads it among what was refused, and may settle it by an edit."""
    pair = f"merge/{ours.hash[:16]}-{theirs.hash[:16]}"
    refused = run.log.entries(stream=run.id, kinds=[ProposalRefused])
    if any(entry.event.slot.endswith(pair) for entry in refused):
        return
    rules = ", ".join(conflict.rule for conflict in merged.conflicts)
    reason = (
        f"{ours.name} and {theirs.name} cannot be joined: both changed {rules} since they parted, "
        "each in its own way."
    )
    run.watch.say(reason)
    run.log.record(
        ProposalRefused(stream=run.id, slot=f"{here}/{pair}", reason=reason, parent=ours.hash)
    )


def _shorter(run: Run, state: RunState) -> Draft | None:
    """The current version without the rules that were measured to do harm or nothing.

    The worst first, as many as the round's edits allow, and never all of them. Whether nothing is
    lost by it, the gate finds out: leaving a rule out here only says what is worth a try.
    """
    current = run.version(state["incumbent"]).strategy
    idle = {
        rule: worth
        for rule, worth in still_said(current, worths(run)).items()
        if worth.source == "credit" and _idle(worth, run.config.gate.margin)
    }
    most = min(edit_cap(run, state), len(current.rules) - 1)
    worst = sorted(idle, key=lambda rule: (not idle[rule].harms, idle[rule].gain, rule))[:most]
    if not worst:
        return None
    edits = tuple(
        Deprecate(rule=rule, rationale=f"Measured: {idle[rule].in_words()}.", consolidates=True)
        for rule in worst
    )
    return Draft(
        origin="ledger",
        parents=(current.hash,),
        strategy=apply(current, edits, ""),
        edits=edits,
        rationale="Without the rules that were measured to do harm or nothing.",
    )


def _idle(worth: Worth, margin: float) -> bool:
    """Harmful, or by its best estimate worth not half of what the gate lets a version lose."""
    return worth.harms or (not worth.helps and worth.gain < margin / 2)


def _proposed(run: Run) -> list[StrategyProposed]:
    found = run.log.entries(stream=run.id, kinds=[StrategyProposed])
    return [entry.event for entry in found if isinstance(entry.event, StrategyProposed)]
