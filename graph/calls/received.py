"""Replies as a run can record them: whatever a model hands back, the call is answered by it.

A reply that was paid for must reach the log, else every resume pays for it again. So nothing here
raises: what cannot be used becomes a reply that says so.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from ...models.contract import LONGEST_REPLY, Model, ModelError, Reply, Request, Usage
from ...models.credentials import without_keys
from ...models.whole_reply import whole_reply
from ...store.errors import StoreError
from .budget import BudgetSpent
from .record import RecordEnds, ReplayDiffers
from .secrets import redact

LONGEST_DETAIL = 2_000
"""Characters of the reason why a reply is not `ok`."""
NOT_THE_MODELS = (BudgetSpent, ModelError, RecordEnds, ReplayDiffers, StoreError)
"""Exceptions that stop a run for a reason of their own."""
FAULTS_OF_CODE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
"""Exceptions of a model's own code that asking again would bring again; but for an OSError, which
some of these are too."""


class Received(NamedTuple):
    """Replies to one batch, one for each request."""

    replies: list[Reply]
    asked_again: bool = True
    """False where the calls are recorded also when they make the run pause: asking again would
    bring, and cost, the same."""


def ask(model: Model, requests: Sequence[Request]) -> Received:
    """Ask `model`; what it raises, or gives in another number, is an `error` for each request.

    Raises ModelError, and what stops a replay.
    """
    try:
        found: Sequence[object] = list(islice(model.reply(requests), len(requests) + 1))
    except NOT_THE_MODELS:
        raise
    except Exception as error:  # The model is a stranger's: it may raise anything.
        said = f"{model.name} raised {type(error).__name__}: {error}."
        # Whatever a client calls an outage is asked again; so is a model that likes many at once,
        # for it is not paid by the call.
        is_fault = isinstance(error, FAULTS_OF_CODE) and not isinstance(error, OSError)
        asked_again = model.batch_size > 1 or not is_fault
        return Received([Reply("", "error", detail=said) for _ in requests], asked_again)
    if len(found) != len(requests):
        count = f"{len(found)}" if len(found) < len(requests) else "more"
        said = f"{model.name} gave {count} replies to {len(requests)} requests."
        return Received([Reply("", "error", detail=said) for _ in requests], asked_again=False)
    replies = [whole_reply(reply) for reply in found]
    # A call that a server counted tokens for is paid; another try would be paid again.
    is_paid = any(it.outcome == "error" and it.usage != Usage() for it in replies)
    return Received(replies, asked_again=not is_paid)


def recordable(reply: Reply, secrets: Collection[str]) -> Reply:
    """Return `reply` as the log can keep it: in UTF-8, not too long, and without `secrets`.

    The reason why it is not `ok` bears no other key either: what code raises may quote one.

    The text of one that is cut or changed for this is `malformed`.
    """
    text, fault = reply.text, ""
    if len(text) > LONGEST_REPLY:
        fault = f"It has {len(text)} characters; the first {LONGEST_REPLY} are kept."
        text = text[:LONGEST_REPLY]
    if (written := _writable(text)) != text:
        text, fault = written, fault or "It holds halves of characters, which UTF-8 cannot write."
    try:
        text = redact(text, secrets)
        detail = without_keys(redact(_writable(reply.detail[:LONGEST_DETAIL]), secrets))
    except Exception as error:  # Rather no text than one with a secret, and rather both than none.
        text, detail = "", ""
        fault = f"It could not be searched for secrets ({type(error).__name__}) and is not kept."
    if fault:
        return replace(reply, text=text, outcome="malformed", detail=fault)
    return replace(reply, text=text, detail=detail)


def _writable(text: str) -> str:
    return text.encode(errors="replace").decode()
