"""All commands of `tutelage`, in the order in which help shows them."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand
from typer.main import get_group

from .. import __version__
from ..paths import expand_home
from .errors import Guarded
from .output import examples
from .workspace import HOME, RUNS, Workspace

COMMANDS = {
    "Runs": {
        "run": "Teach, prove, transfer: the whole loop, from one TOML file.",
        "resume": "Go on with a run that was stopped, crashed, waited for a review, or ran out of "
        "budget.",
        "review": "Approve, edit or reject each rule of the version that a run waits with.",
        "judge": "Compare what two versions wrote at the newest gate, blind, pair by pair.",
        "runs": "List all runs, oldest first, and how far each has come.",
        "show": "Tell the story of a run: rounds, gates, promotions, gaps, calls, tokens, time.",
        "report": "What a finished run may claim: the attribution table, the headline, the "
        "strategy.",
        "plan": "Say what a run will take: calls, tokens, minutes, memory, cost. Runs and writes "
        "nothing.",
    },
    "Claims": {
        "audit": "Judge anyone's results: what is the floor, does the claim stand, which test says "
        "so?",
        "replay": "Make a run again from its log alone, without a model, and compare every event.",
        "rejudge": "Read every reply of a run again with today's judge, and show what that "
        "changes.",
    },
    "Steps by hand": {
        "gate": "Gate one version against another, or put the gate itself on trial.",
        "transfer": "Train the adapter of a version, or find it trained; prints its key and "
        "folder.",
        "evaluate": "Put one adapter to its run's sealed problems, beside the base model and the "
        "controls.",
        "ask": "Ask a tuned student one question, in the very form in which it was trained.",
    },
    "Strategies": {
        "strategy": "Read strategies, follow where their rules come from, promote and carry them.",
    },
    "Care": {
        "log": "Check the event log, which is the truth.",
        "index": "The search index, which the log can make anew.",
        "domains": "What there is to learn, whether a domain is sound, and the draft of a new one.",
        "example": "List the configs that come along, or put one into the working folder.",
        "models": "Who answers: how models are named, which are here, and whether one answers.",
        "doctor": "Look at this machine: cores, memory, libraries, disk, models, keys. Exits 1 on "
        "a fault.",
    },
}
"""Panel of the help -> word of a command -> the first sentence of that command's own help."""


class LazyGroup(Guarded):
    """Lists every command of `COMMANDS`; imports the file of one only when it is typed."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for panel, words in COMMANDS.items():
            for word, about in words.items():
                self.add_command(TyperCommand(word, help=about, rich_help_panel=panel))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        word, command, rest = super().resolve_command(ctx, args)
        return word, command and load_command(str(word)), rest


def load_command(word: str) -> Any:
    """Return the command, or the group of commands, that `commands/WORD` declares as its `app`."""
    holder = typer.Typer(rich_markup_mode=MARKUP)
    holder.add_typer(import_module(f".{word}", __package__).app)
    (command,) = get_group(holder).commands.values()
    return command


MARKUP: Literal["markdown"] = "markdown"

app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    rich_markup_mode=MARKUP,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        ("tutelage doctor", "can this machine do it?"),
        ("tutelage example quickstart", "a config to start from"),
        ("tutelage plan quickstart.toml", "what it will take"),
        ("tutelage run quickstart.toml", "do it"),
        ("tutelage report quickstart", "what may be claimed"),
        ("tutelage strategy diff scheduling@1 scheduling@2", "what was learned"),
    ),
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit()


@app.callback()
def tutelage(
    ctx: typer.Context,
    home: Annotated[
        str,
        typer.Option(
            envvar="TUTELAGE_HOME",
            metavar="PLACE",
            help="The store: a folder, or KEEPER:PLACE, such as memory:rehearsal.",
        ),
    ] = HOME,
    runs: Annotated[Path, typer.Option(help="Folder in which each run has its own.")] = Path(RUNS),
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print it.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", envvar="TUTELAGE_DEBUG", help="Show tracebacks.")
    ] = False,
) -> None:
    """A teacher's strategy, proved in words and passed into a small student's weights."""
    given = ctx.obj if isinstance(ctx.obj, Workspace) else Workspace()
    ctx.obj = Workspace(expand_home(home), Path(expand_home(str(runs))), given.overrides)
