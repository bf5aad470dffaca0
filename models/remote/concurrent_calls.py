"""Many calls to one server at once, as many as it takes, each tried again while that may help."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..contract import CONCURRENCY, Calls, ModelError, Reply, Request
from .limiter import Limiter, TryAgain

MAX_RETRIES = 8
"""With the growing pauses about 40 s of patience; a provider's overload lasts longer than 2."""
LONGEST_WAIT = 60.0
"""Seconds to wait when a server says `retry-after`; some say an hour."""
TIMEOUT = 600.0
"""Seconds until an answer must have come; so long after its first try no call is tried again."""
GLANCE = 0.5
"""Seconds between two looks at whether somebody asked to stop."""


class Patience(NamedTuple):
    """Limits of the tries of one call."""

    max_retries: int = MAX_RETRIES
    longest_wait: float = LONGEST_WAIT
    timeout: float = TIMEOUT


class Sender:
    """The calls of one model; each try of one is a call of `answer`, in a thread of its own.

    `answer` gives the reply, or raises TryAgain, or ModelError where no call will be answered.
    """

    def __init__(self, answer: Callable[[Request], Reply], patience: Patience) -> None:
        self.answer, self.patience = answer, patience
        self.limiter = Limiter(patience.longest_wait)

    def send(
        self, calls: Calls, most: int = CONCURRENCY, before_each: Callable[[], None] = lambda: None
    ) -> "Flight":
        """Begin to make `calls`, at most `most` at once: `ConcurrentModel.send`."""
        return Flight(self, calls, most, before_each)

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer each request, in order; many at once. Raises a ModelError of `answer`."""
        calls = ((str(place), request) for place, request in enumerate(requests))
        found = {name: reply for came in self.send(calls) for name, reply in came}
        return [found[str(place)] for place in range(len(requests))]


@dataclass
class _Call:
    """A call that was begun, and how it stands."""

    place: int
    name: str
    request: Request
    begun: float
    sent: float = 0.0
    failures: int = 0
    due: float = 0.0


class Flight(Iterator[list[tuple[str, Reply]]]):
    """Calls under way: yields what has come, as it comes.

    Whoever iterates does all the sending: nothing new is sent while nobody waits for replies, and
    what has come is yielded, so that it can be recorded, before anything more is sent.
    What the calls' iterator, `before_each` or `answer` raises ends it: nothing more is sent, what
    is in flight is yielded, then it is raised.
    """

    def __init__(
        self, sender: Sender, calls: Calls, most: int, before_each: Callable[[], None]
    ) -> None:
        self._sender, self._limiter = sender, sender.limiter
        self._calls: Iterator[tuple[str, Request]] = iter(calls)
        self._most, self._before_each = most, before_each
        self._begun = self._in_flight = 0
        self._all_begun = self._stopped = False
        self._waiting: list[_Call] = []
        """Calls of which a try failed, in no order."""
        self._came: list[tuple[str, Reply]] = []
        self._fault: Exception | None = None
        self._doubts: list[str] = []
        """Names of calls of which a try may have been paid unseen; nobody was told yet."""
        self.on_doubt: Callable[[str], None] = lambda name: None

    def __next__(self) -> list[tuple[str, Reply]]:
        while True:
            self._tell_doubts()
            while not self._came and self._send_one():
                pass
            with self._limiter.changed:
                if self._doubts:
                    continue
                if self._came:
                    came, self._came = self._came, []
                    return came
                if not self._in_flight and (self._stopped or self._is_at_end()):
                    break
                self._limiter.changed.wait(self._pause())
        fault, self._fault = self._fault, None
        raise fault or StopIteration

    @property
    def in_flight(self) -> int:
        """Calls that were sent and have no answer yet."""
        return self._in_flight

    def stop(self, *, wait: bool = True) -> None:
        """Send and try nothing more; what is in flight can still be taken.

        Without `wait` only what has come already. A call that waits for another try is given up.
        """
        with self._limiter.changed:
            self._stopped, self._fault = True, None
            self._waiting.clear()
            if not wait:
                self._in_flight = 0

    def _tell_doubts(self) -> None:
        with self._limiter.changed:
            doubts, self._doubts = self._doubts, []
        for name in doubts:
            try:
                self.on_doubt(name)
            except Exception as error:
                if not self._stopped:
                    self._end(error)

    def _is_at_end(self) -> bool:
        return self._all_begun and not self._waiting

    def _pause(self) -> float:
        """Return the seconds after which something may be sent, or somebody may want to stop."""
        due = [self._limiter.resumes, *(call.due for call in self._waiting)]
        left = [moment - now for now in [time.monotonic()] for moment in due if moment > now]
        return min([GLANCE, *left])

    def _send_one(self) -> bool:
        """Send what comes next, if anything may be sent now."""
        try:
            self._before_each()
        except Exception as error:
            if not self._stopped:
                self._end(error)
            return False
        if self._stopped or self._is_at_end() or not self._limiter.take_place(self._most):
            return False
        try:
            call = self._next_call()
        except BaseException as error:
            self._limiter.leave_place()
            if isinstance(error, Exception):
                return self._end(error)
            raise
        if call is None:
            self._limiter.leave_place()
            return False
        with self._limiter.changed:
            self._in_flight += 1
        call.sent = time.monotonic()
        try:
            threading.Thread(target=self._try, args=(call,), daemon=True).start()
        except RuntimeError as error:
            with self._limiter.changed:
                self._in_flight -= 1
            self._limiter.leave_place()
            return self._end(
                ModelError(
                    f"This machine starts no more threads ({error}), and each call in flight needs "
                    "one. Nothing is lost: ask again with a smaller `concurrency` in [calls]."
                )
            )
        return True

    def _end(self, fault: Exception) -> bool:
        """Send nothing more, and raise `fault` once all in flight was yielded."""
        self.stop()
        self._fault = fault
        return False

    def _next_call(self) -> _Call | None:
        """Return a call that is due again, the first ones first, else begin a new one."""
        now = time.monotonic()
        with self._limiter.changed:
            told = [call for call in self._waiting if call.name not in self._doubts]
            if due := [call for call in told if call.due <= now]:
                call = min(due, key=lambda each: each.place)
                self._waiting.remove(call)
                return call
            # A call that waits for its next try is one of those that are under way.
            if self._all_begun or self._in_flight + len(self._waiting) >= self._most:
                return None
        found = next(self._calls, None)
        if found is None:
            self._all_begun = True
            return None
        self._begun += 1
        return _Call(self._begun, *found, begun=now)

    def _try(self, call: _Call) -> None:
        """Make one try of a call, in its thread; note what came of it."""
        reply: Reply | None = None
        fault: Exception | None = None
        try:
            reply = self._sender.answer(call.request)
        except (TryAgain, ModelError) as error:
            fault = error
        except Exception as error:  # It came, perhaps, and was paid: another try would cost again.
            said = f"The answer could not be read: {type(error).__name__}: {error}."
            reply = Reply("", "malformed", detail=said)
        with self._limiter.changed:
            self._limiter.in_flight -= 1
            self._in_flight = max(0, self._in_flight - 1)
            if reply is not None:
                if reply.outcome != "error":
                    self._limiter.note_answer()
                self._came.append((call.name, reply))
            elif isinstance(fault, TryAgain):
                self._fail(call, fault)
            elif not self._stopped and fault is not None:
                self._end(fault)
            self._limiter.changed.notify_all()

    def _fail(self, call: _Call, fault: TryAgain) -> None:
        """Let a call wait for its next try, or be lost by its last one."""
        pause = self._limiter.note_failure(fault, call.sent, self._most)
        call.failures += 1
        if fault.may_be_paid:
            self._doubts.append(call.name)
        call.due = time.monotonic() + pause
        late = call.due > call.begun + self._sender.patience.timeout
        if call.failures > self._sender.patience.max_retries or late:
            self._came.append((call.name, Reply("", "error", detail=fault.detail)))
        elif not self._stopped:
            self._waiting.append(call)
