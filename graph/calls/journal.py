"""Journal of model calls: each is written down before it is made and once it is answered."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count

from ...models.contract import Model, Reply, Request, Usage
from ...models.schema import check_schema
from ...store.events import CallCompleted, CallInDoubt, CallIntended
from ...store.log import Log
from ...store.slots import DOUBT, below, part
from .budget import Spending
from .received import ask, recordable
from .secrets import secrets_of

Call = tuple[str, Request]
"""A slot and what is asked in it."""


PATIENCE = 3
"""Calls in a row that may be lost before the run pauses."""
_WAITS = "The run waits where it is; when the model answers again, `tutelage resume RUN` goes on."
_IS_FAULTY = (
    "Asking again would bring the same, so these calls are recorded as lost: mend the model, and "
    "`tutelage resume RUN` goes on with the next one."
)


class ModelDown(RuntimeError):
    """A model does not answer any more. The run pauses; an outage is no result."""


@dataclass
class Journal:
    """Calls of one run. A call is its slot; the hash of its content detects changed inputs."""

    log: Log
    stream: str
    spending: Spending
    secrets: tuple[str, ...] = field(default_factory=lambda: secrets_of(os.environ), repr=False)
    """What no reply may bring into the log; removed before anything is written down."""
    _lost_in_a_row: int = 0
    """Calls lost in a row, up to now."""

    def replies(
        self, model: Model, calls: Sequence[Call], name: str = ""
    ) -> Iterator[list[tuple[str, Reply]]]:
        """Answer `calls` batch by batch, in order; a recorded reply is never asked for again.

        `name` stands for the model in the log where its own name says too little (an adapter).
        Raises SlotConflict when a slot was filled with another request, BudgetSpent when the next
        batch could go over the budget.
        """
        size = max(1, model.batch_size)
        for start in range(0, len(calls), size):
            yield self._batch(model, calls[start : start + size], name or model.name)

    def one(self, model: Model, slot: str, request: Request) -> Reply:
        """Answer a single call."""
        return next(self.replies(model, [(slot, request)]))[0][1]

    def _batch(self, model: Model, calls: Sequence[Call], name: str) -> list[tuple[str, Reply]]:
        self.log.keep_all([text for _, r in calls for text in (r.system, r.context, r.prompt)])
        intents = [self._intent(slot, request, name) for slot, request in calls]
        known = [
            self.log.find(CallIntended, self.stream, intent.slot) is not None for intent in intents
        ]
        self.log.record_all(intents)
        said = [self.log.find(CallCompleted, self.stream, part(slot, "reply")) for slot, _ in calls]
        open_calls = [place for place, event in enumerate(said) if event is None]
        done = [event for event in said if event is not None]
        if open_calls:
            self._record_doubts([calls[place][0] for place in open_calls if known[place]])
            asked = [(calls[place], intents[place].request) for place in open_calls]
            for place, event in zip(open_calls, self._ask(model, asked), strict=True):
                done.insert(place, event)
        pairs = zip(calls, done, strict=True)
        return [(slot, recorded_reply(self.log, event)) for (slot, _), event in pairs]

    def _ask(self, model: Model, asked: Sequence[tuple[Call, str]]) -> list[CallCompleted]:
        """Make the calls, each with the hash of its request, and record what came of them.

        Raises ModelError and BudgetSpent before anything is asked, ModelDown in an outage.
        """
        requests = [request for (_, request), _ in asked]
        for request in requests:
            check_schema(request.answer_schema)
        self.spending.reserve(model, requests)
        received = ask(model, requests)
        replies = [
            self.spending.charge(model, request, recordable(reply, self.secrets))
            for request, reply in zip(requests, received.replies, strict=True)
        ]
        if received.asked_again:
            self._check_outages(model, replies, _WAITS)
        self.log.keep_all([reply.text for reply in replies])
        completed = [
            self._completion(slot, sealed, reply)
            for ((slot, _), sealed), reply in zip(asked, replies, strict=True)
        ]
        recorded = self.log.record_all(completed)
        if not received.asked_again:
            self._check_outages(model, replies, _IS_FAULTY)
        return recorded

    def _check_outages(self, model: Model, replies: Sequence[Reply], going_on: str) -> None:
        """Raise ModelDown when too many calls in a row are lost; `going_on` says what to do."""
        for reply in replies:
            self._lost_in_a_row = self._lost_in_a_row + 1 if reply.outcome == "error" else 0
            if self._lost_in_a_row >= PATIENCE:
                raise ModelDown(
                    f"{model.name} lost {self._lost_in_a_row} calls in a row, the last one by: "
                    f"{reply.detail or 'no reason given'} {going_on}"
                )

    def _intent(self, slot: str, request: Request, name: str) -> CallIntended:
        content = json.dumps(asdict(request) | {"model": name}, sort_keys=True)
        return CallIntended(
            stream=self.stream,
            slot=part(slot, "call"),
            model=name,
            request=hashlib.sha256(content.encode()).hexdigest(),
            system_text=self.log.keep(request.system),
            context_text=self.log.keep(request.context),
            prompt_text=self.log.keep(request.prompt),
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            seed=request.seed,
        )

    def _completion(self, slot: str, request: str, reply: Reply) -> CallCompleted:
        return CallCompleted(
            stream=self.stream,
            slot=part(slot, "reply"),
            request=request,
            reply_text=self.log.keep(reply.text),
            outcome=reply.outcome,
            detail=reply.detail,
            input_tokens=reply.usage.input,
            output_tokens=reply.usage.output,
            cached_tokens=reply.usage.cached,
        )

    def _record_doubts(self, slots: Sequence[str]) -> None:
        for slot in slots:
            doubts = (below(slot, DOUBT, number) for number in count(1))
            free = next(it for it in doubts if not self.log.find(CallInDoubt, self.stream, it))
            self.log.record(CallInDoubt(stream=self.stream, slot=free, call=slot))


def recorded_reply(log: Log, event: CallCompleted) -> Reply:
    """Return a reply as the model gave it."""
    return Reply(
        text=log.text(event.reply_text),
        outcome=event.outcome,  # type: ignore[arg-type]  # the log keeps it as plain text
        usage=Usage(event.input_tokens, event.output_tokens, event.cached_tokens),
        detail=event.detail,
    )
