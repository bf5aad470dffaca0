"""Recipe of a training: every setting that can change an adapter's weights, and nothing else."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Recipe(BaseModel):
    """One way to train. Two adapters are comparable when their recipes are equal.

    The defaults were measured on a 135M student with two CPU cores.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(default=2, ge=1)
    """Passes over the dataset."""
    batch_size: int = Field(default=4, ge=1)
    """Examples a step. Small: a short training needs many steps more than it needs smooth ones."""
    rank: int = Field(default=16, ge=1)
    """Width of the LoRA matrices: how much can be learned, and how large the adapter is."""
    alpha: int = Field(default=32, ge=1)
    """The adapter acts with weight `alpha / rank`."""
    targets: Literal["all-linear"] | tuple[str, ...] = "all-linear"
    """Names of the layers that are adapted, or every linear one but the head."""
    lr: float = Field(default=2e-3, gt=0, le=0.1)
    """Peak learning rate."""
    warmup: float = Field(default=0.1, ge=0, lt=1)
    """Share of the steps in which the learning rate climbs to its peak."""
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    """Course of the learning rate after its peak."""
    weight_decay: float = Field(default=0.0, ge=0, lt=1)
    clip: float = Field(default=1.0, gt=0)
    """A gradient longer than this is shortened to it."""
    max_tokens: int = Field(default=1024, ge=8)
    """No example may be longer, prompt and completion together. None is ever cut to fit."""

    @model_validator(mode="after")
    def _check_targets(self) -> Self:
        targets = self.targets
        if isinstance(targets, tuple):
            if not targets or not all(targets):
                raise ValueError(
                    "`targets` names no layer: nothing would be trained. "
                    'Name layers, such as ("q_proj", "v_proj"), or say "all-linear".'
                )
            if "all-linear" in targets:
                raise ValueError('`targets` is "all-linear" by itself or a list of layer names.')
            if len(set(targets)) < len(targets):
                raise ValueError(f"`targets` names a layer twice: {', '.join(targets)}.")
        return self
