"""Worth of each rule of a version, in lines and as JSON, with how it was measured."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..evidence.effects import ALPHA
from ..graph.measure.rule_worth import RuleWorth
from ..store.rules import Rule
from ..store.strategies.versions import Version

BY_CREDIT = (
    "Where it says `left out of`, the rule alone was taken out of the prompt, on training problems "
    "whose attempts called for it."
)
BY_GATE = (
    "Where it says `the gate of`, the worth is the gain of that whole version over the one it was "
    "gated against, with all else that it brought."
)
BY_WEIGHTS = (
    "In the weights channel there is no other measure: a rule acts through training, and cannot be "
    "left out by itself."
)
NO_VERDICT = (
    "Helps and harms are said where gain, interval and the wins against the losses agree and p is "
    f"at most {ALPHA}, rule by rule: a reason to try an edit, no gate's verdict."
)


def worth_lines(version: Version, worths: Mapping[str, RuleWorth]) -> Iterator[str]:
    """Yield the rules of a version with their worth, then what was measured of others."""
    if not version.strategy.rules and not worths:
        return
    yield f"What each rule of {version.name} is worth, in points of the student's score"
    for rule in version.strategy.rules:
        yield f"  {rule.id} [{rule.section}] {rule.text}"
        yield f"    {worth_of_rule(worths.get(rule.id), rule)}"
    if not version.strategy.rules:
        yield "  It has no rules: nothing was promoted, or all of it was taken back."
    if others := [it for it in rules_outside(version, worths) if it.wording]:
        yield f"Rules that were measured and are not in {version.name}"
        for worth in others:
            assert worth.wording is not None
            yield f"  {worth.rule} [{worth.wording.section}] {worth.wording.text}"
            yield f"    {worth.as_text()}"
    yield from explain_measures(worths.values())


def worth_of_rule(worth: RuleWorth | None, rule: Rule) -> str:
    """Return the worth of a rule in one line, with a note where it was worded otherwise then."""
    if worth is None:
        return "not measured"
    return worth.as_text() + ("" if worth.is_of(rule) else " (as it was worded then)")


def explain_measures(worths: Iterable[RuleWorth]) -> Iterator[str]:
    """Yield what the words behind the numbers mean, for those that were used."""
    found = list(worths)
    if any(worth.source == "credit" for worth in found):
        yield BY_CREDIT
    if any(worth.source == "gate" for worth in found):
        yield BY_GATE
    if any(worth.channel == "weights" for worth in found):
        yield BY_WEIGHTS
    if found:
        yield NO_VERDICT


def rules_outside(version: Version, worths: Mapping[str, RuleWorth]) -> list[RuleWorth]:
    """Return the worth of rules that a version does not have, the most helpful first."""
    inside = version.strategy.by_id
    return sorted((it for it in worths.values() if it.rule not in inside), key=lambda it: -it.gain)


def worths_as_json(version: Version, worths: Mapping[str, RuleWorth]) -> list[dict[str, Any]]:
    """Return the same as JSON; `in_version` tells the version's rules from the others."""
    inside = version.strategy.by_id
    named = [*inside, *(it.rule for it in rules_outside(version, worths))]
    return [
        {"rule": name, "in_version": name in inside, "worth": worth_as_json(worths.get(name))}
        for name in named
    ]


def worth_as_json(worth: RuleWorth | None) -> dict[str, Any] | None:
    """Return one worth as JSON."""
    if worth is None:
        return None
    kept = {name: value for name, value in vars(worth).items() if name not in ("rule", "wording")}
    text = worth.wording.text if worth.wording else ""
    return {"text": text, **kept, "helps": worth.helps, "harms": worth.harms}
