"""Measures how the CPU time of a piece of work grows with the text that it is given."""

import gc
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

SIZES = 10_000, 100_000
MOST = 15.0
"""Ratio of the times at the two sizes; what takes time in proportion has 10, its square 100."""
FLOOR = 0.010
"""Seconds at the larger size below which nothing counts."""
_SMALL = 4
"""Work is tried on texts so many times as short and as long first, to choose whom to time."""
_TRIES = 25
"""Only work that seems to grow too much is tried so often: a neighbour on the machine passes."""
_PATIENCE = 20.0

Work = Callable[[str], object]
Bank = Callable[[int], Iterable[str]]


class TooLate(Exception):
    """The work took so long that its ratio need not be known."""


def slow_text(work: Work, bank: Bank, sizes: tuple[int, int] = SIZES) -> str:
    """Return what is wrong with the first text of a bank that the work takes more than its share.

    The texts are tried at a small size first, and those timed that are slow there.
    """
    small, large = sizes
    tried = max(60, small // 20)
    chosen = _suspects(work, list(bank(tried)), list(bank(tried * _SMALL)))
    shorter, longer = list(bank(small)), list(bank(large))
    return next(filter(None, (_growth(work, shorter[at], longer[at]) for at in chosen)), "")


def _suspects(work: Work, first: Sequence[str], second: Sequence[str]) -> list[int]:
    """Return the places of the slowest text, and of four whose time grows the most."""
    grown = list[tuple[float, float, int]]()
    for at, (short, long) in enumerate(zip(first, second, strict=True)):
        after = _took(work, long)
        if after > 20e-6:
            before = _took(work, short)
            grown.append((after / max(before, 4e-6), after, at))
    fast = sorted((it for it in grown if it[0] > 1.6 * _SMALL), key=lambda it: -it[1])[:4]
    slow = sorted(grown, key=lambda it: -it[1])[:1]
    return list(dict.fromkeys(it[2] for it in (*fast, *slow)))


def _growth(work: Work, short: str, long: str) -> str:
    """Return by how much the time grows; empty where that is no more than it may."""
    best = before = float("inf")
    for _ in range(_TRIES):
        before = min(before, _took(work, short))
        try:
            with _alarm(_PATIENCE):
                best = min(best, _took(work, long))
        except TooLate:
            return f"does not end within {_PATIENCE:.0f} seconds on {_shown(long)}"
        if best < FLOOR or best <= MOST * before:
            return ""
        if best > 4 * MOST * before and best > 2.0:
            break
    return f"takes {best / before:.0f} times as long ({best:.3f} s) on {_shown(long)}"


def _took(work: Work, text: str) -> float:
    """Return the CPU seconds of the work; garbage of other tests does not count."""
    gc.disable()
    try:
        begun = time.process_time()
        work(text)
        return time.process_time() - begun
    finally:
        gc.enable()


def _shown(text: str) -> str:
    return f"{len(text)} characters {text[:24]!r}...{text[-8:]!r}"


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(signum: int, frame: FrameType | None) -> None:
        raise TooLate

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
