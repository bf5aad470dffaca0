"""Runs in the small world, one call each."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutelage.graph.config.config import RunConfig, parse_config
from tutelage.graph.context import Run
from tutelage.graph.planning.opening import Overrides, open_run

from .fakes import Coach, Parity, Pupil

CARRY_HELPS: Mapping[str, float] = {"carry": 0.45, "check": 0.1, "colour": -0.1}


def config(**changes: Any) -> RunConfig:
    return parse_config(
        {
            "name": "small",
            "teacher": "rulebook",
            "student": "scripted:pupil",
            "domain": {"name": "parity"},
            "splits": {"train": 300, "val": 240, "test": 120, "ood": 40},
            "loop": {"cycles": 2, "rounds": 2, "candidates": 2, "batch": 20, "feedback": 20},
            "train": {"examples": 40},
            **changes,
        }
    )


def small_run(
    home: Path,
    *,
    domain: Parity | None = None,
    student: Pupil | None = None,
    trainer: Coach | None = None,
    run_id: str | None = None,
    **changes: Any,
) -> Run:
    return open_run(
        home / "store",
        home / "runs",
        config(**changes),
        run_id=run_id,
        overrides=Overrides(
            domain=domain or Parity(),
            student=student or Pupil(CARRY_HELPS),
            trainer=trainer or Coach(),
        ),
    )
