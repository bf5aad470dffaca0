"""Steps with a batch service, each tried again while it fails by what may pass."""

import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from ...models.batch_contract import BatchMissing, BatchService, BatchStepFailed
from ...models.contract import Request
from .outages import ModelDown

TRIES = 8
"""Times that one step may fail in a row before the run pauses."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 60.0
"""Seconds between two looks at a batch; they grow in between."""
GLANCE = 0.5
"""Seconds between two looks at whether somebody asked to stop."""
CLOCKS = timedelta(days=1)
"""How far the service's clock may be behind ours: a wrong time zone is hours."""
T = TypeVar("T")


class BatchSteps:
    """Dealings of a run with a batch service, as patient as they have to be."""

    def __init__(self, service: BatchService, check: Callable[[], None]) -> None:
        """`check` is called again and again while a step waits; what it raises ends the wait."""
        self.service, self._check = service, check

    def submit(
        self, calls: Sequence[tuple[str, Request]], since: datetime, taken: Collection[str]
    ) -> str:
        """Submit named calls and return the id of their batch, once, whatever breaks on the way.

        Where a try may have arrived all the same, the batch is looked for before the next one;
        `since` and `taken` as in `find`. Raises BatchRefused, ModelDown.
        """
        looks = False

        def find_or_submit() -> str:
            nonlocal looks
            if looks and (found := self.find({name for name, _ in calls}, since, taken)):
                return found
            try:
                return self.service.submit(calls)
            except BatchStepFailed as fault:
                looks = looks or fault.is_open
                raise

        return self.be_patient(find_or_submit)

    def find(self, names: Collection[str], since: datetime, taken: Collection[str]) -> str | None:
        """Return the id of the batch with the calls of these names, once it has ended.

        Batches do not tell their calls before that. `since` is when it cannot have been submitted
        yet; `taken` are ids of batches that are others.
        """
        try:
            listed = self.be_patient(lambda: list(self.service.list_since(since - CLOCKS)))
            for batch in listed:
                if batch.calls == len(names) and batch.id not in taken:
                    self.wait_for_end(batch.id)
                    if self._list_names(batch.id) == set(names):
                        return batch.id
        except BatchMissing:  # no such thing as a batch there
            return None
        return None

    def _list_names(self, batch: str) -> set[str]:
        return self.be_patient(lambda: set(self.service.list_names(batch)))

    def wait_for_end(self, batch: str) -> None:
        """Wait until a batch has ended. Raises BatchMissing, ModelDown."""
        pause = FIRST_PAUSE
        while not self.be_patient(lambda: self.service.look_at(batch)).has_ended:
            self._wait(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def be_patient(self, step: Callable[[], T]) -> T:
        """Try a step until it is done. Raises ModelDown after the last try."""
        for failures in count(1):
            try:
                return step()
            except BatchStepFailed as fault:
                if failures > TRIES:
                    raise ModelDown(
                        f"A batch came no further: {fault} The run waits where it is; "
                        "`tutelage resume RUN` goes on with the same batch."
                    ) from None
                pause = fault.wait if fault.wait is not None else 2.0 ** (failures - 2)
                self._wait(min(pause, LONGEST_PAUSE))
        raise AssertionError("nobody counts to the end")

    def _wait(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            self._check()
            time.sleep(min(left, GLANCE))
