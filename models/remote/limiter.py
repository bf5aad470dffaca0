"""Limit of calls in flight to one server, learned from what it answers.

It is learned as TCP learns its window: additive increase by each answer, multiplicative decrease
by each sign of overload (Chiu and Jain 1989; Jacobson 1988). What a server says in `retry-after`
holds for all calls of its model, and is read here and nowhere else.
"""

import email.utils
import threading
import time
from collections.abc import Mapping
from random import uniform

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
"""Seconds before the next try where the server says nothing; they double in between."""


class TryAgain(Exception):
    """One try of a call failed; the same call may be answered in a while."""

    def __init__(
        self,
        detail: str,
        *,
        wait: float | None = None,
        overloaded: bool = False,
        may_be_paid: bool = False,
    ) -> None:
        """`wait` is what the server asked for, in seconds; overload concerns all its calls.

        `may_be_paid` tells that the server may have answered, and nobody read it.
        """
        super().__init__(detail)
        self.may_be_paid = may_be_paid
        self.detail, self.wait, self.overloaded = detail, wait, overloaded


def may_try_again(outage: bool, headers: Mapping[str, str]) -> bool:
    """Tell whether another try may be answered: after an outage, unless the server says no."""
    told = headers.get("x-should-retry")
    return told == "true" or (outage and told != "false")


def try_again(status: int, headers: Mapping[str, str], detail: str) -> TryAgain:
    """Return what a status, and the pause that stands beside it, mean for the next try."""
    wait = _asked_wait(headers)
    overloaded = status in (429, 529) or (status == 503 and wait is not None)
    return TryAgain(detail, wait=wait, overloaded=overloaded)


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    """Return the pause that a server asks for, in seconds: a number or a date."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        return seconds if seconds >= 0 else None
    try:
        moment = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
    except (ValueError, OverflowError):
        return None
    return max(0.0, moment.timestamp() - time.time())


class Limiter:
    """Number of calls that a server takes at once, and the pause in which it is left in peace."""

    def __init__(self, longest_wait: float) -> None:
        self.changed = threading.Condition()
        """Held while anything of the limiter or of a flight is changed."""
        self.in_flight = 0
        self.resumes = 0.0
        """Moment until which nothing is sent."""
        self._window = float("inf")
        self._longest_wait = longest_wait
        self._failures, self._last_failure = 0, 0.0

    def take_place(self, most: int) -> bool:
        """Take one of the places of at most `most` calls, if one is free now."""
        with self.changed:
            free = self.in_flight < int(min(self._window, most))
            if not free or time.monotonic() < self.resumes:
                return False
            self.in_flight += 1
            return True

    def leave_place(self) -> None:
        """Give a place back."""
        with self.changed:
            self.in_flight -= 1
            self.changed.notify_all()

    def note_answer(self) -> None:
        """Let one call more in flight for each windowful of answers."""
        self._failures = 0
        self._window += 1 / self._window

    def note_failure(self, fault: TryAgain, sent: float, most: int) -> float:
        """Return the seconds until the next try of a call that was sent at the moment `sent`.

        Calls that were in flight together fail together: that counts once. A failure by itself
        makes its own call wait. Overload, and failures one behind the other with no answer between
        them, make all calls wait, and halve their number: so an outage costs one call its tries,
        and not all that were in flight.
        """
        now, is_new = time.monotonic(), sent >= self._last_failure
        if is_new:
            self._failures, self._last_failure = self._failures + 1, now
        concerns_all = fault.overloaded or self._failures > 1
        if is_new and concerns_all:
            self._window = max(1.0, min(self._window, most) / 2)
        pause = min(SHORTEST_PAUSE * 2.0 ** min(self._failures - 1, 10), LONGEST_PAUSE)
        pause *= uniform(0.75, 1.0)
        if fault.wait is not None:
            pause = min(fault.wait, self._longest_wait)
        if concerns_all:
            self.resumes = max(self.resumes, now + pause)
        return pause
