"""Contract of a model: requests in, replies out, in order; a failed request has a reply too."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

ReplyOutcome = Literal["ok", "truncated", "refused", "malformed", "error"]
"""`error` is a call that the machinery lost, as in an outage; whatever came back is no `error`."""
CONCURRENCY = 8
"""Calls in flight at most to one remote model, where nobody says another number."""
Role = Literal["student", "other"]
"""What a model is opened for: to be trained, or only to be asked."""
LONGEST_REPLY = 1_000_000
"""Characters of a reply that a run keeps: of a longer one the head, as `malformed`."""


@dataclass(frozen=True)
class Request:
    """One question to a model."""

    prompt: str
    """The user's turn."""
    system: str = ""
    """The text that holds for every problem of a domain."""
    context: str = ""
    """The rendered strategy, or empty. Shared by many requests, so models cache it as a prefix."""
    max_tokens: int = 256
    temperature: float = 0.0
    """0 is greedy. Servers that take no temperature ignore it."""
    seed: int = 0
    """Seeds sampling when temperature > 0. Chat Completions servers are sent it and may ignore it;
    the Messages API takes none."""
    answer_schema: Mapping[str, Any] | None = None
    """JSON Schema the reply's text must satisfy; a reply that does not is `malformed`."""

    def instructions(self) -> str:
        """Return the text before the user's turn: `system`, then the strategy."""
        strategy = f"Strategy:\n{self.context}" if self.context else ""
        return "\n\n".join(part for part in (self.system, strategy) if part)


@dataclass(frozen=True)
class Usage:
    """Tokens of one call."""

    input: int = 0
    output: int = 0
    cached: int = 0
    """Of `input`, how many were read from a prompt cache."""


@dataclass(frozen=True)
class Reply:
    """One answer, or why there is none. Only `ok` may be judged, parsed or learned from."""

    text: str
    outcome: ReplyOutcome = "ok"
    usage: Usage = field(default_factory=Usage)
    detail: str = ""
    """Why the outcome is not `ok`, in one sentence."""


class Model(Protocol):
    """Anything that answers."""

    name: str
    """The spec string it was opened with, such as `smollm2-135m`."""
    batch_size: int
    """How many requests it likes at once; 1 for a server that is paid by the call."""

    def reply(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer each request, in order."""


Calls = Iterable[tuple[str, Request]]
"""Requests, each with a name by which its reply is told; the next is taken when it can be sent."""


class Replies(Iterator[list[tuple[str, Reply]]], Protocol):
    """Replies of calls that are under way, each with its call's name, as they come.

    What the calls' iterator raises, or a ModelError, is raised once all in flight was yielded.
    """

    on_doubt: Callable[[str], None]
    """Told a call's name for each of its tries that may have been paid unseen, before the next one;
    what it raises counts as if the calls' iterator had raised it."""

    @property
    def in_flight(self) -> int:
        """Calls that were sent and have no answer yet; one that waits for another try is none."""

    def stop(self, *, wait: bool = True) -> None:
        """Send nothing more; what is in flight is still yielded, or what has come already."""


@runtime_checkable
class ConcurrentModel(Model, Protocol):
    """A model that takes many calls at once, and answers them in any order."""

    def send(self, calls: Calls, most: int, before_each: Callable[[], None]) -> Replies:
        """Begin to make `calls`, at most `most` at once.

        `before_each` is called before each try, and now and then while replies are awaited; what it
        raises counts as if `calls` had raised it, and no more once the flight is stopped.
        A call that is given up by `stop`, or by such an exception, gets no reply at all.
        """


@runtime_checkable
class EngineKnown(Protocol):
    """Model whose replies depend on a program of this machine, which it can name."""

    engine: str
    """Program, version and whatever else changes its replies: `torch 2.13.0, cpu, float32`."""
    repeatable: bool
    """A greedy reply depends on its request alone, and not on what else is asked meanwhile."""


class Student(Model, Protocol):
    """A model that can answer with an adapter."""

    def with_adapter(self, adapter: Path | None) -> Model:
        """Return the same model with `adapter` (a PEFT folder) switched on, or off for None."""


class ModelError(RuntimeError):
    """A model cannot be opened or used at all: what is missing, and what to do."""


class ModelRefused(ModelError):
    """The service answers no call of this model: no key, right, credit, or no model of that name.

    No problem was lost by it: the call is asked anew once that is mended.
    """


class AnswersAwaited(ModelError):
    """Requests lie before people, who have not answered all of them yet: the run pauses.

    No call was lost, and none is in doubt: asked again, the model finds the same requests.
    """

    def __init__(self, message: str, replies: Mapping[int, Reply]) -> None:
        super().__init__(message)
        self.replies = replies
        """Those that are there, by the places of their requests."""
