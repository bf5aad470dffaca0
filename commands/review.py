"""A person decides about a version that a run lays before them: rule by rule, with reasons."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..reports.review_view import Question, ask_person, form, lay_out, past, past_lines
from ..reports.run_story import all_runs
from ..store.events import ReviewAnswered, RunStarted
from ..store.log import EventLog
from ..store.rules import Strategy
from ..store.strategies.answers import (
    ReviewRefused,
    answer,
    answered_before,
    parse_answer,
    version_of,
    waiting,
)
from ..store.strategies.revision import Revision
from ..store.strategies.versions import Strategies
from .errors import STOPPED, Refused, complain
from .output import Json, clean, console, examples, print_json
from .workspace import Place, here

app = typer.Typer()


@app.command(
    rich_help_panel="Runs",
    epilog=examples(
        ("tutelage review quickstart", "decide at the terminal"),
        ("tutelage review quickstart --show", "only look at what waits"),
        ("tutelage review quickstart --json > answer.json", "a form to fill in, and then"),
        ("tutelage review quickstart --decisions answer.json", "hand it in"),
        ("tutelage review quickstart --log", "what was decided, and what was measured since"),
    ),
)
def review(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Name of the run that waits.")],
    decisions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A filled-in form; `-` reads it from stdin."),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print what waits; decide nothing.")] = False,
    past_ones: Annotated[
        bool, typer.Option("--log", help="Print the reviews so far and what came of them.")
    ] = False,
    reviewer: Annotated[
        str | None, typer.Option(help="Who you are; must be whom the config names.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Approve, edit or reject each rule of the version that a run waits with.

    All approved: it is promoted. All rejected: nothing is. Anything between makes another version,
    which a gate has to measure and a person has to see before it can be promoted. The answer is
    bound to the version that was shown and is recorded once, in one piece: Ctrl-C before the end
    records nothing. It may be given while no process of the run is alive; `tutelage resume` goes
    on with the run.
    """
    if (decisions is not None) + show + past_ones > 1:
        raise Refused("--decisions, --show and --log exclude each other. Choose one.", code=2)
    place = here(ctx)
    with place.store() as log:
        _must_exist(log, run)
        if past_ones:
            _past(log, run, as_json)
        elif decisions is not None:
            given = parse_answer(_read(decisions, run), str(decisions))
            if reviewer is not None:
                given = given.model_copy(update={"reviewer": reviewer})
            again = answered_before(log, run, given)
            stands = answer(log, run, given, mind=_mind)
            if again:
                _told_again(place, log, stands, as_json)
            else:
                _told(place, stands, as_json)
        elif show or as_json:
            _show(log, run, as_json)
        else:
            _decide(place, log, run, reviewer)


def _must_exist(log: EventLog, run_id: str) -> None:
    if not isinstance(log.find(run_id, "start"), RunStarted):
        known = ", ".join(started.stream for started in all_runs(log)) or "none yet"
        raise LookupError(f"No run {run_id!r}. Known runs: {known}.")


def _read(path: Path, run_id: str) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        raise Refused(
            f"There is no file {clean(str(path))}. `tutelage review {run_id} --json` prints a form "
            "to save and fill in."
        ) from None
    except UnicodeDecodeError:
        raise Refused(f"{path} is no text. Give a form that --json printed.") from None


def _mind(shown: Strategy, made: Revision) -> None:
    # Only for a reviewer's own words: it takes a second to load.
    from ..graph.nodes.review import mind_words

    mind_words(shown, made)


def _past(log: EventLog, run_id: str, as_json: bool) -> None:
    found = past(log, run_id)
    if as_json:
        print_json(found)
        return
    for line in past_lines(found):
        typer.echo(clean(line))
    if not found:
        typer.echo(f"Run {run_id} has asked for no review yet.")


def _show(log: EventLog, run_id: str, as_json: bool) -> None:
    asked = waiting(log, run_id)
    if as_json:
        print_json(form(Question.of(log, asked)) if asked else None)
    elif asked is None:
        typer.echo(_nothing(run_id))
    else:
        for line in lay_out(Question.of(log, asked)):
            console().print(line, soft_wrap=True)


def _nothing(run_id: str) -> str:
    return f"Run {run_id} waits for no review. `tutelage review {run_id} --log` shows past ones."


def _decide(place: Place, log: EventLog, run_id: str, reviewer: str | None) -> None:
    asked = waiting(log, run_id)
    if asked is None:
        typer.echo(_nothing(run_id))
        return
    if reviewer not in (None, asked.reviewer):
        raise ReviewRefused(
            f"The config of {run_id} names {asked.reviewer} as its reviewer, not {reviewer}."
        )
    still = f"Nothing was recorded: run {run_id} still waits for {asked.reviewer}."
    try:
        given = ask_person(Question.of(log, asked), console())
    except (typer.Abort, KeyboardInterrupt):
        typer.echo()
        complain(still)
        raise typer.Exit(STOPPED) from None
    if given is None:
        typer.echo(still)
        return
    _told(place, answer(log, run_id, given, mind=_mind), as_json=False)


_THEN = {
    "approve": "The run promotes it when it goes on.",
    "edit": "It makes another version, which a gate has to measure before anybody promotes it.",
    "reject": "Nothing is promoted.",
}


def _told(place: Place, event: ReviewAnswered, as_json: bool) -> None:
    again = place.command(f"resume {event.stream}")
    if as_json:
        print_json({**event.model_dump(mode="json"), "recorded_before": False, "next": again})
        return
    typer.echo(f"Recorded for {event.reviewer}: {event.verdict}. {_THEN[event.verdict]}")
    typer.echo(f"The run goes on with\n{again}")


def _told_again(place: Place, log: EventLog, event: ReviewAnswered, as_json: bool) -> None:
    """The same answer was handed in before: it decides nothing of what waits now."""
    again, asked = place.command(f"resume {event.stream}"), waiting(log, event.stream)
    if asked is not None:
        again = place.command(f"review {event.stream}")
    if as_json:
        print_json({**event.model_dump(mode="json"), "recorded_before": True, "next": again})
        return
    typer.echo(
        f"Nothing new was recorded: this answer of {event.reviewer} was recorded before: "
        f"{event.verdict}."
    )
    if asked is None:
        typer.echo(f"The run goes on with\n{again}")
        return
    name = version_of(Strategies(log), asked.domain, asked.candidate).name
    typer.echo(f"The run waits for {asked.reviewer} to review {name}:\n{again}")
