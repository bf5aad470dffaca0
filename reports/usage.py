"""Calls to models and the tokens they took, counted by model."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from ..store.events import CallCompleted


@dataclass
class ModelUsage:
    """Calls to one model, and the tokens they took."""

    calls: int = 0
    answered: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    in_doubt: int = 0
    """Calls that were made twice, since the process died between asking and noting."""

    def add_reply(self, event: CallCompleted) -> None:
        """Count one reply."""
        self.answered += 1
        self.failed += event.outcome not in ("ok", "truncated")
        self.input_tokens += event.input_tokens
        self.output_tokens += event.output_tokens
        self.cached_tokens += event.cached_tokens


def total_usage(parts: Iterable[ModelUsage]) -> ModelUsage:
    """Add up the calls and tokens of several models."""
    return ModelUsage(*map(sum, zip(*map(astuple, parts), strict=True)))
