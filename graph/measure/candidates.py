"""Candidates that need no teacher: merges of versions, and removals of idle rules."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from ...store import slots
from ...store.edits import Deprecate, Edit, apply
from ...store.events import GateDecided, ProposalRefused, RoundOpened, StrategyProposed
from ...store.rules import Rule, Strategy
from ...store.strategies.merge import MergeResult, common_ancestor, merge, merge_edits
from ...store.strategies.versions import Version
from ..config.config import RunConfig
from ..context import Run
from ..state import RunState, round_slot
from .acceptance import rules_out_loss
from .frontier import mean_scores
from .rule_worth import RuleWorth, current_worths, rule_worths

MAX_IDLE_MARGINS = 2
"""Margins (`gate.margin`): a rule that may yet be worth so much is not called idle."""


@dataclass(frozen=True)
class Candidate:
    """A candidate that follows from what the log holds."""

    origin: Literal["merge", "ledger"]
    parents: tuple[str, ...]
    """Hashes: the version that is edited, and for a merge the one that is joined to it."""
    strategy: Strategy
    edits: tuple[Edit, ...]
    rationale: str


def derive_candidates(run: Run, state: RunState) -> Iterator[Candidate]:
    """Yield what the log alone proposes: at most one merge, then removals, the likeliest first.

    At most one removal is for this round: the next stands in where one may not go to the gate.
    They follow from what was known when the round's lessons were written, so that a run that is
    resumed between two candidates finds the same ones.
    """
    opened = run.event(RoundOpened, round_slot(state, "open"))
    if run.config.search.merge and (joined := _merge_candidate(run, state, opened)):
        yield joined
    if run.config.loop.credit:
        yield from _removal_candidates(run, state)


def removals_possible(config: RunConfig) -> bool:
    """Tell whether a rule that is worth nothing can ever leave without the teacher.

    Its worth must be measured, and identical replies to a round's block must rule out the loss of
    `gate.margin`. Where they do not, only a rule that clearly harms can leave.
    """
    measured = config.loop.credit and config.gate.channel != "weights"
    return measured and rules_out_loss(config, 0, 0)


def rule_content(rule: Rule) -> tuple[object, ...]:
    """Return all that a student or a worked solution could follow of a rule: all but its id."""
    return rule.section, rule.text, rule.when, rule.when_not, rule.steps


def worths(run: Run) -> Mapping[str, RuleWorth]:
    """Return what this run measured of each rule: others' evidence would change a resumed run."""
    return rule_worths(run.log, run.domain.name, stream=run.id)


def _merge_candidate(run: Run, state: RunState, opened: RoundOpened) -> Candidate | None:
    """Merge the first pair of the frontier that joins without a conflict into something new."""
    here = round_slot(state, "update_strategy")
    before = _earlier_proposals(run, here)
    known = {event.strategy for event in before}
    tried = {frozenset(event.parents) for event in before if event.origin == "merge"}
    for ours, theirs in _pairs(run, opened):
        base = common_ancestor(run.strategies, ours, theirs)
        if base is None or base.hash in (ours.hash, theirs.hash):
            continue
        if frozenset((ours.hash, theirs.hash)) in tried or not _worth_joining(
            run, base, ours, theirs
        ):
            continue
        merged = merge(base.strategy, ours.strategy, theirs.strategy)
        joined = _without_waste(run, ours.strategy, merged.strategy)
        if merged.conflicts:
            _record_conflict(run, here, ours, theirs, merged)
        elif joined.hash not in {*known, ours.hash, theirs.hash}:
            return Candidate(
                origin="merge",
                parents=(ours.hash, theirs.hash),
                strategy=joined,
                edits=merge_edits(ours.strategy, joined),
                rationale=f"{ours.name} and {theirs.name} joined, rule by rule, "
                f"from where they parted: {base.name}.",
            )
    return None


