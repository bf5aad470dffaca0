"""Commands about strategies: `tutelage strategy ...`, in the order in which help shows them."""

import typer

from ..output import examples
from . import blame, diff, export, import_, log, promote, rollback, search, show
from . import list as list_

app = typer.Typer(
    name="strategy",
    no_args_is_help=True,
    help="Read strategies, follow where their rules come from, promote and carry them.",
    epilog=examples(
        ("tutelage strategy list", "every version, the refused ones too"),
        ("tutelage strategy diff scheduling@1 scheduling@2", "rule by rule, with the evidence"),
        ("tutelage strategy blame scheduling", "from each rule to the attempts behind it"),
        ('tutelage strategy search "assign lessons to rooms"', "by meaning"),
    ),
)

for file in (list_, show, diff, log, blame, search, promote, rollback, export, import_):
    app.add_typer(file.app)
