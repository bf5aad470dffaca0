"""Formats of numbers and names that every report shares: points, shares, times, gaps, versions."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..terminal import duration as duration
from ..terminal import printable
from .credentials import without_credentials

if TYPE_CHECKING:
    from ..store.strategies.versions import Strategies


class Gap(NamedTuple):
    """Cause of a failure, in the story's words and in those of the page."""

    meaning: str
    on_page: str = ""
    """Empty where the page gives the number alone."""


GAPS: Mapping[str, Gap] = {
    "application": Gap(
        "it can with the strategy in its prompt",
        "solved with the strategy in the prompt: more examples",
    ),
    "demonstration": Gap(
        "the teacher can, it cannot even with words",
        "the teacher solves it, the student does not even with words",
    ),
    "knowledge": Gap("the teacher cannot either", "the teacher fails too"),
    "format": Gap("only the reply's format is wrong", "only the reply’s format is wrong"),
    "unmeasured": Gap("the cause was not measured"),
}
OTHER_GAP = Gap("of another kind")
"""Stands for a cause that is not among the `GAPS`."""


def clean(text: str) -> str:
    """Return text without control characters or hidden credentials.

    What a model wrote must not drive the terminal.
    """
    return printable(without_credentials(text))


def points(difference: float) -> str:
    """Return a difference of shares in percentage points, with its sign."""
    return f"{100 * difference:+.1f}"


def interval(low: float, high: float) -> str:
    """Return an interval of differences: `+1.2 to +3.4`."""
    return f"{points(low)} to {points(high)}"


def gain_text(gain: float, low: float, high: float) -> str:
    """Return a gain with its interval: `+2.3 [+1.2, +3.4]`."""
    return f"{points(gain)} [{points(low)}, {points(high)}]"


def share(value: float | None) -> str:
    """Return a share in percent, or a dash where there is none."""
    return "-" if value is None else f"{100 * value:.1f}"


def noun(number: int, one: str, many: str = "") -> str:
    """Return the form of a noun that goes with a number."""
    return one if number == 1 else many or f"{one}s"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 problem`, `12 problems`."""
    return f"{number} {noun(number, one, many)}"


def list_words(words: Sequence[str]) -> str:
    """Return `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def version_name(strategies: "Strategies", domain: str, strategy: str) -> str:
    """Return `domain@n` of a hash; the hash itself, shortened, where no version has it."""
    try:
        return f"{domain}@{strategies.number(domain, strategy)}"
    except LookupError:
        return strategy[:12]
