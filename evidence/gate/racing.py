"""Futility stopping: a gate stops asking when the candidate can hardly be accepted any more.

Stopping for futility alone can never raise the share of false accepts: a stopped gate never
accepts, and one that is not stopped decides by exactly the replies that a gate without interim
looks would have had. So the accepts of a race are some of the accepts of the full gate, whatever
the rule for stopping is.

What it costs is power, and little of it. A gate that is stopped would have been accepted with a
chance below FUTILE = g under the gain that it looks for; if it misses that gain with chance b when
nothing is stopped, it is stopped with chance s <= b / (1 - g), so at most b g / (1 - g) of power is
lost: 1.1 points at a power of 80 % (Lan, Simon and Halperin, Sequential Analysis 1, 1982).
"""

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import TypeVar

from ..pairs import Scores
from .comparison import compare_arms, points
from .decide import GateVerdict, decide, detectable_gain
from .replicates import Replicates, means, require_agreement
from .rules import rule_of
from .settings import GateSettings

Answers = TypeVar("Answers")

LOOKS, FEWEST = 4, 16
"""Interim looks at a block, and the fewest problems between two: a student answers in batches."""


def race(
    planned: int,
    settings: GateSettings,
    ask: Callable[[int], Answers],
    futile: Callable[[Answers, int], str],
) -> tuple[Answers, str]:
    """Ask for the answers to ever more of the problems, until the rest is futile or none is left.

    `ask` returns the answers to so many problems from the first on; `futile` tells why so many
    more need not be asked, in words that are empty while there is hope. Returns the last answers,
    and those words.
    """
    for asked in interim_looks(planned, settings.race):
        answers, why = ask(asked), ""
        if asked < planned and (why := futile(answers, planned - asked)):
            break
    return answers, why


def interim_looks(n: int, race: bool = True) -> list[int]:
    """Numbers of problems after which a race over `n` is analysed; the last is the gate itself."""
    step = max(FEWEST, ceil(n / LOOKS)) if race else max(1, n)
    return [*range(step, n, step), n]


def futility_reason(candidate: Scores, incumbent: Scores, left: int, settings: GateSettings) -> str:
    """The reason to stop a gate that has `left` problems to go; empty while it can still accept."""
    return rule_of(settings).futility(compare_arms(candidate, incumbent, settings), left)


def end_race(
    candidate: Replicates, incumbent: Replicates, planned: int, settings: GateSettings, why: str
) -> GateVerdict:
    """Decide on what was answered of `planned` problems; `why` the race was stopped, if it was.

    A race that was stopped is lost, and the reason says how far it had come.
    """
    verdict = decide(*means(candidate, incumbent), settings)
    verdict = replace(verdict, detectable=detectable_gain(planned, settings))
    if why:
        reason = (
            f"Stopped after {verdict.pairs + verdict.missing} of {planned} problems: "
            f"{verdict.wins} wins against {verdict.losses} losses, "
            f"{'gained' if verdict.gain > 0 else 'lost'} {points(abs(verdict.gain))} so far; {why}."
        )
        verdict = replace(verdict, decision="reject", reason=reason)
    return require_agreement(verdict, candidate, incumbent, settings)
