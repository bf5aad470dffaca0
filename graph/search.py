"""Where a round starts from: the line's current version, or one that is best somewhere."""

import math
import random
from collections.abc import Mapping

from ..store.events import RoundOpened
from .context import Run
from .frontier import measure
from .slots import round_slot, seed_of
from .state import RunState


def open_round(run: Run, state: RunState) -> RoundOpened:
    """What this round works from; drawn once, and read ever after.

    With a frontier, the parent is drawn by the problems that each version is among the best on.
    Whatever the parent is, the candidates must beat the current version.
    """
    slot = round_slot(state, "open")
    event = run.log.find(run.id, slot)
    if isinstance(event, RoundOpened):
        return event
    incumbent = run.current().hash
    fronts = measure(run, state["adapter"]) if run.config.search.frontier else {}
    parent = _drawn(fronts, seed_of(run.config.seed, slot)) if fronts else incumbent
    if fronts:
        won = ", ".join(f"{run.version(name).name} {count}" for name, count in fronts.items())
        run.watch.say(f"Frontier (problems won): {won}. Parent: {run.version(parent).name}.")
    return run.log.record(
        RoundOpened(
            stream=run.id,
            slot=slot,
            strategy=parent,
            adapter=state["adapter"],
            incumbent=incumbent,
            fronts=fronts,
        )
    )


def edit_cap(run: Run, state: RunState) -> int:
    """Most edits of a candidate in this round: from `search.edits` down to 1 along a cosine."""
    most, last = run.config.search.edits, run.config.total_rounds - 1
    gone = (run.round_number(state) - 1) / last if last else 0.0
    return 1 + round((most - 1) * (1 + math.cos(math.pi * gone)) / 2)


def _drawn(fronts: Mapping[str, int], seed: int) -> str:
    return random.Random(seed).choices(list(fronts), weights=list(fronts.values()))[0]
