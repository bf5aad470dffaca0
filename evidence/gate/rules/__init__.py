"""Rules of acceptance, by the names that a config gives them."""

from collections.abc import Mapping

from ..rule import AcceptanceRule, Claim
from ..settings import GateSettings
from .exact import ExactTest
from .margin import MarginTest

RULES: Mapping[str, type[AcceptanceRule]] = {
    rule.name: rule
    for rule in (
        ExactTest,
        MarginTest,
    )
}
USUAL: Mapping[Claim, type[AcceptanceRule]] = {"better": ExactTest, "no worse": MarginTest}
"""Rule of each claim, unless a config names another one."""


def rule_of(settings: GateSettings) -> AcceptanceRule:
    """Return the rule that these settings name. Raises ValueError for a name that none has."""
    if settings.rule not in RULES:
        raise ValueError(f"No rule {settings.rule!r}. Known: {', '.join(RULES)}.")
    return RULES[settings.rule](settings)


def gain_rule_of(settings: GateSettings) -> AcceptanceRule:
    """Return the same, of a candidate that claims to be better. Raises ValueError."""
    rule = rule_of(settings)
    if rule.claim != "better":
        known = ", ".join(name for name, rule in RULES.items() if rule.claim == "better")
        raise ValueError(f"The rule {rule.name!r} proves no gain. Those that do: {known}.")
    return rule
