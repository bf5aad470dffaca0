"""Reading of replies: one way from what a model wrote to its final answer, for every domain."""

from .contract import Reading, Step, Unreadable
from .dress import undress
from .reading import read_reply
from .thinking import drop_thinking
from .wrappers import unwrap

__all__ = [
    "Reading",
    "Step",
    "Unreadable",
    "drop_thinking",
    "read_reply",
    "undress",
    "unwrap",
]
