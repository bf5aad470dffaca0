"""Order of the tests: the longest begin first."""

import pytest

LONGEST = "test_quickstart.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with slow tests first, or one worker would wait for them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path.name != LONGEST, item.path not in slow))
