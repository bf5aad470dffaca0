"""Opening of a round: draws the parent version and sets the cap on edits."""

import math
import random
from collections.abc import Mapping

from ...store.events import RoundOpened
from ..context import Run
from ..state import RunState, round_slot, seed_of
from .frontier import measure_frontier


def open_round(run: Run, state: RunState) -> RoundOpened:
    """Return the version this round works from; drawn once, and read ever after.

    With a frontier, the parent is drawn by the problems that each version is among the best on.
    Whatever the parent is, the candidates must beat the current version.
    """
    slot = round_slot(state, "open")
    if (event := run.log.find(RoundOpened, run.id, slot)) is not None:
        return event
    incumbent = run.current().hash
    fronts = measure_frontier(run, state["adapter"]) if run.config.search.frontier else {}
    parent = _draw_parent(fronts, seed_of(run.config.seed, slot)) if fronts else incumbent
    if fronts:
        won = ", ".join(f"{run.version(name).name} {count}" for name, count in fronts.items())
        run.progress.say(f"Frontier (problems won): {won}. Parent: {run.version(parent).name}.")
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
    """Return this round's most edits a candidate: `search.edits` down to 1 along a cosine."""
    most, last = run.config.search.edits, run.config.total_rounds - 1
    gone = (run.round_number(state) - 1) / last if last else 0.0
    return 1 + round((most - 1) * (1 + math.cos(math.pi * gone)) / 2)


def _draw_parent(fronts: Mapping[str, int], seed: int) -> str:
    return random.Random(seed).choices(list(fronts), weights=list(fronts.values()))[0]
