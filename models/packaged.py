"""Weights as files: packaged ones as they travel or as a torch folder, and GGUF files."""

from pathlib import Path

from ..weights import CATALOGUE, WeightsError, cache_root, find, path_of
from .contract import ModelError
from .facts import Size, is_path

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


def gguf_size(base: str) -> Size:
    """Read the size off the header of a GGUF file, or of packaged weights; nothing if not here."""
    # Here, because most specs name no such file, and it takes the `gguf` library.
    from .gguf_header import context_of, read_header

    try:
        header = read_header(gguf_path(base))
    except ModelError:
        return Size()
    return Size(float(header.parameters), context_of(header))


def gguf_path(base: str) -> Path:
    """Return a path as it is, and the file of packaged weights. Raises ModelError without them."""
    return packaged_path(base) if base in CATALOGUE else Path(base)


def has_gguf(base: str) -> bool:
    """Tell whether the packaged weights, or the file of that path, are here."""
    return find(base) is not None if base in CATALOGUE else is_path(base)
