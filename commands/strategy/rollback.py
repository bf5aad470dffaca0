"""Take back promotions of a domain or a branch."""

from typing import Annotated

import typer

from ...reports.wording import version_name
from ...store import slots
from ...store.strategies.versions import Strategies
from ..errors import Refused
from ..output import Json, examples, print_json
from ..workspace import STORE_STREAM, here
from .promote import By, Reason, name_person

app = typer.Typer()


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
    with here(ctx).store(writes=True) as log:
        strategies = Strategies(log)
        domain, branch = _find_branch(strategies, line)
        before = strategies.current(domain).name
        event = strategies.rollback(
            domain, branch, to, by=name_person(by), reason=reason, stream=STORE_STREAM,
            slot=slots.unique("rollback"),
        )  # fmt: skip
        now = strategies.current(domain).name
        there = version_name(strategies, domain, event.strategy)
        told = {"current": now, "branch": branch, "branch_current": there, "by": event.by,
                "reason": event.reason, "event": slots.reference(event)}  # fmt: skip
    if as_json:
        print_json(told)
    else:
        still = "still" if now == before else "now"
        typer.echo(f"{branch} is back at {there}; current in {domain} is {still} {now}.")


def _find_branch(strategies: Strategies, line: str) -> tuple[str, str]:
    """Return domain and branch of a name; a domain means the branch of its current version."""
    for domain in strategies.domains():
        if line in strategies.branches(domain):
            return domain, line
        if line == domain:
            if branch := strategies.leading_branch(domain):
                return domain, branch
            raise Refused(f"Nothing is promoted in {domain}: there is nothing to roll back.")
    known = [it for domain in strategies.domains() for it in strategies.branches(domain)]
    raise LookupError(f"No domain or branch {line!r}. Branches: {', '.join(known) or 'none yet'}.")
