"""Node that measures the floors, and probes which channel this student can use."""

from langgraph.runtime import Runtime

from ..context import Run
from ..measure.first_calls import check_models
from ..measure.floors import measure_floors
from ..measure.probe import expert_strategy, probe
from ..state import RunState


def baseline(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Ask who may keep silent once, measure the floors of the pool, probe what words do."""
    run = runtime.context
    check_models(run)
    run.progress.stage("baseline", "floors, and whether the student can use words")
    measure_floors(run, "val", run.problems["val"])
    if run.channel() is None and run.domain.guide.rules:
        probe(run, expert_strategy(run))
    return {}
