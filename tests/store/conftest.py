"""A log of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutelage.store import Log, open_log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """An empty store on the disk."""
    with open_log(tmp_path) as log:
        yield log
