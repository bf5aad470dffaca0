"""The headline: what may be claimed from an attribution, and no more."""

from ..effects import ALPHA
from .contrasts import Contrast, arm_name
from .table import Attribution, Row


def headline(attribution: Attribution, split: str = "test") -> str:
    """Say what helped and by how much; a result that does not beat its floor says exactly that.

    The result is the tuned student without a prompt; where none was trained, the base model
    with the strategy in its prompt. An arm that answers the same whatever is asked is named.
    Replies lost to errors are in no accuracy, and told last.
    """
    return " ".join(
        [
            _claim(attribution, split),
            *_constant_answers(attribution, split),
            *_lost_replies(attribution, split),
        ]
    )


def _claim(attribution: Attribution, split: str) -> str:
    row = (
        attribution.row(split, "tuned")
        or attribution.row(split, "tuned", True)
        or attribution.row(split, "base", True)
    )
    if row is None or row.n == 0:
        return f"Nothing can be claimed: no tuned or prompted student was measured on {split}."
    name = arm_name(row.student, row.strategy)
    opening = (
        f"On {row.n} {split} problems {name} scores {row.accuracy:.1%} "
        f"(interval {row.low:.1%} to {row.high:.1%})"
    )
    over = attribution.contrast(split, f"{name} - floor")
    if row.accuracy <= row.floor:
        return (
            f"{opening}: it does not beat its floor of {row.floor:.1%}, which needs no knowledge "
            f"of the task{_chance(row)}. No gain is claimed."
        )
    if over is None or over.gain <= 0 or not over.is_beyond_chance:
        return (
            f"{opening}: it does not beat its floor of {row.floor:.1%} by more than chance could. "
            "No gain is claimed."
        )
    earned = [
        _sentence(contrast, words)
        for comparison, words in _COMPARISONS
        if (contrast := attribution.contrast(split, comparison)) is not None
    ]
    base = attribution.row(split, "base")
    against = attribution.contrast(split, f"{name} - base")
    beside = f"its floor of {row.floor:.1%}"
    if base is not None and against is not None and base.accuracy > row.floor:
        over, beside = against, f"the base model's {base.accuracy:.1%}, which is above the floor"
    elif base is not None:
        beside += f", which is above the base model's {base.accuracy:.1%}"
    return " ".join([f"{opening}. {_sentence(over, f'Gain over {beside}')}", *earned])


_COMPARISONS = (
    ("tuned - labels_only", "What the strategy adds to training on labels alone"),
    ("base+strategy - base", "The strategy in the base model's prompt"),
    ("base+strategy - placebo+strategy", "What its words add to a placebo of equal length"),
    ("tuned+strategy - tuned", "The strategy in the tuned model's prompt"),
    ("tuned - teacher+strategy", "The student against its teacher"),
)


def _sentence(c: Contrast, subject: str) -> str:
    size = f"{100 * c.gain:+.1f} points ({100 * c.low:+.1f} to {100 * c.high:+.1f})"
    if c.is_beyond_chance:
        return f"{subject}: {size}." if c.gain > 0 else f"{subject}: {size}, a loss."
    excludes_zero = c.low > 0 or c.high < 0
    why = f" (p = {c.p:.3f}, and at most {ALPHA} is asked for)" if excludes_zero else ""
    return f"{subject}: {size}, not shown to differ from zero{why}."


def _constant_answers(attribution: Attribution, split: str) -> list[str]:
    told = ", ".join(
        f"{arm_name(row.student, row.strategy)} ({row.constant}, {row.usual_share:.1%} of its "
        "answers)"
        for row in attribution.rows
        if row.split == split and row.constant is not None
    )
    return [f"Says the same whatever is asked: {told}."] if told else []


def _lost_replies(attribution: Attribution, split: str) -> list[str]:
    rows = [row for row in attribution.rows if row.split == split and row.missing]
    told = ", ".join(
        f"{row.missing} of {arm_name(row.student, row.strategy)}'s {row.n + row.missing}"
        for row in rows
    )
    return [f"Replies lost to errors, and not counted: {told}."] if told else []


def _chance(row: Row) -> str:
    if row.balanced_accuracy is None:
        return ""
    return f"; its balanced accuracy is {row.balanced_accuracy:.3f}"
