"""Contracts of training: the student that can be trained, and the trainer that the loop uses."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ..models.contract import Model, Request
from ..store.rules import Strategy
from .examples import Dataset
from .manifest import Manifest
from .recipe import Recipe

OnStep = Callable[[int, int, float], None]
"""Called with (steps done, steps in all, mean loss of the step) after each step."""
Stop = Callable[[], bool]
"""Called before each step; True ends the training."""


@runtime_checkable
class Trainable(Model, Protocol):
    """A model whose weights are here, so that they can be trained. `LocalModel` is one."""

    def bare(self) -> tuple[Any, Any]:
        """Return the torch module, without any adapter, and its tokenizer."""

    def chat(self, request: Request) -> str:
        """Render the request as the model reads it: the chat template's text up to the reply."""

    def encode(self, request: Request) -> tuple[Sequence[int], Sequence[int]]:
        """Return the ids of `chat(request)`, which the model answers from, in two parts."""


class Trainer(Protocol):
    """Makes an adapter from a dataset."""

    def key(self, student: Model, dataset: Dataset, recipe: Recipe, seed: int) -> str:
        """Return the name of the adapter that `train` would make of this, without making it."""

    def train(
        self,
        student: Model,
        dataset: Dataset,
        recipe: Recipe,
        seed: int,
        folder: Path,
        *,
        strategy: Strategy,
        strategy_name: str,
        held_out: Mapping[str, Collection[str]],
        classes: Sequence[str],
        on_step: OnStep | None = None,
        stop: Stop | None = None,
        provenance: str = "",
    ) -> Manifest:
        """Train an adapter into `folder/<key>`, or return the one that stands there whole.

        `held_out` names the problems of each split that may not be learned from, `classes` the
        answers where answers are classes, `provenance` the event behind the strategy, as
        `stream#slot`.
        """


class TrainingStopped(RuntimeError):
    """Training was asked to stop. Nothing was saved, and the base model is as it was."""
