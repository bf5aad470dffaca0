"""Put an adapter to the sealed problems of its run, or to problems of another domain."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from ..domains import NotEnoughProblems
from ..models.adapter_files import describe_other_weights
from ..paths import expand_home
from ..reports.wording import clean, version_name
from ..store.events import AdapterTrained, AttemptReread, SealOpened, SplitFrozen
from ..store.judged_by import count_judges, count_readings
from ..store.log import Log
from ..store.runs import find_run
from ..store.strategies.versions import Strategies, Version
from .domains import build_domain
from .errors import Refused
from .output import Json, examples, print_json
from .progress import show_progress
from .report import show_attribution
from .workspace import Workspace, find_adapter, here, run_for

if TYPE_CHECKING:
    from ..domains import Domain
    from ..graph.context import Run
    from ..graph.measure.cross_domain import CrossDomain

app = typer.Typer()


class _Evaluation(NamedTuple):
    """Table of all arms as JSON tells it, and what is said below it."""

    data: dict[str, Any]
    judged_by: Mapping[str, int]
    read_again: Mapping[str, int]
    notes: list[str]


@app.command(
    epilog=examples(
        ("tutelage evaluate 5bda0f40", "an adapter by the beginning of its key"),
        ("tutelage evaluate runs/quickstart/adapters/5bda0f40c8a59138", "or by its folder"),
        ("tutelage evaluate 5bda0f40 --domain humaneval", "does it help on another domain?"),
        (
            "tutelage evaluate python_coding@3 --domain debugging",
            "the words alone, without weights",
        ),
    ),
)
def evaluate(
    ctx: typer.Context,
    adapter: Annotated[
        str,
        typer.Argument(
            metavar="ADAPTER",
            help="Key, beginning of a key, or folder; with --domain also a version.",
        ),
    ],
    domain: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Another domain, to see whether it helps there."),
    ] = None,
    n: Annotated[int, typer.Option("-n", "--n", min=1, help="Test problems of that domain.")] = 100,
    options: Annotated[str, typer.Option(help="Options of that domain, as JSON.")] = "{}",
    as_json: Json = False,
) -> None:
    """Put one adapter to its run's sealed problems, beside the base model and the controls.

    Each opening of the seal is recorded and counted: choosing by what you see here makes the test
    a training set. With --domain the problems are another domain's, of which the run has learned
    nothing: does a strategy of coding help to debug?
    """
    workspace = here(ctx)
    if domain is None:
        evaluation = _open_seal(workspace, adapter, stderr=as_json)
    else:
        evaluation = _cross_domain(workspace, adapter, domain, n, options, stderr=as_json)
    if as_json:
        print_json(evaluation.data)
        return
    show_attribution(evaluation.data, evaluation.judged_by, evaluation.read_again)
    for note in evaluation.notes:
        typer.echo(note)


def _open_seal(workspace: Workspace, ref: str, *, stderr: bool) -> _Evaluation:
    """Evaluate an adapter on the sealed problems of its own run."""
    from ..evidence.attribution.headline import headline
    from ..graph.measure.by_hand import evaluate as step
    from ..graph.planning.required_slots import is_complete

    with workspace.store(writes=True) as log, show_progress(stderr=stderr) as progress:
        event = _find_adapter(log, ref)
        if not is_complete(log, event.stream):
            raise Refused(
                f"Run {event.stream} is not finished: a look at its sealed problems now would be "
                f"a look before the end. `tutelage resume {event.stream}` evaluates it."
            )
        version = _find_version(log, event, "stands in the table of every adapter")
        opened = workspace.reopen(log, event.stream, progress=progress)
        found = step(opened, version, event.adapter)
        splits = [it.split for it in log.events(SealOpened, stream=opened.id)]
        judged_by, again = count_judges(log, opened.id), _count_readings(log, opened.id)
        openings = splits.count("test")
    data = found.as_json() | {
        "run": opened.id,
        "adapter": event.adapter,
        "strategy_version": version.name,
        "headline": headline(found),
        "test_openings": openings,
    }
    notes = [f"The test problems of {opened.id} have been opened {openings} times."]
    if said := describe_other_weights(opened.adapters / event.adapter, event.files):
        notes.append(clean(said))
    return _Evaluation(data, judged_by, again, notes)


def _cross_domain(
    workspace: Workspace, ref: str, name: str, n: int, options: str, *, stderr: bool
) -> _Evaluation:
    """Evaluate an adapter, or a version in words, on `n` test problems of another domain."""
    from ..evidence.attribution.headline import headline
    from ..graph.planning.required_slots import is_complete

    domain, judge = build_domain(name, options)
    with workspace.store(writes=True) as log, show_progress(stderr=stderr) as progress:
        run_id, version, adapter = _resolve(log, ref)
        if version.domain == domain.name:
            raise Refused(
                f"{version.name} was learned of {domain.name} itself: leave --domain out, and "
                "`tutelage evaluate ADAPTER` puts it to the sealed problems of its run."
            )
        if not is_complete(log, run_id):
            raise Refused(
                f"Run {run_id} is not finished: what you see now would choose for it. "
                f"`tutelage resume {run_id}` first."
            )
        opened = workspace.reopen(log, run_id, progress=progress)
        if judge is not None:
            judge.journal = opened.journal
        found = _evaluate_on(opened, version, adapter, domain, n)
        openings, judged_by = _count_openings(log, domain.name), count_judges(log, opened.id)
        again = _count_readings(log, opened.id)
    data = found.attribution.as_json() | {
        "run": opened.id,
        "adapter": adapter,
        "strategy_version": version.name,
        "domain": domain.name,
        "headline": headline(found.attribution, domain.name),
        "known": list(found.known),
        "leaks": [asdict(leak) for leak in found.leaks],
        "looks": openings,
    }
    return _Evaluation(
        data, judged_by, again, _cross_domain_notes(opened.id, found, domain.name, openings)
    )


def _evaluate_on(
    run: "Run", version: Version, adapter: str, domain: "Domain", n: int
) -> "CrossDomain":
    from ..graph.measure.by_hand import evaluate_on
    from ..graph.measure.cross_domain import NoNewProblems

    try:
        return evaluate_on(run, version, adapter, domain, n)
    except (NotEnoughProblems, NoNewProblems) as error:
        raise Refused(f"{error} -n says how many are asked for.") from error


def _cross_domain_notes(run_id: str, found: "CrossDomain", domain: str, openings: int) -> list[str]:
    notes = []
    if found.known:
        notes.append(f"{len(found.known)} problems were left out: {run_id} has met them before.")
    notes += [
        clean(f"Rule {leak.rule} carries content of problem {leak.problem}: {leak.quote}")
        for leak in found.leaks
    ]
    return [
        *notes,
        f"{domain} has been looked at {openings} times from this store: choosing by what you see "
        "makes a training set of it.",
    ]


def _resolve(log: Log, ref: str) -> tuple[str, Version, str]:
    """Return run, version and adapter of a key, of a folder, or of a version (no adapter)."""
    try:
        event = _find_adapter(log, ref)
    except Refused as refused:
        try:
            version = Strategies(log).get(ref)
        except LookupError as unknown:
            raise Refused(f"{refused} Nor is it a version: {unknown}") from unknown
        if not version.strategy.rules:
            raise Refused(f"{version.name} has no rules: there is nothing to try.") from None
        return run_for(log, version, None), version, ""
    version = _find_version(log, event, "answers beside every other adapter")
    return event.stream, version, event.adapter


def _find_adapter(log: Log, ref: str) -> AdapterTrained:
    folder = Path(expand_home(ref))
    return find_adapter(log, folder.name if folder.is_dir() else ref)


def _find_version(log: Log, event: AdapterTrained, role: str) -> Version:
    """Return the version that an adapter follows. Raises Refused for the labels-only control."""
    strategies, start = Strategies(log), find_run(log, event.stream)
    version = strategies.get(version_name(strategies, start.domain, event.strategy))
    if not version.strategy.rules:
        raise Refused(
            f"Adapter {event.adapter} is the labels-only control, which follows no strategy: it "
            f"{role} of its run. Evaluate one of those."
        )
    return version


def _count_readings(log: Log, run_id: str) -> dict[str, int]:
    return count_readings(log.events(AttemptReread, stream=run_id))


def _count_openings(log: Log, domain: str) -> int:
    """Count how often test problems of a domain were put to what was learned of others."""
    return [it.split for it in log.events(SplitFrozen)].count(f"{domain}/test")
