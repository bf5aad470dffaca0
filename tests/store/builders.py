"""Small stories for tests: propose a version, let a gate decide, promote it."""

from collections.abc import Sequence
from typing import Any

from tutelage.store import EMPTY, Log, Strategy
from tutelage.store.edits import Add, Edit, apply
from tutelage.store.events import Decision, GateDecided, StrategyProposed


def propose(
    log: Log,
    edits: Sequence[Edit],
    *,
    parent: Strategy = EMPTY,
    domain: str = "scheduling",
    run: str = "run",
    slot: str = "c1/r1/update_strategy/0",
    **more: Any,
) -> StrategyProposed:
    """Record what `edits` make of `parent`."""
    version = apply(parent, edits, f"{run}/{slot}")
    return log.record(
        StrategyProposed(
            stream=run,
            slot=slot,
            domain=domain,
            branch=f"{domain}/{run}",
            strategy=version.hash,
            rules=version.rules,
            parents=(parent.hash,),
            edits=tuple(edits),
            **more,
        )
    )


def gate(
    log: Log,
    proposal: StrategyProposed,
    decision: Decision = "accept",
    *,
    slot: str = "",
    **more: Any,
) -> GateDecided:
    """Record a gate about `proposal`, 96 pairs unless told otherwise."""
    numbers = {"pairs": 96, "gain": 0.21, "low": 0.1, "high": 0.32, "p": 0.0004}
    return log.record(
        GateDecided(
            stream=proposal.stream,
            slot=slot or proposal.slot.replace("update_strategy", "validate"),
            domain=proposal.domain,
            candidate=proposal.strategy,
            incumbent=proposal.parents[0] if proposal.parents else EMPTY.hash,
            decision=decision,
            **{"reason": "told", "channel": "words", **numbers, **more},
        )
    )


def adds(*texts: str, section: str = "Method") -> list[Edit]:
    return [Add(section=section, text=text) for text in texts]


def strategy(proposal: StrategyProposed) -> Strategy:
    return Strategy(rules=proposal.rules)
