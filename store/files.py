"""Atomic replacement of a file."""

import os
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Replace the content of `path`: readers see the old text or the new one, never half of either.

    The new text is on the disk before it takes the place of the old one; on an error the old one
    stands, and nothing else is left.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
