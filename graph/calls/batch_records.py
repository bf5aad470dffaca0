"""Batches of a run as its log tells of them: what was intended, submitted and collected."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from ...models.batch_contract import PRICE
from ...models.credentials import without_keys
from ...store.events import BatchCollected, BatchIntended, BatchSubmitted, CallIntended
from ...store.log import Log
from ...store.slots import BATCH, COLLECTED, SUBMITTED, below

LONGEST_REASON = 500
"""Characters of why a batch was given up."""


@dataclass
class KnownBatch:
    """A batch of a run."""

    event: BatchIntended
    at: datetime
    """When it was intended."""
    slots: Sequence[str]
    """Calls in it, each by its slot."""
    id: str = ""
    """Empty where the service has not told one, as far as is known."""
    unanswered: frozenset[str] | None = None
    """Calls without an answer; None until the batch was collected."""


def known_batches(log: Log, stream: str) -> list[KnownBatch]:
    """Return the batches of a run, in order."""
    moments = {it.event.slot: it.at for it in log.entries(stream=stream, kinds=(BatchIntended,))}
    found = []
    for event in log.events(BatchIntended, stream=stream):
        submitted = log.find(BatchSubmitted, stream, below(event.slot, SUBMITTED))
        collected = log.find(BatchCollected, stream, below(event.slot, COLLECTED))
        batch = KnownBatch(event, moments[event.slot], json.loads(log.text(event.calls_text)))
        if submitted:
            batch.id = submitted.batch
        if collected:
            batch.unanswered = frozenset(json.loads(log.text(collected.unanswered_text)))
        found.append(batch)
    return found


def record_intended(
    log: Log, stream: str, model: str, intents: Mapping[str, CallIntended]
) -> KnownBatch:
    """Record that calls, given by their slots, are going to be submitted together.

    The intents are recorded with it: one that stands in no batch is of a call made by itself.
    """
    slots = list(intents)
    places = (below(slots[0], BATCH, number) for number in count(1))
    event = BatchIntended(
        stream=stream,
        slot=next(it for it in places if log.find(BatchIntended, stream, it) is None),
        model=model,
        calls=len(slots),
        calls_text=log.keep(json.dumps(slots)),
    )
    log.record_all([*intents.values(), event])
    return next(it for it in known_batches(log, stream) if it.event.slot == event.slot)


def record_submitted(log: Log, batch: KnownBatch, id: str) -> None:
    """Record that the service has a batch, under this id."""
    slot = below(batch.event.slot, SUBMITTED)
    event = BatchSubmitted(stream=batch.event.stream, slot=slot, batch=id)
    batch.id = log.record(event).batch


def record_collected(
    log: Log, batch: KnownBatch, unanswered: Sequence[str], reason: str = ""
) -> None:
    """Record that nothing more is to be had of a batch; `reason` says why it was given up."""
    event = BatchCollected(
        stream=batch.event.stream,
        slot=below(batch.event.slot, COLLECTED),
        unanswered=len(unanswered),
        unanswered_text=log.keep(json.dumps(sorted(unanswered))),
        reason=without_keys(reason)[:LONGEST_REASON],
    )
    log.record(event)
    batch.unanswered = frozenset(unanswered)


def batch_prices(log: Log, stream: str) -> Mapping[str, float]:
    """Return, by slot, the price of each call that a batch answers, as a share of the usual one."""
    batches = known_batches(log, stream)
    answered = (set(it.slots) - (it.unanswered or frozenset()) for it in batches)
    return {slot: PRICE for slots in answered for slot in slots}
