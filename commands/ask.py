"""Put a problem of your own to an adapter."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ..domains import BrokenDomain, Problem, UnknownDomain
from ..domains import get as domain_named
from ..models import Model, ModelError, Reply, Request, open_model
from ..models.adapter_files import MANIFEST, damage_error, describe_other_weights, find_damage_once
from ..paths import expand_home
from ..reports.wording import clean
from ..store.log import Log, has_log
from ..store.rules import Strategy
from ..store.runs import find_run
from ..store.slots import unique
from ..store.strategies.versions import Strategies
from .errors import Refused
from .output import Json, examples, print_json
from .workspace import STORE_STREAM, Workspace, find_adapter, here

if TYPE_CHECKING:
    from ..domains import Guide

app = typer.Typer()


class _Adapter(NamedTuple):
    """An adapter, and what is needed to ask it as it was trained."""

    folder: Path
    base: str
    domain: str
    options: dict[str, object]


@app.command(
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
    workspace = here(ctx)
    if has_log(workspace.home):
        with workspace.store(writes=True) as log:
            found = _find(workspace, log, adapter)
            rules = Strategies(log).get(strategy).strategy if strategy else None
            reply = _ask(workspace, log, found, text, rules)
    else:
        if strategy:
            raise Refused(f"There is no store in {workspace.home} to read {strategy!r} from.")
        found = _read_adapter(Path(expand_home(adapter)), adapter)
        reply = _ask(workspace, None, found, text, None)
    if as_json:
        print_json({"reply": reply.text, "outcome": reply.outcome, "detail": reply.detail})
    elif reply.outcome in ("ok", "truncated"):
        typer.echo(clean(reply.text))
    if reply.outcome not in ("ok", "truncated"):
        raise Refused(f"There is no reply: {reply.outcome}: {reply.detail}")


def _find(workspace: Workspace, log: Log, ref: str) -> _Adapter:
    if (folder := Path(expand_home(ref))).is_dir():
        return _read_adapter(folder, ref)
    event = find_adapter(log, ref)
    named = find_run(log, event.stream).config["domain"]
    folder = workspace.runs / event.stream / event.folder
    if not folder.is_dir():
        raise Refused(
            f"Adapter {event.adapter} should be in {folder}, and there is none. "
            f"Name the folder of the runs with --runs."
        )
    if event.files and (found := find_damage_once(folder, event.adapter)):
        raise damage_error(folder, found)
    if said := describe_other_weights(folder, event.files):
        typer.echo(clean(said), err=True)
    return _Adapter(folder, event.base, named["name"], named["options"])


def _read_adapter(folder: Path, ref: str) -> _Adapter:
    """Read an adapter's own manifest; the folder may come from another machine."""
    from ..trainer.manifest import read_manifest

    if not (folder / MANIFEST).is_file():
        raise Refused(
            f"No adapter {ref!r}: {folder} holds no {MANIFEST}, and there is no store to look in."
        )
    manifest = read_manifest(folder)
    return _Adapter(folder, manifest.base, manifest.strategy_name.partition("@")[0], {})


def _ask(
    workspace: Workspace,
    log: Log | None,
    adapter: _Adapter,
    text: str,
    strategy: Strategy | None,
) -> Reply:
    from ..trainer.student_prompt import build_request

    guide = _open_guide(workspace, adapter)
    problem = Problem(id="", text=text, topic="", difficulty=0, answer="")
    request = build_request(guide, problem, strategy)
    student = workspace.overrides.student if workspace.overrides else None
    base = student or open_model(adapter.base, role="student")
    if not hasattr(base, "with_adapter"):
        raise ModelError(f"{base.name} wears no adapters. Ask for a local student's adapter.")
    worn: Model = base.with_adapter(adapter.folder)
    name = f"{base.name}+{adapter.folder.name}"
    return _ask_through_log(log, worn, request, name) if log else worn.reply([request])[0]


def _open_guide(workspace: Workspace, adapter: _Adapter) -> "Guide":
    if workspace.overrides and workspace.overrides.domain:
        return workspace.overrides.domain.guide
    try:
        return domain_named(adapter.domain, adapter.options).guide
    except (UnknownDomain, BrokenDomain, ValueError) as error:
        raise Refused(
            f"The adapter was trained on {adapter.domain!r}, whose reply format is part of every "
            f"prompt, and that domain cannot be had: {error}"
        ) from error


def _ask_through_log(log: Log, model: Model, request: Request, name: str) -> Reply:
    """Ask a model and keep the call in the log, as every call is."""
    from ..graph.calls.budget import Spending
    from ..graph.calls.journal import Journal
    from ..graph.config.sections import Budget

    calls: Sequence[tuple[str, Request]] = [(unique("ask"), request)]
    journal = Journal(log, STORE_STREAM, Spending(Budget()))
    return next(journal.replies(model, calls, name))[0][1]
