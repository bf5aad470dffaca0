"""GGUF files: by path, or packaged weights by name."""

from pathlib import Path

from ...weights import CATALOGUE, find
from ..contract import ModelError
from ..facts import Size, is_path
from ..packaged import packaged_path


def gguf_size(base: str) -> Size:
    """Read the size off the header of a GGUF file, or of packaged weights; nothing if not here."""
    # Here, because most specs name no such file, and it takes the `gguf` library.
    from .gguf_header import context_of, memory_of, read_header

    try:
        header = read_header(gguf_path(base))
    except ModelError:
        return Size()
    context = context_of(header)
    return Size(float(header.parameters), context, memory_of(header, context))


def gguf_path(base: str) -> Path:
    """Return a path as it is, and the file of packaged weights.

    Raises ModelError where those are not here, or hold no model that answers.
    """
    if base not in CATALOGUE:
        return Path(base)
    if not CATALOGUE[base].opens:
        raise ModelError(f"{base} is for the search by meaning, and answers nothing.")
    return packaged_path(base)


def has_gguf(base: str) -> bool:
    """Tell whether the packaged weights, or the file of that path, are here."""
    return find(base) is not None if base in CATALOGUE else is_path(base)
