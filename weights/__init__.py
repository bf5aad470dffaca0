"""Weights that travel by name: which there are, where they lie, and how they are fetched.

A name stands for one set of bytes, told by its SHA-256, wherever it was fetched from.
"""

from .cache import cache_root, find, has_right_bytes, path_of
from .catalogue import CATALOGUE, PackagedWeights, WeightsError

__all__ = [
    "CATALOGUE", "PackagedWeights", "WeightsError", "cache_root", "find", "has_right_bytes",
    "path_of",
]  # fmt: skip
