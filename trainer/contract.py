"""Contracts of training: its input, the student, the methods, and the trainer of the loop."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ..models.contract import Model, Request
from ..store.hash_chain import sha256
from ..store.rules import Strategy
from .adapter import Trained
from .examples import Dataset
from .manifest import Manifest, adapter_key
from .methods import SFT
from .recipe import Recipe

OnStep = Callable[[int, int, float], None] | None
"""Called with (steps done, steps in all, mean loss of the step) after each step."""
Stop = Callable[[], bool] | None
"""Called before each step; True ends the training."""

UNTRAINABLE = "cannot be trained here."
"""The end of the reason why a student, which is named before it, learned nothing."""


@runtime_checkable
class Trainable(Model, Protocol):
    """A model whose weights are here, so that they can be trained. `HfModel` is one."""

    def bare(self) -> tuple[Any, Any]:
        """Return the torch module, without any adapter, and its tokenizer."""

    def chat(self, request: Request) -> str:
        """Render the request as the model reads it: the chat template's text up to the reply."""

    def encode(self, request: Request) -> tuple[Sequence[int], Sequence[int]]:
        """Return the ids of `chat(request)`, which the model answers from, in two parts."""


@dataclass(frozen=True)
class TrainingInput:
    """All that is learned from: equal inputs train equal weights."""

    dataset: Dataset
    method: str = SFT
    strategy: Strategy | None = None
    """Only for a method that reads it."""

    @property
    def hash(self) -> str:
        """Return the dataset's own hash for supervised training, else one over all the fields."""
        if self.method == SFT:
            return self.dataset.hash
        read = self.strategy.hash if self.strategy else ""
        return sha256(json.dumps([self.method, self.dataset.hash, read]))


@dataclass(frozen=True)
class Training:
    """One training: all that makes the weights, and the limits that its dataset has to keep."""

    student: Model
    input: TrainingInput
    recipe: Recipe
    seed: int
    held_out: Mapping[str, Collection[str]]
    """Split -> ids of problems that may not be learned from."""
    classes: Sequence[str]
    """The answers, where answers are classes; else empty."""

    @property
    def key(self) -> str:
        """The name of the adapter that comes of it, known without training."""
        return adapter_key(self.student.name, self.input.hash, self.recipe, self.seed)


@dataclass(frozen=True)
class Destination:
    """The place of an adapter, and what its card says of its origin."""

    folder: Path
    """The adapter becomes `folder/<key>`."""
    strategy: Strategy
    strategy_name: str
    """What people call the version, such as `scheduling@3`."""
    provenance: str = ""
    """The event behind the strategy, as `stream#slot`."""


Train = Callable[[Trainable, Training, OnStep, Stop], Trained]
"""A training method. It leaves the student as it was. Raises PreflightFailed, before anything is
learned, for faults that only this method minds, and TrainingStopped when `Stop` says so."""


class Trainer(Protocol):
    """Makes adapters."""

    def train(
        self, training: Training, place: Destination, on_step: OnStep = None, stop: Stop = None
    ) -> Manifest:
        """Train an adapter into `folder/<key>`, or return the one that stands there whole."""


class TrainingStopped(RuntimeError):
    """Training was asked to stop. Nothing was saved, and the base model is as it was."""
