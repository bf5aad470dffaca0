"""Put a problem of your own to an adapter."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ..domains import BrokenDomain, Problem, UnknownDomain
from ..domains import get as domain_named
from ..models import Model, ModelError, Reply, Request, open_model
from ..store.database import DATABASE
from ..store.events import RunStarted
from ..store.log import EventLog
from ..store.rules import Strategy
from ..store.strategies.versions import Strategies
from .errors import Refused
from .output import Json, clean, examples, print_json
from .workspace import Place, adapter_named, here

if TYPE_CHECKING:
    from ..domains import Guide

app = typer.Typer()


class _Found(NamedTuple):
    """An adapter, and what is needed to ask it as it was trained."""

    folder: Path
    base: str
    domain: str
    options: dict[str, object]


@app.command(
    rich_help_panel="Steps by hand",
    epilog=examples(
        ('tutelage ask 5bda0f40 "Meetings 9-11, 10-12 and 11-13, two rooms. Do they fit?"', ""),
        ('tutelage ask ./adapter "..." --strategy scheduling@3', "with the rules in its prompt"),
    ),
)
def ask(
    ctx: typer.Context,
    adapter: Annotated[
        str, typer.Argument(metavar="ADAPTER", help="Key, beginning of a key, or folder.")
    ],
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The problem, in the words of its domain.")
    ],
    strategy: Annotated[
        str | None, typer.Option(help="A version whose rules go into the prompt.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask a tuned student one question, in the very form in which it was trained."""
    place = here(ctx)
    if (place.home / DATABASE).exists():
        with place.store() as log:
            found = _found(place, log, adapter)
            rules = Strategies(log).get(strategy).strategy if strategy else None
            reply = _asked(place, log, found, text, rules)
    else:
        if strategy:
            raise Refused(f"There is no store in {place.home} to read {strategy!r} from.")
        reply = _asked(place, None, _by_folder(Path(adapter), adapter), text, None)
    if as_json:
        print_json({"reply": reply.text, "outcome": reply.outcome, "detail": reply.detail})
    elif reply.outcome in ("ok", "truncated"):
        typer.echo(clean(reply.text))
    if reply.outcome not in ("ok", "truncated"):
        raise Refused(f"There is no reply: {reply.outcome}: {reply.detail}")


def _found(place: Place, log: EventLog, ref: str) -> _Found:
    if Path(ref).is_dir():
        return _by_folder(Path(ref), ref)
    event = adapter_named(log, ref)
    start = log.find(event.stream, "start")
    assert isinstance(start, RunStarted), "an adapter belongs to a run"
    named = start.config["domain"]
    folder = place.runs / event.stream / event.folder
    if not folder.is_dir():
        raise Refused(
            f"Adapter {event.adapter} should be in {folder}, and there is none. "
            f"Name the folder of the runs with --runs."
        )
    return _Found(folder, event.base, named["name"], named["options"])


def _by_folder(folder: Path, ref: str) -> _Found:
    """An adapter by what its own manifest says; it may come from another machine."""
    from ..trainer.manifest import MANIFEST, read_manifest

    if not (folder / MANIFEST).is_file():
        raise Refused(
            f"No adapter {ref!r}: {folder} holds no {MANIFEST}, and there is no store to look in."
        )
    manifest = read_manifest(folder)
    return _Found(folder, manifest.base, manifest.strategy_name.partition("@")[0], {})


def _asked(
    place: Place, log: EventLog | None, found: _Found, text: str, strategy: Strategy | None
) -> Reply:
    from ..trainer.prompt import ask as request_for

    guide = _guide(place, found)
    problem = Problem(id="", text=text, topic="", difficulty=0, answer="")
    request = request_for(guide, problem, strategy)
    student = place.parts.student if place.parts and place.parts.student else None
    base = student or open_model(found.base)
    if not hasattr(base, "wearing"):
        raise ModelError(f"{base.name} wears no adapters. Ask for a local student's adapter.")
    worn: Model = base.wearing(found.folder)
    name = f"{base.name}+{found.folder.name}"
    return _journaled(log, worn, request, name) if log else worn.reply([request])[0]


def _guide(place: Place, found: _Found) -> "Guide":
    if place.parts and place.parts.domain:
        return place.parts.domain.guide
    try:
        return domain_named(found.domain, found.options).guide
    except (UnknownDomain, BrokenDomain, ValueError) as error:
        raise Refused(
            f"The adapter was trained on {found.domain!r}, whose reply format is part of every "
            f"prompt, and that domain cannot be had: {error}"
        ) from error


def _journaled(log: EventLog, model: Model, request: Request, name: str) -> Reply:
    """Every call is in the log; those outside a run are in the stream `store`."""
    from ..graph.calls.budget import Purse
    from ..graph.calls.journal import Journal
    from ..graph.config.sections import Budget

    slot = f"ask/{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    calls: Sequence[tuple[str, Request]] = [(slot, request)]
    journal = Journal(log, "store", Purse(Budget()))
    return next(journal.replies(model, calls, name))[0][1]
