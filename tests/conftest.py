"""In which order the tests are handed out: what takes longest begins first."""

import pytest

LONGEST = "test_quickstart.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests before the others, or one worker would wait for them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path.name != LONGEST, item.path not in slow))
