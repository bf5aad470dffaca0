"""Change what is current, and carry strategies from store to store; all of it is recorded."""

import getpass
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ...store.strategies.export import export_json, import_json, to_markdown
from ...store.strategies.versions import Strategies
from ..errors import Refused
from ..output import Json, examples, print_json
from ..workspace import here

app = typer.Typer()

STREAM = "store"
"""Where commands outside a run write."""

Ref = Annotated[
    str,
    typer.Argument(
        metavar="VERSION", help="A version: scheduling@3, scheduling, scheduling/run, or a hash."
    ),
]
Reason = Annotated[str, typer.Option(help="Why; it stays with the version.")]
By = Annotated[str | None, typer.Option(help="Who decides; else your login name.")]


@app.command(
    epilog=examples(
        ('tutelage strategy promote scheduling@2 --reason "helps on long days"', ""),
        ('tutelage strategy promote 5bda0f --reason "reviewed" --by ada', ""),
    )
)
def promote(
    ctx: typer.Context, version: Ref, reason: Reason, by: By = None, as_json: Json = False
) -> None:
    """Make a version current by your own word, whatever its gate said; name and reason stay."""
    with here(ctx).store() as log:
        strategies = Strategies(log)
        found = strategies.get(version)
        if not found.slot:
            raise Refused(
                f"{found.name} is the empty strategy: it is returned to, never promoted. "
                "Use `tutelage strategy rollback`."
            )
        event = strategies.promote(
            found.domain,
            found.branch,
            found.hash,
            stream=STREAM,
            slot=_slot("promote"),
            by=_person(by),
            reason=reason,
        )
        told = {"current": found.name, "branch": event.branch, "by": event.by,
                "reason": event.reason, "event": f"{event.stream}#{event.slot}"}  # fmt: skip
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{found.name} is current in {found.domain}, promoted by {event.by}.")


@app.command(
    epilog=examples(
        ('tutelage strategy rollback scheduling --reason "loses on ood"', "to the one before"),
        ('tutelage strategy rollback scheduling/quickstart --to scheduling@1 --reason "..."', ""),
    )
)
def rollback(
    ctx: typer.Context,
    line: Annotated[
        str, typer.Argument(metavar="LINE", help="A domain, or a branch such as scheduling/run.")
    ],
    reason: Reason,
    to: Annotated[str | None, typer.Option(help="An earlier version; else the one before.")] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Take back the newest promotion of a domain or a branch, or all down to a version.

    A branch returns to its own past only; the domain to what stood in it before.
    """
    with here(ctx).store() as log:
        strategies = Strategies(log)
        domain, branch = _line(strategies, line)
        before = strategies.current(domain).name
        event = strategies.rollback(
            domain, branch, to, by=_person(by), reason=reason, stream=STREAM,
            slot=_slot("rollback"),
        )  # fmt: skip
        now = strategies.current(domain).name
        there = f"{domain}@{strategies.number(domain, event.strategy)}"
        told = {"current": now, "branch": branch, "branch_current": there, "by": event.by,
                "reason": event.reason, "event": f"{event.stream}#{event.slot}"}  # fmt: skip
    if as_json:
        print_json(told)
    else:
        still = "still" if now == before else "now"
        typer.echo(f"{branch} is back at {there}; current in {domain} is {still} {now}.")


def _line(strategies: Strategies, line: str) -> tuple[str, str]:
    """Domain and branch of what a person names; a domain means where its current one stands."""
    for domain in strategies.domains():
        if line in strategies.branches(domain):
            return domain, line
        if line == domain:
            return domain, _leading(strategies, domain)
    known = [it for domain in strategies.domains() for it in strategies.branches(domain)]
    raise LookupError(f"No domain or branch {line!r}. Branches: {', '.join(known) or 'none yet'}.")


def _leading(strategies: Strategies, domain: str) -> str:
    if branch := strategies.leading(domain):
        return branch
    raise Refused(f"Nothing is promoted in {domain}: there is nothing to roll back.")


def _person(by: str | None) -> str:
    try:
        return by or getpass.getuser()
    except (KeyError, OSError):
        raise Refused("The system does not know who you are. Say it with --by NAME.") from None


def _slot(what: str) -> str:
    # Two people may do the same at once; both words stand.
    return f"{what}/{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


@app.command(
    epilog=examples(
        ("tutelage strategy export scheduling > scheduling.json", "for another store"),
        ("tutelage strategy export scheduling@2 --markdown -o rules.md", "for people"),
    )
)
def export(
    ctx: typer.Context,
    version: Ref,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write here instead of to the terminal.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="For people.")] = False,
    as_json: Json = False,
) -> None:
    """Write a version as one JSON document that `import` reads, or as Markdown."""
    if markdown and as_json:
        raise Refused("--markdown and --json exclude each other. Choose one.", code=2)
    with here(ctx).store() as log:
        found = Strategies(log).get(version)
    if not found.strategy.rules:
        raise Refused(f"{found.name} has no rules: there is nothing to export.")
    text = to_markdown(found) if markdown else export_json(found)
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"{found.name} is in {out}.", err=True)


@app.command(
    "import",
    epilog=examples(
        "tutelage strategy import scheduling.json",
        ("tutelage gate scheduling@4", "then let it prove itself here"),
    ),
)
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `export` wrote.")],
    as_json: Json = False,
) -> None:
    """Take over a version from another store, as a proposal: what it proved there is a claim here.

    The file is checked against its own hash. Nothing becomes current.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Refused(f"{file} is no text. Give a file that `strategy export` wrote.") from None
    place = here(ctx)
    with place.store(create=True) as log:
        event = import_json(log, text)
        found = Strategies(log)
        name = f"{event.domain}@{found.number(event.domain, event.strategy)}"
    if as_json:
        print_json({"version": name, "hash": event.strategy, "branch": event.branch})
        return
    typer.echo(f"{name} is on branch {event.branch}. A gate decides: ")
    typer.echo(place.command(f"gate {name}"))
