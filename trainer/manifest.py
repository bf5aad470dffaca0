"""Manifest of an adapter: its origin, its versions and the hashes of its files."""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ..models.adapter_files import MANIFEST
from .methods import SFT
from .recipe import Recipe

LIBRARIES = ("torch", "peft", "transformers")
"""Another version of one of these may train other weights from the same data."""


class Manifest(BaseModel):
    """Origin of an adapter and the hashes of its files, kept as a file in its folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    base: str
    """The student it was trained on and belongs to."""
    dataset: str
    """Hash of the dataset."""
    method: str = Field(default=SFT, exclude_if=SFT.__eq__)
    """Training method; not written where it is the usual one."""
    strategy: str
    """Hash of the version that was learned from: the first one that needed this adapter."""
    strategy_name: str
    """The same version as people call it, such as `scheduling@3`."""
    recipe: Recipe
    seed: int
    versions: Mapping[str, str] = Field(default_factory=dict)
    """Library -> version it was trained with."""
    provenance: str = ""
    """`stream#slot` of the event behind the strategy."""
    tokens: int = 0
    """Tokens read in training, all epochs together."""
    losses: tuple[float, ...] = ()
    """Mean loss of each step."""
    files: Mapping[str, str] = Field(default_factory=dict)
    """File name -> SHA-256 of the files that make the adapter; not the card, not this file."""
    held_out: Mapping[str, float] | None = None
    """Split -> accuracy once evaluated. With the card, all that may change after saving."""


def adapter_key(base: str, input_hash: str, recipe: Recipe, seed: int) -> str:
    """Name an adapter by all that makes its weights: 16 hex digits of a SHA-256.

    The versions of the training libraries count too.
    """
    made_of = [base, input_hash, recipe.model_dump(mode="json"), seed, versions()]
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]


def versions() -> dict[str, str]:
    """Return the installed versions of the training libraries, without importing them."""
    return {name: version(name) for name in LIBRARIES}


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of the adapter in `folder`. FileNotFoundError if it has none."""
    return Manifest.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
