"""Journal of model calls: each is written down before it is made and once it is answered."""

from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from ...models import engine_of, facts_by_name
from ...models.batch_contract import BatchModel
from ...models.contract import (
    CONCURRENCY,
    AnswersAwaited,
    ConcurrentModel,
    Model,
    ModelRefused,
    Reply,
    Request,
)
from ...models.schema import check_schema
from ...store.events import CallCompleted
from ...store.slots import part
from .bulk import BulkCalls
from .call_records import Call, CallRecords, recorded_reply
from .concurrent import ConcurrentCalls
from .outages import ModelDown
from .received import ask, recordable

__all__ = ["Call", "Journal", "ModelDown", "recorded_reply"]


@dataclass
class Journal(CallRecords):
    """Calls of one run, made and recorded."""

    concurrency: int = CONCURRENCY
    """Calls in flight at most, where a model takes many at once."""
    batches: bool = False
    """Bulk work goes to a model's batch service, where it has one."""
    pause_point: Callable[[], None] = lambda: None
    """Called before each try of a call that is one of many: raises what stops the run."""
    tell: Callable[[str], None] = lambda text: None
    """Told what somebody who waits for a batch, or for the run to stop, should know."""

    _told: set[str] = field(default_factory=set, init=False)

    def replies(
        self, model: Model, calls: Sequence[Call], name: str = ""
    ) -> Generator[list[tuple[str, Reply]]]:
        """Answer `calls` in order, some at a time; a recorded reply is never asked for again.

        Whether a model is asked many at once or in batches is decided here alone. `name` stands for
        the model in the log where its own name says too little (an adapter). Close the iterator
        where you leave it early: what is in flight is recorded then. Raises SlotConflict when a
        slot was filled with another request, BudgetSpent when what comes next could go over the
        budget.
        """
        name = name or model.name
        if isinstance(model, ConcurrentModel):
            untried = self._make_batches(model, calls, name)
            concurrent = ConcurrentCalls(
                self,
                model,
                name,
                self.concurrency,
                self.pause_point,
                self.tell,
                frozenset(untried),
            )
            yield from concurrent.answer(calls)
        else:
            size = max(1, model.batch_size)
            for start in range(0, len(calls), size):
                yield self._batch(model, calls[start : start + size], name)

    def engine(self, model: Model) -> str:
        """Return what answers for a model; a run that is made again has it from its record."""
        return engine_of(model)

    def _make_batches(self, model: Model, calls: Sequence[Call], name: str) -> Collection[str]:
        """Make what calls can be made in batches; return the slots that nobody is working on."""
        if not isinstance(model, BatchModel):
            return ()
        bulk = BulkCalls(self, model, calls, name, self._check_wait, self._tell_once)
        bulk.make(self.batches)
        return bulk.not_in_flight

    def _tell_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self.tell(text)

    def _check_wait(self) -> None:
        self.spending.check_hours()
        self.pause_point()

    def one(self, model: Model, slot: str, request: Request) -> Reply:
        """Answer a single call."""
        ((_, reply),) = chain.from_iterable(self.replies(model, [(slot, request)]))
        return reply

    def makes_optional(self, slot: str) -> bool:
        """Tell whether a call is made without which a run is whole: a replay may have none."""
        return True

    def _batch(self, model: Model, calls: Sequence[Call], name: str) -> list[tuple[str, Reply]]:
        self.log.keep_all([text for _, r in calls for text in (r.system, r.context, r.prompt)])
        intents = [self.intent_of(slot, request, name) for slot, request in calls]
        known = [self.may_be_under_way(slot) for slot, _ in calls]
        self.log.record_all(intents)
        self.take_up(slot for slot, _ in calls)
        said = [self.log.find(CallCompleted, self.stream, part(slot, "reply")) for slot, _ in calls]
        open_calls = [place for place, event in enumerate(said) if event is None]
        done = [event for event in said if event is not None]
        if open_calls:
            if not facts_by_name(model.name).kind.asks_people:  # their requests lie there still
                self.record_doubts(model, [calls[place] for place in open_calls if known[place]])
            asked = [(calls[place], intents[place].request) for place in open_calls]
            for place, event in zip(open_calls, self._ask(model, asked), strict=True):
                done.insert(place, event)
        pairs = zip(calls, done, strict=True)
        return [(slot, recorded_reply(self.log, event)) for (slot, _), event in pairs]

    def _ask(self, model: Model, asked: Sequence[tuple[Call, str]]) -> list[CallCompleted]:
        """Make the calls, each with the hash of its request, and record what came of them.

        Raises ModelError and BudgetSpent before anything is asked, ModelDown in an outage, and
        AnswersAwaited once the answers that are there are recorded.
        """
        requests = [request for (_, request), _ in asked]
        for request in requests:
            check_schema(request.answer_schema)
        self.spending.reserve(model, requests)
        try:
            received = ask(model, requests)
        except AnswersAwaited as waiting:
            there = sorted(waiting.replies)
            replies = [self._charge(model, requests[it], waiting.replies[it]) for it in there]
            self._record([asked[place] for place in there], replies)
            raise
        except ModelRefused:
            if len(asked) == 1:  # else one of them may have been answered
                self.give_up([asked[0][0][0]])
            raise
        finally:
            self.spending.release(model, requests)
        replies = [
            self._charge(model, request, reply)
            for request, reply in zip(requests, received.replies, strict=True)
        ]
        if received.asked_again:
            self.lost_calls.count(model, replies, asked_again=True)
        recorded = self._record(asked, replies)
        if not received.asked_again:
            self.lost_calls.count(model, replies, asked_again=False)
        return recorded

    def _charge(self, model: Model, request: Request, reply: Reply) -> Reply:
        return self.spending.charge(model, request, recordable(reply, self.secrets))

    def _record(
        self, asked: Sequence[tuple[Call, str]], replies: Sequence[Reply]
    ) -> list[CallCompleted]:
        self.log.keep_all([reply.text for reply in replies])
        completed = [
            self.completion_of(slot, sealed, reply)
            for ((slot, _), sealed), reply in zip(asked, replies, strict=True)
        ]
        return self.log.record_all(completed)
