"""Node in which a policy answers train problems: the teacher first, then the student."""

from langgraph.runtime import Runtime

from ...store.events import RoundOpened, Solved
from ..context import Run
from ..measure.rollouts import attempt
from ..measure.round_opening import open_round
from ..state import RunState, round_slot


def solve(state: RunState, runtime: Runtime[Run]) -> RunState:
    """Attempt this round's batch with its parent version, and with the adapter if there is one."""
    run = runtime.context
    slot = round_slot(state, "solve")
    if run.log.find(Solved, run.id, slot) is None:
        _solve(run, state, slot)
    opened = run.event(RoundOpened, round_slot(state, "open"))
    return {
        "solved": slot,
        "strategy": opened.strategy,
        "incumbent": opened.incumbent or opened.strategy,
    }


def _solve(run: Run, state: RunState, slot: str) -> None:
    discovering = state["cycle"] == 1 and run.teacher.model is not None
    policy = "teacher" if discovering else "student"
    # A person may promote while a killed run lies still: the round keeps what it began with.
    parent = run.version(open_round(run, state).strategy)
    run.progress.stage("solve", f"the {policy} answers {run.config.loop.batch} train problems")
    attempts = attempt(
        run,
        slot,
        run.batch(run.round_number(state)),
        model=run.teacher.model if discovering else None,
        strategy=parent.strategy if discovering or run.reads_words() else None,
        adapter="" if discovering else state["adapter"],
        samples=run.config.loop.samples,
        what=f"{policy} solves",
    )
    run.log.record(
        Solved(
            stream=run.id,
            slot=slot,
            policy="teacher" if discovering else "student",
            strategy=parent.hash,
            adapter="" if discovering else state["adapter"],
            attempts=tuple(event.slot for event in attempts),
            right=sum(event.outcome == "right" for event in attempts),
        )
    )
