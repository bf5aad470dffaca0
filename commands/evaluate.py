"""Whether what was learned of one domain helps on another: `evaluate --domain`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..domains import NotEnoughProblems
from ..store.events import RunStarted, SplitFrozen
from ..store.judged_by import judges
from ..store.log import EventLog
from ..store.strategies.versions import Strategies, Version
from .domain_options import built
from .errors import Refused
from .output import clean, print_json
from .progress import watching
from .report import show_attribution
from .workspace import Place, adapter_named, run_of

if TYPE_CHECKING:
    from ..domains import Domain
    from ..graph.context import Run
    from ..graph.measure.cross_domain import Elsewhere


def try_elsewhere(
    place: Place, ref: str, name: str, n: int, options: str, *, as_json: bool
) -> None:
    """Put an adapter, or a version in words, to `n` test problems of another domain."""
    from ..evidence.attribution.headline import headline
    from ..graph.run import finished

    domain, judge = built(name, options)
    with place.store() as log, watching(stderr=as_json) as watch:
        run_id, version, adapter = _meant(log, ref)
        if version.domain == domain.name:
            raise Refused(
                f"{version.name} was learned of {domain.name} itself: leave --domain out, and "
                "`tutelage evaluate ADAPTER` puts it to the sealed problems of its run."
            )
        if not finished(log, run_id):
            raise Refused(
                f"Run {run_id} is not finished: what you see now would choose for it. "
                f"`tutelage resume {run_id}` first."
            )
        opened = place.reopen(log, run_id, watch=watch)
        if judge is not None:
            judge.journal = opened.journal
        found = _tried(opened, version, adapter, domain, n)
        looks, by = _looks(log, domain.name), judges(log, opened.id)
    data: dict[str, Any] = found.attribution.as_json() | {
        "run": opened.id,
        "adapter": adapter,
        "strategy_version": version.name,
        "domain": domain.name,
        "headline": headline(found.attribution, domain.name),
        "known": list(found.known),
        "leaks": [asdict(leak) for leak in found.leaks],
        "looks": looks,
    }
    if as_json:
        print_json(data)
        return
    show_attribution(data, by)
    if found.known:
        typer.echo(f"{len(found.known)} problems were left out: {opened.id} has met them before.")
    for leak in found.leaks:
        typer.echo(
            clean(f"Rule {leak.rule} carries content of problem {leak.problem}: {leak.quote}")
        )
    typer.echo(
        f"{domain.name} has been looked at {looks} times from this store: choosing by what you see "
        "makes a training set of it."
    )


def _tried(run: "Run", version: Version, adapter: str, domain: "Domain", n: int) -> "Elsewhere":
    from ..graph.measure.by_hand import elsewhere
    from ..graph.measure.cross_domain import NothingLeft

    try:
        return elsewhere(run, version, adapter, domain, n)
    except (NotEnoughProblems, NothingLeft) as error:
        raise Refused(f"{error} -n says how many are asked for.") from error


def _meant(log: EventLog, ref: str) -> tuple[str, Version, str]:
    """The run, the version and the adapter; an adapter by its key or folder, or a version alone."""
    strategies = Strategies(log)
    folder = Path(ref)
    try:
        event = adapter_named(log, folder.name if folder.is_dir() else ref)
    except Refused as refused:
        try:
            version = strategies.get(ref)
        except LookupError as unknown:
            raise Refused(f"{refused} Nor is it a version: {unknown}") from unknown
        if not version.strategy.rules:
            raise Refused(f"{version.name} has no rules: there is nothing to try.") from None
        return run_of(log, version, None), version, ""
    start = log.find(event.stream, "start")
    assert isinstance(start, RunStarted), "an adapter is a run's"
    number = strategies.number(start.domain, event.strategy)
    version = strategies.get(f"{start.domain}@{number}")
    if not version.strategy.rules:
        raise Refused(
            f"Adapter {event.adapter} is the labels-only control, which follows no strategy: it "
            "answers beside every other adapter of its run. Evaluate one of those."
        )
    return event.stream, version, event.adapter


def _looks(log: EventLog, domain: str) -> int:
    """How often problems of a domain were put to what was learned of others."""
    entries = log.entries(kinds=[SplitFrozen])
    asked = [it.event.split for it in entries if isinstance(it.event, SplitFrozen)]
    return asked.count(f"{domain}/test")
