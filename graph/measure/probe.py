"""Capability probe: measures whether a strategy in the prompt helps the student."""

from ...store import slots
from ...store.events import Channel, ProbeDecided
from ...store.rules import Rule, Strategy
from ..context import Run
from .channel_rule import words_help
from .rollouts import attempt, compare_attempts


def expert_strategy(run: Run) -> Strategy:
    """Return the domain's expert rules as one strategy, in the order of their texts' hashes."""
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
    """Compare no prompt with `strategy` in the prompt on the same problems, and pick the channel.

    A gain beyond chance means `words`. A student that cannot be trained has no other channel.
    """
    problems = run.batch(0)
    without, within = (slots.part(slots.PROBE, arm) for arm in ("bare", "told"))
    bare = attempt(run, without, problems, beside=within, what="probe without words")
    told = attempt(
        run, within, problems, strategy=strategy, beside=without, what="probe with words"
    )
    pairs, change = compare_attempts(told, bare)
    helped = change.is_beyond_chance and change.gain > 0
    found: Channel = "words" if helped or run.trainer is None else "weights"
    forced = run.config.gate.channel
    event = run.log.record(
        ProbeDecided(
            stream=run.id,
            slot=slots.PROBE,
            model=run.student.name,
            strategy=strategy.hash,
            channel=found if forced == "auto" else forced,
            forced=forced != "auto",
            n=len(pairs),
            **change._asdict(),
        )
    )
    needs = event.channel == "words" and not words_help(event) and not event.forced
    only = "that is no help shown, but it has no other channel: " if needs else ""
    run.progress.say(
        f"Probe: words in the prompt change {run.student.name} by {whole_points(event.gain)} "
        f"[{whole_points(event.low)}, {whole_points(event.high)}] on {event.n} problems: "
        f"{only}gates work in the `{event.channel}` channel."
    )
    return event


def whole_points(difference: float) -> str:
    """Return a difference of shares in whole percentage points, with its sign."""
    return f"{100 * difference:+.0f}"
