"""What each rule of a version is worth, and how that is known."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..store.rules import Rule
from ..store.strategies.versions import Version
from ..store.strategies.worth import SURE, Worth

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
    f"at most {SURE}, rule by rule: a reason to try an edit, no gate's verdict."
)


def worth_lines(version: Version, worths: Mapping[str, Worth]) -> Iterator[str]:
    """The rules of a version with their worth, then what was measured of others."""
    if not version.strategy.rules and not worths:
        return
    yield f"What each rule of {version.name} is worth, in points of the student's score"
    for rule in version.strategy.rules:
        yield from (f"  {rule.id} [{rule.section}] {rule.text}", f"    {_said(worths, rule)}")
    if not version.strategy.rules:
        yield "  It has no rules: nothing was promoted, or all of it was taken back."
    if others := [it for it in others_than(version, worths) if it.wording]:
        yield f"Rules that were measured and are not in {version.name}"
        for worth in others:
            assert worth.wording is not None
            yield f"  {worth.rule} [{worth.wording.section}] {worth.wording.text}"
            yield f"    {worth.in_words()}"
    yield from how_measured(worths.values())


def how_measured(worths: Iterable[Worth]) -> Iterator[str]:
    """What the words behind the numbers mean, for those that were used."""
    found = list(worths)
    if any(worth.source == "credit" for worth in found):
        yield BY_CREDIT
    if any(worth.source == "gate" for worth in found):
        yield BY_GATE
    if any(worth.channel == "weights" for worth in found):
        yield BY_WEIGHTS
    if found:
        yield NO_VERDICT


def others_than(version: Version, worths: Mapping[str, Worth]) -> list[Worth]:
    """What was measured of rules that a version does not have, the most helpful first."""
    inside = {rule.id for rule in version.strategy.rules}
    return sorted((it for it in worths.values() if it.rule not in inside), key=lambda it: -it.gain)


def worth_facts(version: Version, worths: Mapping[str, Worth]) -> list[dict[str, Any]]:
    """The same for machines; `in_version` tells the rules of the version from the others."""
    inside = {rule.id: rule for rule in version.strategy.rules}
    named = [*inside, *(it.rule for it in others_than(version, worths))]
    return [
        {"rule": name, "in_version": name in inside, "worth": one_worth(worths.get(name))}
        for name in named
    ]


def one_worth(worth: Worth | None) -> dict[str, Any] | None:
    """One worth for machines."""
    if worth is None:
        return None
    kept = {name: value for name, value in vars(worth).items() if name not in ("rule", "wording")}
    text = worth.wording.text if worth.wording else ""
    return {"text": text, **kept, "helps": worth.helps, "harms": worth.harms}


def _said(worths: Mapping[str, Worth], rule: Rule) -> str:
    worth = worths.get(rule.id)
    if worth is None:
        return "not measured"
    changed = " (as it was worded then)" if worth.wording not in (None, rule) else ""
    return worth.in_words() + changed
