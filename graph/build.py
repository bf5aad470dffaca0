"""Loop of the run as a picture: read it top to bottom."""

from collections.abc import Callable
from functools import wraps
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
from .state import RunState, with_log_end

Node = Callable[..., RunState]
"""(state, runtime) -> what changed in the state."""
Loop = CompiledStateGraph[RunState, Run, RunState, RunState]


def build(checkpointer: BaseCheckpointSaver[Any] | None = None) -> Loop:
    """Compile the state machine; the run's live objects come in as its context."""
    graph = StateGraph(RunState, context_schema=Run)
    graph.add_node("baseline", tell_log_end(baseline))
    graph.add_node("solve", tell_log_end(solve))
    graph.add_node("reflect", tell_log_end(reflect))
    graph.add_node("update_strategy", tell_log_end(update_strategy))
    graph.add_node("validate", tell_log_end(validate))
    graph.add_node("review", tell_log_end(review))
    graph.add_node("transfer", tell_log_end(transfer))
    graph.add_node("feedback", tell_log_end(feedback))
    graph.add_node("evaluate", tell_log_end(evaluate))

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


def tell_log_end(node: Node) -> Node:
    """Let a node return the end of the run's stream too: a checkpoint says which log it is of."""

    @wraps(node)
    def step(state: RunState, runtime: Runtime[Run]) -> RunState:
        run = runtime.context
        return with_log_end(run.log, run.id, state, node(state, runtime))

    return step
