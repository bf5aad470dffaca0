"""Make a version current by a person's word, whatever its gate said."""

import getpass
from typing import Annotated

import typer

from ...store import slots
from ...store.strategies.versions import Strategies
from ..errors import Refused
from ..output import Json, examples, print_json
from ..workspace import STORE_STREAM, VersionRef, here

app = typer.Typer()


Reason = Annotated[str, typer.Option(help="Why; it stays with the version.")]
By = Annotated[str | None, typer.Option(help="Who decides; else your login name.")]


@app.command(
    epilog=examples(
        ('tutelage strategy promote scheduling@2 --reason "helps on long days"', ""),
        ('tutelage strategy promote 5bda0f --reason "reviewed" --by ada', ""),
    )
)
def promote(
    ctx: typer.Context, version: VersionRef, reason: Reason, by: By = None, as_json: Json = False
) -> None:
    """Make a version current by your own word, whatever its gate said; name and reason stay."""
    with here(ctx).store(writes=True) as log:
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
            stream=STORE_STREAM,
            slot=slots.unique("promote"),
            by=name_person(by),
            reason=reason,
        )
        told = {"current": found.name, "branch": event.branch, "by": event.by,
                "reason": event.reason, "event": slots.reference(event)}  # fmt: skip
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{found.name} is current in {found.domain}, promoted by {event.by}.")


def name_person(by: str | None) -> str:
    """Return who decides. Raises Refused where neither the person nor the system says."""
    try:
        return by or getpass.getuser()
    except (KeyError, OSError):
        raise Refused("The system does not know who you are. Say it with --by NAME.") from None