def _pairs(run: Run, opened: RoundOpened) -> list[tuple[Version, Version]]:
    """Return pairs of the frontier: those with the current version first, then by problems won.

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
    """Return the merge without what would come from the other side for nothing.

    That is a rule that says what another one says under another id, and one that was measured to
    do harm or nothing.
    """
    idle = _idle(run, merged)
    mine = {rule.id for rule in ours.rules}
    said = {rule_content(rule) for rule in merged.rules if rule.id in mine}
    kept: list[Rule] = []
    for rule in merged.rules:
        if rule.id in mine or not (rule.id in idle or rule_content(rule) in said):
            kept.append(rule)
            said.add(rule_content(rule))
    return Strategy(rules=tuple(kept))


def _worth_joining(run: Run, base: Version, ours: Version, theirs: Version) -> bool:
    """Tell whether both are as good as what they come from, as far as that was measured."""
    known = mean_scores(run)
    low = min(known.get(it.hash, 0.0) for it in (ours, theirs))
    return known.get(base.hash, 0.0) <= low


def _record_conflict(
    run: Run, here: str, ours: Version, theirs: Version, merged: MergeResult
) -> None:
    """Record the conflict once a pair: the teacher reads it, and may settle it by an edit."""
    slot = slots.derived_candidate(here, "merge", ours.hash, theirs.hash)
    pair = slots.parse(slot).parts
    refused = run.log.events(ProposalRefused, stream=run.id)
    if any(slots.parse(event.slot).parts == pair for event in refused):
        return
    rules = ", ".join(conflict.rule for conflict in merged.conflicts)
    reason = (
        f"{ours.name} and {theirs.name} cannot be joined: both changed {rules} since they parted, "
        "each in its own way."
    )
    run.progress.say(reason)
    run.log.record(ProposalRefused(stream=run.id, slot=slot, reason=reason, parent=ours.hash))


def _removal_candidates(run: Run, state: RunState) -> Iterator[Candidate]:
    """Yield the current version without one rule that was measured to do harm or nothing.

    The harmful first, then what was put up least often, then the worst; never the only rule. One
    at a time: of two rules that say the same, each is idle beside the other, and both together may
    be worth a lot. None is put up that the block could not let go, whatever the replies. Whether
    nothing is lost by it, the gate finds out: here it is only said what is worth a try.
    """
    current = run.version(state["incumbent"]).strategy
    if len(current.rules) < 2:
        return
    here = round_slot(state, "update_strategy")
    tried = Counter(
        edit.rule
        for event in _earlier_proposals(run, here)
        if event.origin == "ledger"
        for edit in event.edits
        if isinstance(edit, Deprecate)
    )
    idle = _idle(run, current)
    for rule in sorted(
        idle, key=lambda rule: (not idle[rule].harms, tried[rule], idle[rule].gain, rule)
    ):
        if _may_leave(run.config, idle[rule]):
            yield _without(current, idle[rule])


def _without(current: Strategy, worth: RuleWorth) -> Candidate:
    why = f"Measured: {worth.as_text()}."
    edits = (Deprecate(rule=worth.rule, rationale=why, consolidates=True),)
    found = (
        "does harm"
        if worth.harms
        else f"shows no help: {100 * worth.gain:+.1f} points in {worth.n} pairs, "
        f"{100 * worth.high:+.1f} at most"
    )
    return Candidate(
        origin="ledger",
        parents=(current.hash,),
        strategy=apply(current, edits, ""),
        edits=edits,
        rationale=f"Without {worth.rule}, which {found}.",
    )


def _may_leave(config: RunConfig, worth: RuleWorth) -> bool:
    """Tell whether the gate can accept the removal at all, on a block of this size.

    Either identical replies are enough, or the pairs that a harmful rule lost in the ledger would
    be, at the same rate.
    """
    if rules_out_loss(config, 0, 0):
        return True
    wins = round(config.block * worth.losses / worth.n)
    losses = min(round(config.block * worth.wins / worth.n), config.block - wins)
    return worth.harms and rules_out_loss(config, wins, losses)


def _idle(run: Run, strategy: Strategy) -> dict[str, RuleWorth]:
    """Return the rules that credit found to do harm or nothing, as `strategy` words them.

    Nothing is: not shown to help, by its best estimate worth not half of what the gate lets a
    version lose, and surely less than MAX_IDLE_MARGINS margins. A gate that accepted the very
    wording, and nothing beside it, says more, unless credit's interval lies below the gate's.
    """
    margin, proved = run.config.gate.margin, _gate_lows(run)
    said, found = {rule.id: rule_content(rule) for rule in strategy.rules}, {}
    for rule, worth in current_worths(strategy, worths(run)).items():
        most = min(MAX_IDLE_MARGINS * margin, proved.get(said[rule], 1.0))
        nothing = not worth.helps and worth.gain < margin / 2 and worth.high < most
        if worth.source == "credit" and (worth.harms or nothing):
            found[rule] = worth
    return found


def _gate_lows(run: Run) -> dict[tuple[object, ...], float]:
    """Return rule content -> the least worth that a gate showed which accepted it alone."""
    found: dict[tuple[object, ...], float] = {}
    for gate in run.log.events(GateDecided, stream=run.id):
        # A person's own gates must not change what a resumed run proposes.
        if gate.decision != "accept" or not slots.cycle_of(gate.slot):
            continue
        before, after = (
            set(run.version(it).strategy.rules) for it in (gate.incumbent, gate.candidate)
        )
        if before < after and len(after - before) == 1:
            (rule,) = after - before
            found[rule_content(rule)] = max(gate.low, found.get(rule_content(rule), gate.low))
    return found


def _earlier_proposals(run: Run, step: str) -> list[StrategyProposed]:
    """Return the run's proposals but for those of `step`."""
    proposed = run.log.events(StrategyProposed, stream=run.id)
    return [event for event in proposed if not slots.is_below(event.slot, step)]
