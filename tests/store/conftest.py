"""A log of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutelage.store import EventLog


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    """An empty store on the disk."""
    with EventLog.open(tmp_path) as log:
        yield log
