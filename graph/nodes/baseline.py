"""Before anything is learned: the floors, and which channel this student can use."""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from ...domains.contract import Problem
from ...evidence.attribution.contrasts import compare
from ...evidence.floors import Floor, best_floor, floors
from ...store.events import Channel, FloorsMeasured, ProbeDecided
from ...store.rules import Rule, Strategy
from ..context import Run
from ..measure.rollouts import attempt, scores
from ..measure.validators import hear_validators
from ..state import RunState


def baseline(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Hear each validator once, measure the floors of the pool, probe what words do."""
    run = runtime.context
    hear_validators(run)
    run.watch.stage("baseline", "floors, and whether the student can use words")
    measure_floors(run, "val", run.problems["val"])
    if run.channel() is None and run.domain.guide.rules:
        probe(run, expert_strategy(run))
    return {}


def measure_floors(run: Run, split: str, problems: Sequence[Problem]) -> Floor:
    """Record what no understanding at all scores on `problems`, and return the best of it."""
    train = run.problems["train"]
    arguments = (
        [problem.answer for problem in problems],
        [problem.features for problem in problems],
        run.domain.guide.classes,
        [problem.answer for problem in train],
        [problem.features for problem in train],
    )
    run.log.record(
        FloorsMeasured(
            stream=run.id, slot=f"floors/{split}", split=split, floors=floors(*arguments)
        )
    )
    return best_floor(*arguments)


def expert_strategy(run: Run) -> Strategy:
    """All expert rules of the domain as one strategy, in the order of their texts' hashes."""
    rules = [
        Rule(
            id=f"expert-{rule.name}",
            section=rule.section,
            text=rule.text,
            when=rule.when,
            when_not=rule.when_not,
            steps=tuple(sorted(rule.steps)),
        )
        for rule in run.domain.guide.rules
    ]
    return Strategy(rules=tuple(sorted(rules, key=lambda rule: rule.id)))


def probe(run: Run, strategy: Strategy) -> ProbeDecided:
    """The capability probe: no prompt against `strategy` in the prompt, on the same problems.

    A gain beyond chance means `words`. A student that cannot be trained has no other channel.
    """
    problems = run.batch(0)
    bare = scores(attempt(run, "baseline/probe/bare", problems, what="probe without words"))
    told = scores(
        attempt(run, "baseline/probe/told", problems, strategy=strategy, what="probe with words")
    )
    pairs = [(t, b) for t, b in zip(told, bare, strict=True) if t is not None and b is not None]
    change = compare([t for t, _ in pairs], [b for _, b in pairs])
    helped = change.shown and change.gain > 0
    found: Channel = "words" if helped or run.trainer is None else "weights"
    forced = run.config.gate.channel
    event = run.log.record(
        ProbeDecided(
            stream=run.id,
            slot="baseline/probe",
            model=run.student.name,
            strategy=strategy.hash,
            channel=found if forced == "auto" else forced,
            forced=forced != "auto",
            n=len(pairs),
            gain=change.gain,
            low=change.low,
            high=change.high,
            p=change.p,
        )
    )
    needs = event.channel == "words" and not event.helped and not event.forced
    only = "that is no help shown, but it has no other channel: " if needs else ""
    run.watch.say(
        f"Probe: words in the prompt change {run.student.name} by {points(event.gain)} "
        f"[{points(event.low)}, {points(event.high)}] on {event.n} problems: "
        f"{only}gates work in the `{event.channel}` channel."
    )
    return event


def points(share: float) -> str:
    """A difference of shares, in percentage points."""
    return f"{100 * share:+.0f}"
