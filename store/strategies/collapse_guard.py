"""Guard against collapse: refuses edits that lose much of a strategy without saying so."""

from collections.abc import Collection, Sequence

from ..edits import Edit
from ..rules import Rule, Strategy

MOST_TOKENS_LOST = 0.3
"""Share of a strategy's tokens that an edit set may lose without saying so."""

MOST_PROVEN_LOST = 0.1
"""Share of the rules with net-positive evidence that it may."""

CHARACTERS_A_TOKEN = 4


def count_tokens(strategy: Strategy) -> int:
    """Estimate how many tokens a model reads: four characters each, rounded up."""
    return -(-len(strategy.render()) // CHARACTERS_A_TOKEN)


def collapse_reason(
    before: Strategy, after: Strategy, edits: Sequence[Edit], net_positive: Collection[str]
) -> str:
    """Return why `edits`, which made `after` of `before`, must be refused; empty when they may go.

    `net_positive` are the ids of the rules that were measured to help. Losing over 30 % of the
    tokens, or over 10 % of those rules, takes edits that say `consolidates` and name each rule
    that leaves or shrinks. A lone DEPRECATE names what it takes: the share of tokens is not held
    against it, or no strategy of two or three rules could ever lose one.
    """
    meant = {rule for edit in edits if edit.consolidates for rule in edit.named_rules}
    left = after.by_id
    gone = [rule.id for rule in before.rules if rule.id not in left]
    shrunk = [it.id for it in before.rules if it.id in left and _size(left[it.id]) < _size(it)]
    had, has = count_tokens(before), count_tokens(after)
    silent = [rule for rule in (*gone, *shrunk) if rule not in meant]
    lone = not shrunk and len(gone) == 1 and _takes_out(edits, gone[0])
    if silent and not lone and had - has > MOST_TOKENS_LOST * had:
        return _refusal(f"{had - has} of about {had} tokens", MOST_TOKENS_LOST, silent)
    proven = [rule.id for rule in before.rules if rule.id in net_positive]
    lost = [rule for rule in proven if rule not in left]
    silent = [rule for rule in lost if rule not in meant]
    if silent and len(lost) > MOST_PROVEN_LOST * len(proven):
        return _refusal(f"{len(lost)} of {len(proven)} rules that help", MOST_PROVEN_LOST, silent)
    return ""


def _takes_out(edits: Sequence[Edit], rule: str) -> bool:
    """Tell whether the last edit that names the rule does nothing but take it out."""
    return next((it.only_removes for it in reversed(edits) if rule in it.named_rules), False)


def _refusal(lost: str, most: float, silent: Sequence[str]) -> str:
    return (
        f"The edits lose {lost}, over {most:.0%}, and do not say that they mean it for "
        f"{', '.join(silent)}. Keep more, or let edits that name them say `consolidates`."
    )


def _size(rule: Rule) -> int:
    return len(rule.text) + len(rule.when) + len(rule.when_not)
