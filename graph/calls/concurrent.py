"""Calls that are made many at once: recorded just before they are sent, and as they come back."""

from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from ...models.contract import ConcurrentModel, Replies, Reply, Request, Usage
from ...models.schema import check_schema
from ...models.whole_reply import whole_reply
from ...store.errors import StoreError
from .budget import BudgetSpent
from .call_records import Call, CallRecords, recorded_reply
from .received import recordable

Arrivals = Sequence[tuple[str, Reply]]
"""Slots, and what came of the calls in them."""


@dataclass
class ConcurrentCalls:
    """Calls of one model, as far as they have come. Only the thread that iterates records."""

    records: CallRecords
    model: ConcurrentModel
    name: str
    """The model's, as the log has it."""
    concurrency: int
    pause_point: Callable[[], None]
    tell: Callable[[str], None]
    untried: Collection[str] = ()
    """Slots of calls that were intended and not sent."""
    _sent: dict[str, tuple[Request, str]] = field(default_factory=dict)
    """Slot -> what was asked in it, and the hash of that; until its reply is settled."""
    _lost: dict[str, Reply] = field(default_factory=dict)
    """Lost calls after which no other was answered: it may be an outage."""
    _told: bool = False
    """Somebody was told what is awaited though the run shall stop."""

    def answer(self, calls: Sequence[Call]) -> Generator[list[tuple[str, Reply]]]:
        """Make the calls that are open; yield each reply when all before it are there."""
        for _, request in calls:
            check_schema(request.answer_schema)
        self.records.log.keep_all(
            [text for _, it in calls for text in (it.system, it.context, it.prompt)]
        )
        done = self.records.find_recorded(calls, self.name)
        left = deque(slot for slot, _ in calls)
        todo = deque({slot: asked for slot, asked in calls if slot not in done}.items())
        if ready := _take_ready(left, done):
            yield ready
        while todo:
            with closing(self._make_calls(todo)) as arrivals:
                for came in arrivals:
                    done |= came
                    if ready := _take_ready(left, done):
                        yield ready
        done |= self._record(self._lost)
        if ready := _take_ready(left, done):
            yield ready
        if left:
            raise RuntimeError(
                f"{self.model.name} left {len(left)} calls without a reply, the first one in "
                f"{left[0]!r}. Nothing is lost: resume asks them again."
            )

    def _make_calls(self, todo: deque[Call]) -> Generator[dict[str, Reply]]:
        """Make the calls of `todo`; yield what is recorded, as it comes.

        Whatever stops it, also from outside, what is in flight is waited for and recorded; only an
        interrupt waits for nothing. Ends early where the budget allows no more beside what was in
        flight. Raises BudgetSpent where it allows nothing at all.
        """

        def check() -> None:
            self._check_pause(flight)

        flight = self.model.send(self._begin_each(todo), self.concurrency, check)
        flight.on_doubt = self._count_doubt
        try:
            for came in flight:
                yield self._settle(came)
                self.records.lost_calls.count_arrivals(self.model, [reply for _, reply in came])
        except BaseException as stop:
            self._take_rest(flight, stop)
            raise
        finally:
            for slot in self._sent.keys() - self._lost.keys():  # given up
                self.records.spending.release(self.model, [self._sent.pop(slot)[0]])

    def _check_pause(self, flight: Replies) -> None:
        """Let the run pause here, and tell once what it still waits for."""
        try:
            self.pause_point()
        except Exception:
            if (number := flight.in_flight) and not self._told:
                self._told = True
                self.tell(
                    f"Stopping. Calls in flight: {number}. They are paid, so they are awaited; "
                    "Ctrl-C again waits for nothing, and resume asks them once more."
                )
            raise

    def _begin_each(self, todo: deque[Call]) -> Iterator[Call]:
        """Reserve and record each call as it is taken, and only then."""
        records, before = self.records, len(todo)
        while todo:
            slot, request = todo[0]
            intent = records.intent_of(slot, request, self.name)
            is_known = slot not in self.untried and records.may_be_under_way(slot)
            # One that may have been paid unseen is counted twice: what it cost, and what it will.
            try:
                records.spending.reserve(self.model, [request] * (1 + is_known))
            except BudgetSpent:
                if len(todo) == before:
                    raise
                return  # there may be room when what is in flight has come
            todo.popleft()
            self._sent[slot] = (request, intent.request)
            records.log.record(intent)
            records.take_up([slot])
            if is_known:
                records.record_doubts(self.model, [(slot, request)])
                records.spending.release(self.model, [request])
            yield slot, request

    def _count_doubt(self, slot: str) -> None:
        """Count a try that may have been paid unseen. Raises BudgetSpent if no other one fits."""
        self.records.record_doubts(self.model, [(slot, self._sent[slot][0])])
        self.records.spending.reserve(self.model, [])

    def _take_rest(self, flight: Replies, stop: BaseException) -> None:
        """Record what is still in flight when something stops the calls, and what is given up."""
        waits = isinstance(stop, Exception | GeneratorExit)
        flight.stop(wait=waits)
        if isinstance(stop, StoreError):
            return
        for came in flight:
            self._settle(came)
        if waits:
            self.records.give_up(self._sent)

    def _settle(self, came: Arrivals) -> dict[str, Reply]:
        """Charge what came, and record what of it is settled.

        A lost call is one more of an outage until another call is answered behind it, or a server
        has counted tokens for it, which another try would cost again.
        """
        settled: dict[str, Reply] = {}
        for slot, said in came:
            request, _ = self._sent[slot]
            self.records.spending.release(self.model, [request])
            reply = recordable(whole_reply(said), self.records.secrets)
            reply = self.records.spending.charge(self.model, request, reply)
            self._lost[slot] = reply
            if reply.outcome != "error" or reply.usage != Usage():
                settled |= self._lost
                self._lost = {}
        return self._record(settled)

    def _record(self, replies: Mapping[str, Reply]) -> dict[str, Reply]:
        self.records.log.keep_all([reply.text for reply in replies.values()])
        events = [
            self.records.completion_of(slot, self._sent.pop(slot)[1], reply)
            for slot, reply in replies.items()
        ]
        recorded = self.records.log.record_all(events)
        return {
            slot: recorded_reply(self.records.log, event)
            for slot, event in zip(replies, recorded, strict=True)
        }


def _take_ready(left: deque[str], done: Mapping[str, Reply]) -> list[tuple[str, Reply]]:
    """Take the first slots of `left` that have replies, as far as none is missing."""
    ready: list[tuple[str, Reply]] = []
    while left and left[0] in done:
        slot = left.popleft()
        ready.append((slot, done[slot]))
    return ready
