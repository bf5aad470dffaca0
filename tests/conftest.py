"""Order of the tests, the longest first, what the property tests draw, and a log for a test."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tutelage.store import Log, open_log

# The same examples every time, however long they take: a red test is the work's doing.
settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("explore", parent=settings.get_profile("steady"), derandomize=False)
settings.load_profile("steady")

LONGEST = "test_quickstart.py"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So does a shell start its background jobs; the tests that press Ctrl-C need it heard.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with slow tests first, or one worker would wait for them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path.name != LONGEST, item.path not in slow))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """An empty store on the disk."""
    with open_log(tmp_path) as log:
        yield log
