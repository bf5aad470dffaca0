"""The strategy as it stands, how it came to be, and what changed on the way."""

from collections.abc import Sequence

from ...store.events import FrontierScored, StrategyPromoted, StrategyProposed
from ...store.rules import Rule
from ...store.strategies.diff import diff
from ...store.strategies.versions import Version
from ...store.strategies.word_diff import in_html
from ...store.strategies.worth import Worth
from .facts import Facts
from .markup import (
    Html,
    anchor_of,
    between,
    bullets,
    code,
    count,
    esc,
    folded,
    join,
    link,
    percent,
    points,
    section,
    table,
    tag,
    text,
)

OLDER = 100
"""Versions that are listed; of more, the newest."""


def strategy(told: Facts) -> Html:
    """The rules of the version that is reported, its relatives, and the way to it."""
    version = told.version()
    status = f"{version.name} is {version.status}; its content has the hash "
    return section(
        "strategy",
        "The strategy",
        tag("p", esc(status), code(version.hash[:16]), Html("."), cls="note"),
        _rules(told, version.strategy.rules),
        _others(told, version),
        _changes(told, version),
        _versions(told),
    )


def _rules(told: Facts, rules: Sequence[Rule]) -> Html:
    if not rules:
        return text("p", "It has no rules: nothing was promoted.", "note")
    sections = dict.fromkeys(rule.section for rule in rules)
    return tag(
        "div",
        *(
            join([text("h3", name), bullets(_rule(told, r) for r in rules if r.section == name)])
            for name in sections
        ),
        cls="card rules",
    )


def _rule(told: Facts, rule: Rule) -> Html:
    said = (
        ("when", rule.when),
        ("not when", rule.when_not),
        ("writes out", ", ".join(rule.steps)),
    )
    scope = join(text("span", f"{name}: {words}", "scope") for name, words in said if words)
    worth = told.worth.get(rule.id)
    return join([esc(rule.text), esc(" "), code(rule.id), scope, _worth(worth, rule)])


def _worth(worth: Worth | None, rule: Rule | None = None) -> Html:
    """What having the rule gains, and how that was measured."""
    if worth is None:
        return text("div", "its worth was not measured", "note")
    how = (
        f"with it and without it on {count(worth.n, 'pair')}"
        if worth.source == "credit"
        else f"the gate effect of {worth.version}, which brought it, with all else that it brought"
    )
    through = ", through weights" if worth.channel == "weights" else ""
    if rule is not None and worth.wording not in (None, rule):
        through += ", as it was worded then"
    verdict = "helps" if worth.helps else "harms" if worth.harms else "unclear"
    measured = (
        f" {points(worth.gain)} points ({between(points(worth.low), points(worth.high))}): {how}"
        f"{through}"
    )
    badge = text("span", verdict, f"badge {verdict}")
    return tag("div", badge, esc(measured), cls="note")


def _others(told: Facts, version: Version) -> Html:
    """Rules that were measured and are not in it."""
    inside = {rule.id for rule in version.strategy.rules}
    rows = [
        [esc(worth.wording.text), code(rule), _worth(worth)]
        for rule, worth in told.worth.items()
        if rule not in inside and worth.wording is not None
    ]
    if not rows:
        return Html("")
    return folded("What was measured of other rules", table(["rule", "id", "worth"], rows))


def _changes(told: Facts, version: Version) -> Html:
    """From the first version that was promoted, or else from no rules at all."""
    promoted = [event.strategy for event in told.all(StrategyPromoted)]
    first = told.strategies.get(f"{told.domain}@0")
    if promoted and promoted[0] != version.hash:
        first = told.strategies.get(told.name(promoted[0]))
    if first.hash == version.hash:
        return Html("")
    found = diff(first, version)
    lines = [_mark("+", "ins", rule) for rule in found.added]
    lines += [_mark("−", "del", rule) for rule in found.deprecated]
    lines += [
        join([code(change.new.id), esc(f" {it.field}: "), Html(in_html(it.words))])
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


def _versions(told: Facts) -> Html:
    hashes = list(dict.fromkeys(event.strategy for event in told.all(StrategyProposed)))
    if not hashes:
        return Html("")
    heads = ["version", "made from", "#rules", "status", "gates in this run"]
    rows = [_version(told, told.strategies.get(told.name(it))) for it in hashes[-OLDER:]]
    scored = {it.strategy: it for it in told.all(FrontierScored)}
    if scored:
        heads.append("#on the frontier’s problems")
        for row, name in zip(rows, hashes[-OLDER:], strict=True):
            row.append(esc(_mean(scored[name]) if name in scored else "–"))
    return folded("All versions of this run", table(heads, rows))


def _mean(scored: FrontierScored) -> str:
    """Mean score on the frontier's problems; below zero stands a reply that was lost."""
    told = [score for score in scored.scores if score >= 0]
    return percent(sum(told) / len(told)) if told else "–"


def _version(told: Facts, version: Version) -> list[Html]:
    gates = (
        link(
            anchor_of("gate", gate.slot),
            f"{gate.decision} {points(gate.gain)}{' (by hand)' * bool(gate.by_hand)}",
        )
        for gate in version.gates
        if gate.stream == told.run
    )
    return [
        code(version.name),
        join((code(told.name(parent)) for parent in version.parents), " "),
        esc(len(version.strategy.rules)),
        esc(version.status),
        join(gates, ", "),
    ]
