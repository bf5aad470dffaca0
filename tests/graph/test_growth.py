"""A long run grows in a straight line, and its checkpoint does not grow at all."""

import itertools
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tutelage.graph.planning.opening import Overrides, open_run
from tutelage.graph.run import go
from tutelage.graph.teacher.model import ModelTeacher
from tutelage.models import Request, ScriptedModel
from tutelage.store.events import GateDecided

from .fakes import Coach, Parity, Pupil
from .server import EDITS, obliging
from .world import CARRY_HELPS, config

ROUNDS = 200


def size(database: Path) -> int:
    """Bytes of the database, what still waits in its write-ahead log included."""
    with closing(sqlite3.connect(database)) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (page,) = connection.execute("PRAGMA page_size").fetchone()
    return int(pages) * int(page)


@pytest.mark.slow
def test_200_rounds_grow_linearly_and_leave_a_small_checkpoint(tmp_path: Path) -> None:
    numbers = itertools.count()

    def teach(request: Request) -> str:
        if "makes one new candidate" in request.prompt:
            edit = {**EDITS["edits"][0], "text": f"Think of thing number {next(numbers)}."}
            return json.dumps({"edits": [edit]})
        return obliging(request.system, request.prompt)

    run = open_run(
        tmp_path / "store",
        tmp_path / "runs",
        config(
            splits={"train": 8 + 2 * (ROUNDS + 1) + 2, "val": 8 * ROUNDS, "test": 4, "ood": 0},
            loop={"cycles": 1, "rounds": ROUNDS, "candidates": 1, "batch": 2, "feedback": 2},
            train={"examples": 8},
            gate={"channel": "words", "alpha": 0.9, "power": 0.95},
        ),
        overrides=Overrides(
            Parity(), ModelTeacher(ScriptedModel(teach)), Pupil(CARRY_HELPS), Coach()
        ),
    )
    sizes: list[int] = []

    def after_node(name: str) -> None:
        if name == "validate":
            sizes.append(size(tmp_path / "store" / "tutelage.db"))

    assert go(run, after_node=after_node)
    assert len(list(run.log.entries(kinds=[GateDecided]))) == ROUNDS, "each round has its gate"
    steady = np.array(sizes[10:], dtype=float)
    rounds = np.arange(len(steady))
    slope, start = np.polyfit(rounds, steady, 1)
    unexplained = float(np.var(steady - (slope * rounds + start)) / np.var(steady))
    checkpoint = (tmp_path / "runs" / run.id / "checkpoint.db").stat().st_size
    print(f"\n{slope:.0f} bytes a round, {1 - unexplained:.4%} of the growth on a straight line")
    print(f"checkpoint file: {checkpoint} bytes")
    assert unexplained < 0.01
    assert checkpoint < 1_000_000
