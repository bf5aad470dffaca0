"""Loop of the run as a picture: read it top to bottom."""

from typing import Any, Literal

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from .context import Run
from .nodes.baseline import baseline
from .nodes.evaluate import evaluate
from .nodes.feedback import feedback
from .nodes.reflect import reflect
from .nodes.review import review
from .nodes.solve import solve
from .nodes.transfer import transfer
from .nodes.update_strategy import update_strategy
from .nodes.validate import validate
from .state import RunState

Loop = CompiledStateGraph[RunState, Run, RunState, RunState]


def build(checkpointer: BaseCheckpointSaver[Any] | None = None) -> Loop:
    """Compile the state machine; the run's live objects come in as its context."""
    graph = StateGraph(RunState, context_schema=Run)
    graph.add_node("baseline", baseline)
    graph.add_node("solve", solve)
    graph.add_node("reflect", reflect)
    graph.add_node("update_strategy", update_strategy)
    graph.add_node("validate", validate)
    graph.add_node("review", review)
    graph.add_node("transfer", transfer)
    graph.add_node("feedback", feedback)
    graph.add_node("evaluate", evaluate)

    graph.add_edge(START, "baseline")
    graph.add_edge("baseline", "solve")
    graph.add_edge("solve", "reflect")
    graph.add_edge("reflect", "update_strategy")
    graph.add_edge("update_strategy", "validate")
    graph.add_edge("validate", "review")
    graph.add_conditional_edges("review", after_review)
    graph.add_edge("transfer", "feedback")
    graph.add_conditional_edges("feedback", after_feedback)
    graph.add_edge("evaluate", END)
    return graph.compile(checkpointer=checkpointer)


def after_review(state: RunState, runtime: Runtime[Run]) -> Literal["solve", "transfer"]:
    """Go on with this cycle's next round, which `review` has counted, or with the transfer."""
    rounds = runtime.context.config.loop.rounds_by_cycle[state["cycle"] - 1]
    return "solve" if state["round"] <= rounds else "transfer"


def after_feedback(state: RunState, runtime: Runtime[Run]) -> Literal["solve", "evaluate"]:
    """Go on with the next cycle, which `feedback` has opened, or with the evaluation."""
    return "solve" if state["cycle"] <= runtime.context.config.loop.cycles else "evaluate"
