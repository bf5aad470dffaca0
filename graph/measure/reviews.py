"""Reviews by a person: the question that is asked, and what the run takes from the answers."""

from ...store import slots
from ...store.events import GateDecided, ReviewAnswered, ReviewAsked, StrategyProposed
from ...store.strategies.review_answers import rules_to_decide
from ..context import Run
from ..state import RunState, round_slot


def ask_reviewer(run: Run, state: RunState, gate: GateDecided) -> ReviewAsked:
    """Lay a gated version before the reviewer whom the config names."""
    candidate, incumbent = run.version(gate.candidate), run.version(gate.incumbent)
    asked = run.log.record(
        ReviewAsked(
            stream=run.id,
            slot=slots.part(round_slot(state, "review"), "asked"),
            domain=run.domain.name,
            branch=run.branch,
            candidate=candidate.hash,
            incumbent=incumbent.hash,
            gate=slots.reference(gate),
            rules=rules_to_decide(incumbent, candidate),
            reviewer=run.config.reviewer.strip(),
        )
    )
    run.progress.say(f"{candidate.name} waits for {asked.reviewer}: {gate.decision} by the gate.")
    return asked


def reviewer_candidates(run: Run, state: RunState) -> list[str]:
    """Return the version that a reviewer made in the round before, which no gate has seen yet.

    It is gated in a later round, on problems of that round: the reviewer has seen what the block
    of their own round said, and a second try there would be a try that no alpha was spent for.
    """
    before = run.previous_round(state)
    if before is None:
        return []
    slot = slots.part(round_slot(before, "review"), "revised")
    made = run.log.events(StrategyProposed, stream=run.id, prefix=slot)
    return [event.strategy for event in made]


def rejection_reasons(run: Run) -> list[str]:
    """Return the rules and removals that reviewers of this run rejected, with their reasons."""
    reasons: list[str] = []
    for event in run.log.events(ReviewAnswered, stream=run.id):
        rules = {rule.id: rule.text for rule in run.version(event.candidate).strategy.rules}
        reasons += [
            f"{event.reviewer} rejected {what!r}: {it.reason}"
            for it in event.decisions
            if it.decision == "reject" and (what := rules.get(it.rule, f"to take out {it.rule}"))
        ]
    return reasons
