"""Strategy on the page: its rules with their worth, its changes, and all versions."""

from collections.abc import Sequence

from ...graph.measure.rule_worth import RuleWorth
from ...store.events import FrontierScored, StrategyPromoted, StrategyProposed
from ...store.rules import Rule
from ...store.strategies.diff import diff
from ...store.strategies.versions import Version
from ...store.strategies.word_diff import spans_as_html
from ..run_story import RunStory
from .markup import (
    Html,
    anchor_of,
    bullets,
    code,
    count,
    details,
    esc,
    interval,
    join,
    link,
    percent,
    points,
    scope,
    section,
    table,
    tag,
    text,
)

OLDER = 100
"""Versions that are listed; of more, the newest."""


def strategy_section(story: RunStory) -> Html:
    """Return the rules of the reported version, its relatives, and the way to it."""
    version = story.version
    status = f"{version.name} is {version.status}; its content has the hash "
    return section(
        "strategy",
        "The strategy",
        tag("p", esc(status), code(version.hash[:16]), Html("."), cls="note"),
        _rules(story, version.strategy.rules),
        _others(story, version),
        _changes(story, version),
        _versions(story),
    )


def _rules(story: RunStory, rules: Sequence[Rule]) -> Html:
    if not rules:
        return text("p", "It has no rules: nothing was promoted.", "note")
    sections = dict.fromkeys(rule.section for rule in rules)
    return tag(
        "div",
        *(
            join([text("h3", name), bullets(_rule(story, r) for r in rules if r.section == name)])
            for name in sections
        ),
        cls="card rules",
    )


def _rule(story: RunStory, rule: Rule) -> Html:
    holds = scope(rule.when, rule.when_not, rule.steps)
    worth = _worth(story.worth.get(rule.id), rule)
    return join([esc(rule.text), esc(" "), code(rule.id), holds, worth])


def _worth(worth: RuleWorth | None, rule: Rule | None = None) -> Html:
    """Return the gain from having the rule, and how it was measured."""
    if worth is None:
        return text("div", "its worth was not measured", "note")
    how = (
        f"with it and without it on {count(worth.n, 'pair')}"
        if worth.source == "credit"
        else f"the gate effect of {worth.version}, which brought it, with all else that it brought"
    )
    through = ", through weights" if worth.channel == "weights" else ""
    if rule is not None and not worth.is_of(rule):
        through += ", as it was worded then"
    measured = f" {points(worth.gain)} points ({interval(worth.low, worth.high)}): {how}{through}"
    badge = text("span", worth.verdict, f"badge {worth.verdict}")
    return tag("div", badge, esc(measured), cls="note")


def _others(story: RunStory, version: Version) -> Html:
    """Return the rules that were measured and are not in the version."""
    inside = {rule.id for rule in version.strategy.rules}
    rows = [
        [esc(worth.wording.text), code(rule), _worth(worth)]
        for rule, worth in story.worth.items()
        if rule not in inside and worth.wording is not None
    ]
    if not rows:
        return Html("")
    return details("What was measured of other rules", table(["rule", "id", "worth"], rows))


def _changes(story: RunStory, version: Version) -> Html:
    """Return the changes since the first promoted version, or else since no rules at all."""
    promoted = [event.strategy for event in story.all(StrategyPromoted)]
    first = story.strategies.get(f"{story.domain}@0")
    if promoted and promoted[0] != version.hash:
        first = story.strategies.get(story.name(promoted[0]))
    if first.hash == version.hash:
        return Html("")
    found = diff(first, version)
    lines = [_mark("+", "ins", rule) for rule in found.added]
    lines += [_mark("−", "del", rule) for rule in found.deprecated]
    lines += [
        join([code(change.new.id), esc(f" {it.field}: "), Html(spans_as_html(it.words))])
        for change in found.changed
        for it in change.fields
    ]
    lines += [
        join([code(it.rule.id), esc(f" moved from place {it.before} to {it.after}")])
        for it in found.moved
    ]
    unchanged = f"{found.unchanged} unchanged." if found.unchanged else ""
    title = f"From {first.name} to {version.name}"
    return join([text("h3", title), tag("div", bullets(lines), text("p", unchanged, "note"),
                                        cls="card diff")])  # fmt: skip


def _mark(sign: str, name: str, rule: Rule) -> Html:
    return join([tag(name, esc(f"{sign} {rule.section}: {rule.text}")), esc(" "), code(rule.id)])


def _versions(story: RunStory) -> Html:
    hashes = list(dict.fromkeys(event.strategy for event in story.all(StrategyProposed)))
    if not hashes:
        return Html("")
    heads = ["version", "made from", "#rules", "status", "gates in this run"]
    rows = [_version(story, story.strategies.get(story.name(it))) for it in hashes[-OLDER:]]
    scored = {it.strategy: it for it in story.all(FrontierScored)}
    if scored:
        heads.append("#on the frontier’s problems")
        for row, name in zip(rows, hashes[-OLDER:], strict=True):
            row.append(esc(_mean(scored[name]) if name in scored else "–"))
    return details("All versions of this run", table(heads, rows))


def _mean(scored: FrontierScored) -> str:
    """Return the mean score on the frontier's problems; a lost reply stands below zero."""
    scores = [score for score in scored.scores if score >= 0]
    return percent(sum(scores) / len(scores)) if scores else "–"


def _version(story: RunStory, version: Version) -> list[Html]:
    gates = (
        link(
            anchor_of("gate", gate.slot),
            f"{gate.decision} {points(gate.gain)}{' (by hand)' * bool(gate.by_hand)}",
        )
        for gate in version.gates
        if gate.stream == story.run
    )
    return [
        code(version.name),
        join((code(story.name(parent)) for parent in version.parents), " "),
        esc(len(version.strategy.rules)),
        esc(version.status),
        join(gates, ", "),
    ]
