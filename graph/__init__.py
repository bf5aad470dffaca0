"""Loop of a run: solve -> reflect -> update_strategy -> validate, and what stands around it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .run import transfer_knowledge as transfer_knowledge

__all__ = ["transfer_knowledge"]


def __getattr__(name: str) -> Any:
    """Import `transfer_knowledge` on first use: LangGraph takes a second, configs need none."""
    if name != "transfer_knowledge":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .run import transfer_knowledge

    return transfer_knowledge
