"""Packaged weights, for whatever opens them as a model: as they travel, or as a torch folder."""

from pathlib import Path

from ..weights import WeightsError, cache_root, find, path_of
from .contract import ModelError

TORCH_MANIFEST = "manifest.json"
"""Written last: its presence says that a torch folder is whole."""


def packaged_path(name: str) -> Path:
    """Return the file or folder of the weights that are called so, whole.

    Raises ModelError that says which command fetches them, or lists the known names.
    """
    try:
        return path_of(name)
    except WeightsError as error:
        raise ModelError(str(error)) from None


def torch_folder(name: str) -> Path:
    """Return where the weights lie in fp32, or will lie: a folder that torch opens."""
    return cache_root() / "torch" / name


def is_dequantised(name: str) -> bool:
    """Tell whether the torch folder is there, whole."""
    return (torch_folder(name) / TORCH_MANIFEST).is_file()


def torch_can_open(name: str) -> bool:
    """Tell whether the weights are here, as a torch folder or as what one is made of."""
    return is_dequantised(name) or find(name) is not None
