"""Model that a domain's judge may ask: the domain gets a function, and the calls a journal."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...domains.registry import JUDGE_OPTION
from ...domains.sandbox.contract import SandboxUnavailable
from ...models import open_model
from ...models.contract import Model, ModelError, Request
from ...store import slots
from ...store.errors import StoreError
from .budget import BudgetSpent
from .journal import Journal, ModelDown
from .record import RecordEnds

OPTION = JUDGE_OPTION
TOKENS = 64
"""A judge's reply is one line."""
BEHIND_A_JUDGE = (BudgetSpent, ModelDown, ModelError, RecordEnds, SandboxUnavailable, StoreError)
"""Failures of what a judge relies on; whatever else it raises is a fault of its own."""


class Judge:
    """Model that answers a domain's prompts; inside a run every call is journaled.

    Its slots are named by what is asked: the same question about the same text has one answer in
    a run, also after a crash. Raises what the journal raises: BudgetSpent, ModelDown.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.name = model.name
        self.journal: Journal | None = None
        """Set once the run is open."""

    def __repr__(self) -> str:
        return self.name

    def __call__(self, prompts: Sequence[str]) -> list[str]:
        """Return one reply each; empty if it was lost, never if the model kept silent."""
        wanted = dict.fromkeys(prompts)
        requests = [Request(prompt, max_tokens=TOKENS) for prompt in wanted]
        if self.journal is None:
            replies = self.model.reply(requests)
        else:
            calls = [(slots.run_step("judge", _prompt_key(it.prompt)), it) for it in requests]
            batches = self.journal.replies(self.model, calls)
            replies = [reply for batch in batches for _, reply in batch]
        said = {
            prompt: "" if reply.outcome == "error" else reply.text or " "
            for prompt, reply in zip(wanted, replies, strict=True)
        }
        return [said[prompt] for prompt in prompts]


def with_judge(
    options: Mapping[str, Any], opener: Callable[[str], Model] = open_model
) -> tuple[dict[str, Any], Judge | None]:
    """Open the model that the options name, and put it in their place. Raises ModelError."""
    spec = options.get(OPTION)
    if not isinstance(spec, str):
        return dict(options), None
    judge = Judge(opener(spec))
    return {**options, OPTION: judge}, judge


def _prompt_key(prompt: str) -> str:
    return hashlib.sha256(prompt.encode("utf-8", "replace")).hexdigest()[:32]
