"""Calls made as batches: each batch is written down before it is submitted and once it has ended.

A batch is paid for once it is taken. So what was submitted is waited for, also by the run that goes
on after a crash, and a batch whose id was not recorded any more is looked for by its calls' names.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from ...models.batch_contract import PRICE, BatchMissing, BatchModel, BatchRefused
from ...models.contract import ModelRefused, Reply
from ...models.schema import check_schema
from ...store.events import CallCompleted, CallIntended
from ...store.slots import part
from .batch_records import (
    KnownBatch,
    known_batches,
    record_collected,
    record_intended,
    record_submitted,
)
from .batch_steps import BatchSteps
from .budget import BudgetSpent
from .call_records import Call, CallRecords
from .received import recordable

FEWEST = 20
"""Open calls from which on a batch is worth its wait."""
TOGETHER = 50
"""Replies that are recorded at once."""


class BulkCalls:
    """Calls of one step to one model, as far as they are made in batches."""

    def __init__(
        self,
        records: CallRecords,
        model: BatchModel,
        calls: Sequence[Call],
        name: str,
        check: Callable[[], None],
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        """`name` stands for the model in the log; `check` raises what shall end a wait."""
        self._tell = tell
        self._records, self._model, self._name = records, model, name
        self._log, self._stream = records.log, records.stream
        self._steps = BatchSteps(model.batches, check)
        self._calls = dict(calls)
        self.not_in_flight: set[str] = set()
        """Slots of open calls that are intended, and that nobody is working on."""

    def make(self, wanted: bool) -> None:
        """Record the replies of the calls that batches answer; the rest is asked one by one.

        Batches that an earlier session left are gone on with; new ones are made where `wanted`.
        Raises ModelDown in an outage, ModelRefused, and what `check` raises.
        """
        known = [it for it in self._find_batches() if not self._calls.keys().isdisjoint(it.slots)]
        for batch in known:
            if batch.unanswered is None:
                self._go_on(batch, wanted)
        # Asked once more each by itself: a second batch might take another day to say the same.
        singles = {slot for it in known for slot in it.unanswered or () if it.id}
        batched = {slot for it in known for slot in it.slots}
        while wanted:
            rest = [slot for slot in self._open(self._calls) if slot not in singles]
            alone = {
                slot
                for slot in rest
                if slot not in batched and self._records.may_be_under_way(slot)
            }
            together = rest[: self._count_affordable(rest, alone)]
            if len(together) < FEWEST:
                return
            self._records.record_doubts(
                self._model, [(slot, self._calls[slot]) for slot in together if slot in alone]
            )
            batched |= set(together)
            try:
                batches = self._submit_all(together)
            except BatchRefused as refusal:
                self._tell(
                    f"{self._name} takes no batch of these calls: {refusal} They are made one by "
                    f"one, at {1 / PRICE:g} times the price; [budget] holds for them too."
                )
                return
            for batch in batches:
                self._collect(batch)
                singles |= batch.unanswered or frozenset()

    def _find_batches(self) -> list[KnownBatch]:
        return known_batches(self._log, self._stream)

    def _open(self, slots: Iterable[str]) -> list[str]:
        """Return those of `slots` that have no reply."""
        return [
            it for it in slots if not self._log.find(CallCompleted, self._stream, part(it, "reply"))
        ]

    def _intent(self, slot: str) -> CallIntended | None:
        return self._log.find(CallIntended, self._stream, part(slot, "call"))

    def _count_affordable(self, slots: Sequence[str], again: Collection[str]) -> int:
        """Return how many of the first calls the budget takes at once, by halves.

        Those in `again` may have been paid already: they count as calls by themselves too.
        """
        size = len(slots)
        while size >= FEWEST and not self._is_affordable(slots[:size], again):
            size //= 2
        return size

    def _is_affordable(self, slots: Sequence[str], again: Collection[str]) -> bool:
        spending, model = self._records.spending, self._model
        requests = [self._calls[slot] for slot in slots]
        doubted = [self._calls[slot] for slot in slots if slot in again]
        try:
            spending.reserve(model, requests, PRICE)
        except BudgetSpent:
            return False
        try:
            spending.reserve(model, doubted)
            spending.release(model, doubted)
        except BudgetSpent:
            return False
        finally:
            spending.release(model, requests, PRICE)
        return True

    def _submit_all(self, slots: Sequence[str]) -> list[KnownBatch]:
        """Submit calls in as few batches as hold them. Raises BatchRefused if none is taken."""
        for slot in slots:
            check_schema(self._calls[slot].answer_schema)
        batches: list[KnownBatch] = []
        rest = [(slot, self._calls[slot]) for slot in slots]
        while rest:
            size = self._model.batches.count_first(rest)
            try:
                batches.append(self._submit(rest[:size]))
            except BatchRefused:
                if batches:
                    return batches
                raise
            rest = rest[size:]
        return batches

    def _submit(self, calls: Sequence[Call]) -> KnownBatch:
        intents = {slot: self._records.intent_of(slot, it, self._name) for slot, it in calls}
        self._records.take_up(intents)
        batch = record_intended(self._log, self._stream, self._name, intents)
        self.not_in_flight |= set(intents)
        names = self._names_of(batch.slots)
        named = [(name, self._calls[slot]) for name, slot in names.items()]
        try:
            id = self._steps.submit(named, batch.at, self._ids())
        except BatchRefused as refusal:
            record_collected(self._log, batch, batch.slots, str(refusal))
            raise
        record_submitted(self._log, batch, id)
        return batch

    def _ids(self) -> set[str]:
        return {batch.id for batch in self._find_batches()}

    def _go_on(self, batch: KnownBatch, wanted: bool) -> None:
        """Go on with a batch of an earlier session, from wherever that came."""
        if not batch.id:
            found = self._steps.find(self._names_of(batch.slots), batch.at, self._ids())
            if found is None:
                self.not_in_flight |= set(batch.slots)
                record_collected(self._log, batch, batch.slots, "It never came to the service.")
                return
            record_submitted(self._log, batch, found)
        try:
            self._collect(batch)
        except BatchMissing as missing:
            if wanted:
                raise ModelRefused(
                    f"The answers of batch {batch.id} ({len(batch.slots)} calls of {self._name}) "
                    f"cannot be had: {missing} Set the key that it was made with; a service keeps "
                    "answers for some weeks only. If they are lost, resume with `batches = false` "
                    "in [calls]: then these calls are made again, and paid again."
                ) from None
            lost = self._open(batch.slots)
            record_collected(self._log, batch, lost, f"Its answers are gone: {missing}")

    def _collect(self, batch: KnownBatch) -> None:
        """Wait for the end of a batch, and record its answers. Raises BatchMissing."""
        self._tell(
            f"Batch {batch.id}: waiting for {len(batch.slots)} replies of {self._name}, which may "
            "take hours. A run that is stopped meanwhile goes on with it."
        )
        self._steps.wait_for_end(batch.id)
        self._steps.be_patient(lambda: self._record_answers(batch))

    def _record_answers(self, batch: KnownBatch) -> None:
        left = self._open(batch.slots)
        ours = self._names_of(slot for slot in left if slot in self._calls)
        requests = {name: self._calls[slot] for name, slot in ours.items()}
        came: dict[str, Reply] = {}
        unanswered: list[str] = []
        for name, reply in self._model.batches.read_replies(batch.id, requests):
            if reply is None:
                unanswered.append(ours[name])
                continue
            came[ours[name]] = reply
            if len(came) == TOGETHER:
                self._complete(came)
                came = {}
        self._complete(came)
        self.not_in_flight |= set(unanswered)
        batch.unanswered = frozenset(unanswered)
        if len(ours) == len(left):  # else another step has to read its part as well
            record_collected(self._log, batch, unanswered)

    def _complete(self, came: Mapping[str, Reply]) -> None:
        """Charge replies, given by their slots, at the price of a batch, and record them."""
        records, completed = self._records, []
        for slot, said in came.items():
            request, intent = self._calls[slot], self._intent(slot)
            assert intent is not None, "a batch is recorded with its calls"
            reply = recordable(said, records.secrets)
            reply = records.spending.charge(self._model, request, reply, PRICE)
            completed.append(records.completion_of(slot, intent.request, reply))
        self._log.record_all(completed)

    def _names_of(self, slots: Iterable[str]) -> dict[str, str]:
        """Return, by their names at the service, the calls that are intended in `slots`.

        A name is made of the run, the place in it and all that is asked.
        """
        found = {}
        for slot in slots:
            if intent := self._intent(slot):
                whole = json.dumps([self._stream, slot, intent.request])
                found[hashlib.sha256(whole.encode()).hexdigest()] = slot
        return found
