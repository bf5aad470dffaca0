"""Gate by hand: one version against another, or the gate itself on trial."""

from typing import Any

import typer
from typer.core import TyperGroup

from ..output import examples
from . import calibrate, decide

DEFAULT = "decide"


class DefaultGroup(TyperGroup):
    """Group whose first command may be left out: a word that names no command begins it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = {*self.commands, *ctx.help_option_names}
        return super().parse_args(ctx, [DEFAULT, *args] if args and args[0] not in known else args)


app = typer.Typer(
    name="gate",
    cls=DefaultGroup,
    no_args_is_help=True,
    subcommand_metavar="VERSION | COMMAND [ARGS]...",
    help="Gate one version against another, or put the gate itself on trial.",
    epilog=examples(
        ("tutelage gate scheduling@3", "against the version it was edited from"),
        ("tutelage gate scheduling@3 --against scheduling@1", "against another"),
        ("tutelage gate calibrate", "how often it errs, and what it finds"),
        ("tutelage gate calibrate --config my.toml", "the gates of that run"),
    ),
)

for file in (decide, calibrate):
    app.add_typer(file.app)
