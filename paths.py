"""Paths as people write them."""

import os


def expand_home(path: str) -> str:
    """Return a path with the home folder for its leading ~; one that nobody has here stays."""
    return os.path.expanduser(path)  # noqa: PTH111 - Path's own fails there, and drops a leading ./
