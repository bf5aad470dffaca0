"""Single steps of the loop, for a person at the command line: each leaves its own events.

They belong to a run (its problems, adapters, channel and budget) and write below
`manual/<step>/<n>`, so that they never fill a slot of the loop. Whoever makes one is alone on the
run: two at once would take the same `n`, and spend what is left twice. Raises StreamBusy, and
StoreCorrupt for a log that is damaged.
"""

from itertools import count

from ...domains.contract import Domain
from ...evidence.attribution.table import Attribution
from ...store import slots
from ...store.events import GateDecided
from ...store.strategies.versions import Version
from ..context import Run
from . import cross_domain
from .adapters import adapter_of
from .attribution import attribute
from .gate import Gate
from .probe import probe


def gate(run: Run, candidate: Version, incumbent: Version) -> GateDecided:
    """Gate one version against another on the whole validation pool, with the whole alpha.

    Promotes nothing. The pool has chosen versions before: a decision here supports one of the
    loop's, and is no second chance for a version that the loop refused.
    """
    with run.work_alone():
        place = _place(run, "gate")
        found = run.channel() or probe(run, candidate.strategy)
        step = Gate(run, incumbent, candidate, found.channel, run.problems["val"])
        return run.log.record(step.decide(slots.below(place, 1), slots.part(place, "incumbent")))


def transfer(run: Run, version: Version) -> str:
    """Train the adapter of a version, or find it trained; return its key."""
    with run.work_alone():
        return adapter_of(run, version)


def evaluate(run: Run, version: Version, adapter: str) -> Attribution:
    """Open the sealed splits once more for one adapter; the log counts every opening."""
    with run.work_alone():
        return attribute(run, version.strategy, adapter, _place(run, "evaluate"))


def evaluate_on(
    run: Run, version: Version, adapter: str, domain: Domain, n: int
) -> cross_domain.CrossDomain:
    """Try a version, and an adapter if one is given, on test problems of another domain."""
    with run.work_alone():
        place = _place(run, "elsewhere")
        return cross_domain.evaluate_on(run, version, adapter, domain, n, place)


def _place(run: Run, step: str) -> str:
    places = (slots.step_by_hand(step, number) for number in count(1))
    return next(
        place for place in places
        if not any(run.log.entries(stream=run.id, prefix=slots.inside(place)))
    )  # fmt: skip
