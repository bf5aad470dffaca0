"""Let a person decide, rule by rule, about a version that a run waits with."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ..reports.review_view import (
    Question,
    answer_form,
    heading_lines,
    past_review_lines,
    past_reviews,
    question_lines,
)
from ..reports.wording import clean
from ..store.events import ReviewAnswered, RuleDecision
from ..store.log import Log
from ..store.rules import Strategy
from ..store.runs import find_run
from ..store.strategies.review_answers import (
    ReviewAnswer,
    ReviewRefused,
    has_answer,
    open_question,
    parse_answer,
    record_answer,
    version_of,
)
from ..store.strategies.revision import Revision
from ..store.strategies.versions import Strategies
from .errors import STOPPED, Refused, complain
from .output import Json, console, examples, print_json
from .workspace import Workspace, here

app = typer.Typer()


@app.command(
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
    workspace = here(ctx)
    reads = show or past_ones or as_json
    with workspace.store(writes=decisions is not None or not reads) as log:
        find_run(log, run)
        if past_ones:
            _print_past(log, run, as_json)
        elif decisions is not None:
            _hand_in(workspace, log, run, decisions, reviewer, as_json)
        elif show or as_json:
            _print_question(log, run, as_json)
        else:
            _decide(workspace, log, run, reviewer)


def _hand_in(
    workspace: Workspace,
    log: Log,
    run_id: str,
    path: Path,
    reviewer: str | None,
    as_json: bool,
) -> None:
    """Record a filled-in form, once."""
    given = parse_answer(_read_form(path, run_id), str(path))
    if reviewer is not None:
        given = given.model_copy(update={"reviewer": reviewer})
    again = has_answer(log, run_id, given)
    stands = record_answer(log, run_id, given, check=_check_words)
    _print_record(workspace, log, stands, again=again, as_json=as_json)


def _read_form(path: Path, run_id: str) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        raise Refused(
            f"There is no file {clean(str(path))}. `tutelage review {run_id} --json` prints a form "
            "to save and fill in."
        ) from None
    except UnicodeDecodeError:
        raise Refused(f"{path} is no text. Give a form that --json printed.") from None


def _check_words(shown: Strategy, made: Revision) -> None:
    # Only for a reviewer's own words: it takes a second to load.
    from ..graph.screening.admission import check_revision

    check_revision(shown, made)


def _print_past(log: Log, run_id: str, as_json: bool) -> None:
    found = past_reviews(log, run_id)
    if as_json:
        print_json(found)
        return
    for line in past_review_lines(found):
        typer.echo(clean(line))
    if not found:
        typer.echo(f"Run {run_id} has asked for no review yet.")


def _print_question(log: Log, run_id: str, as_json: bool) -> None:
    asked = open_question(log, run_id)
    if as_json:
        print_json(answer_form(Question.of(log, asked)) if asked else None)
    elif asked is None:
        typer.echo(_no_question(run_id))
    else:
        for line in question_lines(Question.of(log, asked)):
            console().print(line, soft_wrap=True)


def _no_question(run_id: str) -> str:
    return f"Run {run_id} waits for no review. `tutelage review {run_id} --log` shows past ones."


def _decide(workspace: Workspace, log: Log, run_id: str, reviewer: str | None) -> None:
    asked = open_question(log, run_id)
    if asked is None:
        typer.echo(_no_question(run_id))
        return
    if reviewer not in (None, asked.reviewer):
        raise ReviewRefused(
            f"The config of {run_id} names {asked.reviewer} as its reviewer, not {reviewer}."
        )
    still = f"Nothing was recorded: run {run_id} still waits for {asked.reviewer}."
    try:
        given = _ask_person(Question.of(log, asked), console())
    except (typer.Abort, KeyboardInterrupt):
        typer.echo()
        complain(still)
        raise typer.Exit(STOPPED) from None
    if given is None:
        typer.echo(still)
        return
    _print_record(workspace, log, record_answer(log, run_id, given, check=_check_words))


def _ask_person(question: Question, out: Console) -> ReviewAnswer | None:
    """Go through the rules at the terminal; None where the person will not have it recorded."""
    for line in heading_lines(question):
        out.print(line, soft_wrap=True)
    decisions = [_ask_decision(question, rule, out) for rule in question.asked.rules]
    reason = ""
    if all(it.decision == "approve" for it in decisions) and question.gate.decision != "accept":
        typer.echo(f"The gate did not accept {question.candidate.name}.")
        reason = _prompt_text("Why is it to be promoted all the same?")
    name = question.asked.reviewer
    if not typer.confirm(f"Record this as the decision of {name}?", default=False):
        return None
    return ReviewAnswer(
        candidate=question.asked.candidate,
        reviewer=name,
        decisions=tuple(decisions),
        reason=reason,
        review=question.asked.slot,
    )


_CHOICES = {"a": "approve", "e": "edit", "r": "reject"}


def _ask_decision(question: Question, rule: str, out: Console) -> RuleDecision:
    for line in question.lines.get(rule, [Text(rule)]):
        out.print(line, soft_wrap=True)
    # Of a rule that the version takes out there is no text to edit.
    written = question.candidate.strategy.by_id.get(rule)
    choices = "aer" if written else "ar"
    asked = ", ".join(f"[{it}]{_CHOICES[it][1:]}" for it in choices)
    while (said := typer.prompt(asked).strip().lower()[:1]) not in (*choices, "") or not said:
        typer.echo(f"Please answer with one of {', '.join(choices)}.")
    text = _ask_new_text(written.text) if written and said == "e" else ""
    reason = "" if said == "a" else _prompt_text("Reason")
    return RuleDecision.model_validate(
        {"rule": rule, "decision": _CHOICES[said], "text": text, "reason": reason}
    )


def _ask_new_text(old: str) -> str:
    while (text := _prompt_text("It shall say")) == old:
        typer.echo("That is what it says already.")
    return text


def _prompt_text(what: str) -> str:
    while not (said := str(typer.prompt(what, default="", show_default=False)).strip()):
        typer.echo("Please say something.")
    return said


_THEN = {
    "approve": "The run promotes it when it goes on.",
    "edit": "It makes another version, which a gate has to measure before anybody promotes it.",
    "reject": "Nothing is promoted.",
}


def _print_record(
    workspace: Workspace,
    log: Log,
    event: ReviewAnswered,
    *,
    again: bool = False,
    as_json: bool = False,
) -> None:
    """Say what was recorded, now or (`again`) before, and what the run waits for."""
    asked = open_question(log, event.stream) if again else None
    then = workspace.command(f"{'review' if asked else 'resume'} {event.stream}")
    if as_json:
        print_json({**event.model_dump(mode="json"), "recorded_before": again, "next": then})
        return
    typer.echo(
        f"Nothing new was recorded: this answer of {event.reviewer} was recorded before: "
        f"{event.verdict}."
        if again
        else f"Recorded for {event.reviewer}: {event.verdict}. {_THEN[event.verdict]}"
    )
    if asked is None:
        typer.echo(f"The run goes on with\n{then}")
    else:
        name = version_of(Strategies(log), asked.domain, asked.candidate).name
        typer.echo(f"The run waits for {asked.reviewer} to review {name}:\n{then}")
