"""Stories, tables and pages, read off the log: nothing here decides anything."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .files import write_results as write_results

__all__ = ["write_results"]


def __getattr__(name: str) -> Any:
    """Import `write_results` on first use: drawing loads matplotlib."""
    if name != "write_results":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .files import write_results

    return write_results
