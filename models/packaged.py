"""Packaged weights, for whatever opens them as a model."""

from pathlib import Path

from ..weights import WeightsError, path_of
from .contract import ModelError


def packaged_path(name: str) -> Path:
    """Return the file or folder of the weights that are called so, whole.

    Raises ModelError that says which command fetches them, or lists the known names.
    """
    try:
        return path_of(name)
    except WeightsError as error:
        raise ModelError(str(error)) from None
