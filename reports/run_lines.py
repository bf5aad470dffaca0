"""Story of a run in lines for the terminal: what `show` prints."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ..graph.measure.channel_rule import words_help
from ..store import events
from ..store.edits import Edit, edit_line
from ..store.judged_by import engine_line, judge_lines
from ..store.slots import RoundId
from ..store.strategies.diff import gate_line
from .event_wording import describe_other
from .run_story import RunStory
from .wording import duration, interval, points


def run_lines(story: RunStory, state: str) -> Iterator[str]:
    """Yield the lines of a run that is in this state, such as finished, running or stopped."""
    config = story.config
    yield f"{story.run}: {story.domain}, {config['teacher']} teaches {config['student']}; {state}."
    yield from story.replies.warnings()
    yield (
        f"Began {story.began.isoformat(timespec='seconds')}, last event "
        f"{story.last.isoformat(timespec='seconds')}; {duration(story.seconds)} at work, "
        f"{story.event_count} events. Stands at {story.current}."
    )
    if story.probe:
        yield _probe_line(story.probe)
    for cycle in range(1, max((where.cycle for where in story.rounds), default=0) + 1):
        yield ""
        yield f"Cycle {cycle}"
        for where in story.rounds:
            if where.cycle == cycle:
                yield from _round(story, where)
        yield from _cycle_end(story, cycle)
    yield ""
    for gate in story.gates_by_hand:
        yield f"By hand: {_versions(story, gate)}: {gate_line(gate)}"
    for seal in story.all(events.SealOpened):
        yield f"Opened the sealed split {seal.split} for {seal.reason}."
    gates = (gate for where in story.rounds for gate in story.within(events.GateDecided, where))
    if saved := sum(gate.saved for gate in gates):
        yield f"Gates that stopped early saved {saved} replies."
    yield from map(describe_other, story.others)
    outcomes = ", ".join(f"{n} {outcome}" for outcome, n in sorted(story.outcomes.items()))
    yield f"Attempts: {outcomes or 'none'}."
    if said := engine_line(story.engines):
        yield said
    yield from judge_lines(dict(sorted(story.judged_by.items())), story.read_again)
    if story.doubt_line:
        yield story.doubt_line
    if story.in_doubt:
        some = ", ".join(story.in_doubt[:5])
        yield f"{len(story.in_doubt)} calls in doubt, perhaps paid unseen: {some}"


def _probe_line(probe: events.ProbeDecided) -> str:
    how = "named by the config" if probe.forced else "found by the probe"
    if probe.channel == "words" and not (probe.forced or words_help(probe)):
        how = "the only one that the student has"
    return (
        f"Channel {probe.channel}, {how}: words in the prompt change {points(probe.gain)} "
        f"points on {probe.n} problems."
    )


def _round(story: RunStory, where: RoundId) -> Iterator[str]:
    yield f"  Round {where.round}"
    for opening in story.within(events.RoundOpened, where):
        if opening.fronts:
            fronts = ", ".join(f"{story.name(it)} {n}" for it, n in opening.fronts.items())
            parent = story.name(opening.strategy)
            yield f"    frontier  best on problems: {fronts}; edits {parent}"
    for solve in story.within(events.Solved, where):
        yield (
            f"    solve     the {solve.policy} with {story.name(solve.strategy)}: "
            f"{solve.right} of {len(solve.attempts)} right"
        )
    for credit in story.within(events.CreditMeasured, where):
        effect = _effect(credit, credit.n)
        yield f"    credit    {credit.rule} in {story.name(credit.strategy)}: {effect}"
    for reflection in story.within(events.Reflected, where):
        modes = ", ".join(f"{mode} {n}" for mode, n in reflection.failure_modes.items())
        unsolved = len(reflection.knowledge_gaps)
        yield f"    reflect   failure modes: {modes or 'none'}; {unsolved} unsolved"
        yield from (f"              - {lesson}" for lesson in reflection.lessons)
    yield from _proposals(story, where)
    yield from _measurements(story, where)
    for review in story.within(events.ReviewAsked, where):
        yield from _review(story, review, story.within(events.ReviewAnswered, where))
    promotions = [story.name(it.strategy) for it in story.within(events.StrategyPromoted, where)]
    yield f"    promoted  {promotions[-1] if promotions else 'nothing'}"


def _proposals(story: RunStory, where: RoundId) -> Iterator[str]:
    for proposal in story.within(events.StrategyProposed, where):
        parents = " + ".join(story.name(it) for it in proposal.parents)
        origin = "" if proposal.origin == "teacher" else f" ({proposal.origin} of {parents})"
        edits = _edits(proposal.edits) or "no edit of its own"
        yield f"    propose   {story.name(proposal.strategy)}{origin}: {edits}"
    for refusal in story.within(events.ProposalRefused, where):
        edits = f" ({_edits(refusal.edits)})" if refusal.edits else ""
        yield f"    refused   {refusal.reason}{edits}"


def _measurements(story: RunStory, where: RoundId) -> Iterator[str]:
    for gate in story.within(events.GateDecided, where):
        early = f"; stopped early, {gate.saved} replies saved" if gate.saved else ""
        yield f"    gate      {_versions(story, gate)}: {gate_line(gate)}{early}"
    for it in story.within(events.PortabilityMeasured, where):
        effect = f"{it.verdict}, {_effect(it, it.pairs)}"
        yield f"    portable  {story.name(it.candidate)} for {it.model}: {effect}"


def _versions(story: RunStory, gate: events.GateDecided) -> str:
    return f"{story.name(gate.candidate)} against {story.name(gate.incumbent)}"


def _effect(event: events.CreditMeasured | events.PortabilityMeasured, pairs: int) -> str:
    return (
        f"{points(event.gain)} points, 95 % interval {interval(event.low, event.high)}, "
        f"{pairs} pairs, p {event.p:.2g}"
    )


def _edits(edits: Sequence[Edit]) -> str:
    return "; ".join(edit_line(edit) for edit in edits)


def _review(
    story: RunStory, review: events.ReviewAsked, answers: Sequence[events.ReviewAnswered]
) -> Iterator[str]:
    version = story.name(review.candidate)
    if not answers:
        yield f"    review    {version} waits for {review.reviewer}, {len(review.rules)} rules"
    for answer in answers:
        revision = f"; made {story.name(answer.revised)} of it" if answer.revised else ""
        reason = f": {answer.reason}" if answer.reason else ""
        yield (f"    review    {version}: {answer.verdict} by {review.reviewer}{reason}{revision}")
        for it in answer.decisions:
            why = f": {it.reason}" if it.reason else ""
            yield f"              - {it.decision} {it.rule}{why}"


def _cycle_end(story: RunStory, cycle: int) -> Iterator[str]:
    for transfer in story.ending(events.Transferred, cycle):
        to = f"adapter {transfer.adapter}" if transfer.adapter else transfer.reason
        yield f"  Transfer    {story.name(transfer.strategy)}: {to}"
    for feedback in story.ending(events.FailuresSorted, cycle):
        gaps = ", ".join(f"{gap} {n}" for gap, n in sorted(Counter(feedback.gaps.values()).items()))
        yield (
            f"  Feedback    {feedback.right} of {len(feedback.attempts)} right; "
            f"gaps: {gaps or 'none'}"
        )
