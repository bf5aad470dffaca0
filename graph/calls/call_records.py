"""Records of model calls: what is asked, what came of it, and what may have been paid unseen."""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count

from ...models.contract import Model, Reply, Request, Usage
from ...store.events import (
    CallCompleted,
    CallGivenUp,
    CallInDoubt,
    CallIntended,
    CallTakenUp,
    Event,
)
from ...store.log import Log
from ...store.slots import DOUBT, GIVEN_UP, TAKEN_UP, below, part
from .budget import Spending
from .outages import LostCalls
from .secrets import secrets_of

Call = tuple[str, Request]
"""A slot and what is asked in it."""


@dataclass
class CallRecords:
    """Calls of one run in its log. A call is its slot; a hash of its content detects changes."""

    log: Log
    stream: str
    spending: Spending
    secrets: tuple[str, ...] = field(default_factory=lambda: secrets_of(os.environ), repr=False)
    """What no reply may bring into the log; removed before anything is written down."""
    lost_calls: LostCalls = field(default_factory=LostCalls, init=False)

    def find_recorded(self, calls: Sequence[Call], name: str) -> dict[str, Reply]:
        """Return the recorded replies by their slots. Raises SlotConflict for other requests."""
        found = {
            slot: event
            for slot, _ in calls
            if (event := self.log.find(CallCompleted, self.stream, part(slot, "reply")))
        }
        self.log.record_all([self.intent_of(slot, it, name) for slot, it in calls if slot in found])
        return {slot: recorded_reply(self.log, event) for slot, event in found.items()}

    def intent_of(self, slot: str, request: Request, name: str) -> CallIntended:
        """Return what is recorded before a call is made; its texts are kept already."""
        content = json.dumps(asdict(request) | {"model": name}, sort_keys=True)
        texts = self.log.keep_all([request.system, request.context, request.prompt])
        return CallIntended(
            stream=self.stream,
            slot=part(slot, "call"),
            model=name,
            request=hashlib.sha256(content.encode()).hexdigest(),
            system_text=texts[0],
            context_text=texts[1],
            prompt_text=texts[2],
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            seed=request.seed,
        )

    def completion_of(self, slot: str, request: str, reply: Reply) -> CallCompleted:
        """Return what is recorded of a reply; `request` is the hash of what was asked."""
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

    def record_doubts(self, model: Model, calls: Sequence[Call]) -> None:
        """Record that these calls may have been paid already, and count them as if they were."""
        for slot, request in calls:
            free = self._free_slot(CallInDoubt, slot, DOUBT)
            self.log.record(CallInDoubt(stream=self.stream, slot=free, call=slot))
            self.spending.charge_doubt(model, request)

    def may_be_under_way(self, slot: str) -> bool:
        """Tell whether a call was begun, by itself or in a batch, and not given up since then."""
        return self._stands(CallIntended, part(slot, "call")) and not self._is_given_up(slot)

    def give_up(self, slots: Iterable[str]) -> None:
        """Record that the calls of these slots are under way no more, and were not paid."""
        for slot in slots:
            free = self._free_slot(CallGivenUp, slot, GIVEN_UP)
            self.log.record(CallGivenUp(stream=self.stream, slot=free, call=slot))

    def take_up(self, slots: Iterable[str]) -> None:
        """Record, before these calls are sent, that those which were given up are under way."""
        for slot in filter(self._is_given_up, slots):
            free = self._free_slot(CallTakenUp, slot, TAKEN_UP)
            self.log.record(CallTakenUp(stream=self.stream, slot=free, call=slot))

    def _is_given_up(self, slot: str) -> bool:
        """Tell whether it was given up once more than it was taken up."""
        numbers = count(1)
        while self._stands(CallGivenUp, below(slot, GIVEN_UP, number := next(numbers))):
            if not self._stands(CallTakenUp, below(slot, TAKEN_UP, number)):
                return True
        return False

    def _free_slot(self, kind: type[Event], slot: str, name: str) -> str:
        places = (below(slot, name, number) for number in count(1))
        return next(place for place in places if not self._stands(kind, place))

    def _stands(self, kind: type[Event], slot: str) -> bool:
        return self.log.find(kind, self.stream, slot) is not None


def recorded_reply(log: Log, event: CallCompleted) -> Reply:
    """Return a reply as the model gave it."""
    return Reply(
        text=log.text(event.reply_text),
        outcome=event.outcome,  # type: ignore[arg-type]  # the log keeps it as plain text
        usage=Usage(event.input_tokens, event.output_tokens, event.cached_tokens),
        detail=event.detail,
    )
