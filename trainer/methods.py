"""Find a training method by its name; its file, which brings torch, is imported only to train."""

from typing import NamedTuple


class Method(NamedTuple):
    """One way to make an adapter."""

    name: str
    """As `train.method` of a config names it."""
    about: str
    """What its adapters were trained on, for the card."""
    reads_strategy: bool
    """Learns from the strategy itself, not only from the examples that follow it."""
    train: str
    """`module:function` in this folder, a `Train` of `contract.py`."""


SFT = "sft"
METHODS = (Method(SFT, "worked solutions that follow the strategy below", False, "sft:train"),)


def find_method(name: str) -> Method:
    """Return the method of that name. Raises ValueError, with the known ones, for another."""
    for method in METHODS:
        if method.name == name:
            return method
    known = ", ".join(method.name for method in METHODS)
    raise ValueError(f"no training method is called {name!r}. Known: {known}")
