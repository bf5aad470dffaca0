"""Contract of a service that answers many calls as one batch: within a day, at half the price."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, runtime_checkable

from .contract import ConcurrentModel, ModelError, Reply, Request

PRICE = 0.5
"""Price of a call in a batch, as a share of that of a call by itself."""


class CallBatch(NamedTuple):
    """A batch as the service tells of it."""

    id: str
    calls: int
    created: datetime
    has_ended: bool


class BatchStepFailed(Exception):
    """One step with the service failed, and may succeed in a while."""

    def __init__(self, detail: str, *, wait: float | None = None, is_open: bool = False) -> None:
        """`wait` is what the service asked for, in seconds.

        `is_open` is true where a submission may have arrived all the same: look before the next.
        """
        super().__init__(detail)
        self.wait, self.is_open = wait, is_open


class BatchRefused(ModelError):
    """The service takes no batch of these calls. Each can still be made by itself."""


class BatchMissing(ModelError):
    """The service has no such batch, or none whose results it still holds, for this key."""


class BatchService(Protocol):
    """A service to which calls are submitted as a batch, each under a name of its own.

    Each step makes one request. All raise BatchStepFailed for what may pass, and ModelRefused where
    the service takes no request with this key.
    """

    def count_first(self, calls: Sequence[tuple[str, Request]]) -> int:
        """Return how many of the first calls one batch can hold, at least 1."""

    def submit(self, calls: Sequence[tuple[str, Request]]) -> str:
        """Submit calls and return the id of their batch. Raises BatchRefused.

        A key or an account that is good for nothing raises ModelRefused.
        """

    def list_since(self, moment: datetime) -> Iterator[CallBatch]:
        """Yield the batches that were created since a moment, the newest first."""

    def look_at(self, batch: str) -> CallBatch:
        """Tell how a batch stands. Raises BatchMissing."""

    def list_names(self, batch: str) -> Iterator[str]:
        """Yield the names of the calls of a batch that has ended. Raises BatchMissing."""

    def read_replies(
        self, batch: str, requests: Mapping[str, Request]
    ) -> Iterator[tuple[str, Reply | None]]:
        """Yield name and reply of each of `requests` of a batch that has ended, in any order.

        None is the reply of a call that nobody answered, and nobody was paid for. Raises
        BatchMissing.
        """


@runtime_checkable
class BatchModel(ConcurrentModel, Protocol):
    """A model whose calls can be made in batches as well as many at once."""

    batches: BatchService
