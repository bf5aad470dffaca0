"""The loop's steps on their own, for a person at the command line: each leaves its own events.

They belong to a run (its problems, adapters and channel) and write below `manual/<step>/<n>`, so
that they never fill a slot of the loop.
"""

from ...domains.contract import Domain
from ...evidence.attribution.table import Attribution
from ...store.events import GateDecided
from ...store.strategies.versions import Version
from ..context import Run
from ..nodes.baseline import probe
from ..nodes.evaluate import measure, players
from .adapters import adapter_of
from .cross_domain import Elsewhere, tried_elsewhere
from .gate import Gate


def gate(run: Run, candidate: Version, incumbent: Version) -> GateDecided:
    """Gate one version against another on the whole validation pool, with the whole alpha.

    Promotes nothing. The pool has chosen versions before: a decision here supports one of the
    loop's, and is no second chance for a version that the loop refused.
    """
    place = _place(run, "gate")
    found = run.channel() or probe(run, candidate.strategy)
    step = Gate(run, incumbent, candidate, found.channel, run.problems["val"])
    return run.log.record(step.decide(f"{place}/1", f"{place}/incumbent"))


def transfer(run: Run, version: Version) -> str:
    """Train the adapter of a version, or find it trained; returns its key."""
    return adapter_of(run, version.strategy, version.name, f"{version.stream}#{version.slot}")


def evaluate(run: Run, version: Version, adapter: str) -> Attribution:
    """Open the sealed splits once more for one adapter; the log counts every opening."""
    return measure(run, list(players(run, version.strategy, adapter)), _place(run, "evaluate"))


def elsewhere(run: Run, version: Version, adapter: str, domain: Domain, n: int) -> Elsewhere:
    """Try a version, and an adapter if one is given, on test problems of another domain."""
    return tried_elsewhere(run, version, adapter, domain, n, _place(run, "elsewhere"))


def _place(run: Run, step: str) -> str:
    number = 1
    while any(run.log.entries(stream=run.id, prefix=f"manual/{step}/{number}/")):
        number += 1
    return f"manual/{step}/{number}"
