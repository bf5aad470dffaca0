"""Which runs there are, and what happened in one of them."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from ..reports.run_story import Story, all_runs, story
from ..reports.wording import name_of
from ..store.events import RunFinished, RunStarted
from ..store.judged_by import who_judged
from ..store.log import EventLog
from ..store.strategies.answers import waiting
from ..store.strategies.versions import Strategies
from .output import Json, clean, console, duration, examples, points, print_json, table
from .workspace import Place, here

app = typer.Typer()


@app.command(
    rich_help_panel="Runs",
    epilog=examples("tutelage runs", ("tutelage runs --json | jq -r '.[].run'", "their names")),
)
def runs(ctx: typer.Context, as_json: Json = False) -> None:
    """List all runs, oldest first, and how far each has come."""
    with here(ctx).store() as log:
        found = list(_summaries(here(ctx), log))
    if as_json:
        print_json(found)
        return
    columns = ("run", "began (UTC)", "state", "domain", "student", "teacher", "stands at")
    rows = [[row[name] for name in ("run", "began", "state", "domain", "student", "teacher",
                                    "current")] for row in found]  # fmt: skip
    console().print(table(columns, rows) if rows else "No run yet: `tutelage run CONFIG`.")


def _summaries(place: Place, log: EventLog) -> Iterator[dict[str, Any]]:
    strategies = Strategies(log)
    for started in all_runs(log):
        run = started.stream
        begin = next(iter(log.entries(stream=run)))
        finish = log.find(run, "finish")
        yield {
            "run": run,
            "began": begin.at.isoformat(timespec="seconds").removesuffix("+00:00"),
            "state": _state(place, log, run, isinstance(finish, RunFinished)),
            "domain": started.domain,
            "student": started.config["student"],
            "teacher": started.config["teacher"],
            "current": _stands(strategies, started, finish),
        }


def _stands(strategies: Strategies, started: RunStarted, finish: object) -> str:
    """The version that a finished run evaluated, else the one that its branch is at."""
    if isinstance(finish, RunFinished):
        return name_of(strategies, started.domain, finish.strategy)
    return strategies.current(started.domain, f"{started.domain}/{started.stream}").name


def _state(place: Place, log: EventLog, run: str, finished: bool) -> str:
    if finished:
        return "finished"
    if place.worked_on(run):
        return "running"
    return "waiting" if waiting(log, run) else "stopped"


@app.command(
    rich_help_panel="Runs",
    epilog=examples(
        "tutelage show quickstart",
        ("tutelage show quickstart --json | jq .calls", "what it asked of whom"),
    ),
)
def show(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="Name of the run.")],
    as_json: Json = False,
) -> None:
    """Tell the story of a run: rounds, gates, promotions, gaps, calls, tokens, time."""
    with here(ctx).store() as log:
        told = story(log, run)
        state = _state(here(ctx), log, run, told.finished)
    if as_json:
        print_json(vars(told) | {"state": state})
        return
    for line in _lines(told, state):
        typer.echo(clean(line))
    console().print(
        table(_CALLS, [[row[name.strip("#")] for name in _CALLS] for row in told.calls])
    )
    if state == "stopped":
        typer.echo(f"Not finished. Go on with\n{here(ctx).command(f'resume {run}')}")
    if state == "waiting":
        typer.echo(f"A person has to review a version:\n{here(ctx).command(f'review {run}')}")


_CALLS = ("model", "#calls", "#answered", "#failed", "#input_tokens", "#output_tokens",
          "#cached_tokens")  # fmt: skip


def _lines(told: Story, state: str) -> Iterator[str]:
    yield f"{told.run}: {told.domain}, {told.teacher} teaches {told.student}; {state}."
    yield (
        f"Began {told.began}, last event {told.last}; {duration(told.seconds)} at work, "
        f"{told.events} events. Stands at {told.current}."
    )
    if told.probe:
        how = "named by the config" if told.probe["forced"] else "found by the probe"
        if told.probe["channel"] == "words" and not (told.probe["forced"] or told.probe["helped"]):
            how = "the only one that the student has"
        yield (
            f"Channel {told.probe['channel']}, {how}: words in the prompt change "
            f"{points(told.probe['gain'])} points on {told.probe['n']} problems."
        )
    for cycle in range(1, max((each["cycle"] for each in told.rounds), default=0) + 1):
        yield ""
        yield f"Cycle {cycle}"
        for each in told.rounds:
            if each["cycle"] == cycle:
                yield from _round(each)
        for each in told.cycles:
            if each["cycle"] == cycle:
                yield from _cycle(each)
    yield ""
    for gate in told.by_hand:
        yield f"By hand: {gate['candidate']} against {gate['incumbent']}: {gate['verdict']}"
    for seal in told.seals:
        yield f"Opened the sealed split {seal['split']} for {seal['reason']}."
    saved = sum(gate["saved"] for each in told.rounds for gate in each["gates"])
    if saved:
        yield f"Gates that stopped early saved {saved} replies."
    yield f"Attempts: {', '.join(f'{n} {what}' for what, n in told.outcomes.items()) or 'none'}."
    yield from who_judged(told.judged_by)
    if told.in_doubt:
        yield f"{len(told.in_doubt)} calls in doubt, made again: {', '.join(told.in_doubt[:5])}"


def _round(each: dict[str, Any]) -> Iterator[str]:
    yield f"  Round {each['round']}"
    if (opened := each["opened"]) and opened["fronts"]:
        fronts = ", ".join(f"{name} {n}" for name, n in opened["fronts"].items())
        yield f"    frontier  best on problems: {fronts}; edits {opened['parent']}"
    if solve := each["solve"]:
        yield (
            f"    solve     the {solve['policy']} with {solve['strategy']}: "
            f"{solve['right']} of {solve['attempts']} right"
        )
    for credit in each["credit"]:
        yield f"    credit    {credit['rule']} in {credit['version']}: {_effect(credit, 'n')}"
    if reflect := each["reflect"]:
        modes = ", ".join(f"{mode} {n}" for mode, n in reflect["failure_modes"].items())
        yield f"    reflect   failure modes: {modes or 'none'}; {reflect['unsolved']} unsolved"
        yield from (f"              - {lesson}" for lesson in reflect["lessons"])
    for candidate in each["candidates"]:
        yield f"    propose   {candidate['version']}{_origin(candidate)}: {_edits(candidate)}"
    for refused in each["refused"]:
        edits = f" ({_edits(refused)})" if refused["edits"] else ""
        yield f"    refused   {refused['reason']}{edits}"
    for gate in each["gates"]:
        early = f"; stopped early, {gate['saved']} replies saved" if gate["saved"] else ""
        yield (
            f"    gate      {gate['candidate']} against {gate['incumbent']}: {gate['verdict']}"
            f"{early}"
        )
    for tried in each["portability"]:
        effect = f"{tried['verdict']}, {_effect(tried, 'pairs')}"
        yield f"    portable  {tried['version']} for {tried['model']}: {effect}"
    if review := each["review"]:
        yield from _review(review)
    yield f"    promoted  {each['promoted'] or 'nothing'}"


def _effect(measured: dict[str, Any], pairs: str) -> str:
    return (
        f"{points(measured['gain'])} points, 95 % interval {points(measured['low'])} to "
        f"{points(measured['high'])}, {measured[pairs]} pairs, p {measured['p']:.2g}"
    )


def _origin(candidate: dict[str, Any]) -> str:
    if candidate["origin"] == "teacher":
        return ""
    return f" ({candidate['origin']} of {' + '.join(candidate['parents'])})"


def _edits(proposal: dict[str, Any]) -> str:
    return "; ".join(proposal["edits"]) or "no edit of its own"


def _review(review: dict[str, Any]) -> Iterator[str]:
    if review["verdict"] is None:
        rules = len(review["rules"])
        yield f"    review    {review['version']} waits for {review['reviewer']}, {rules} rules"
        return
    made = f"; made {review['revised']} of it" if review["revised"] else ""
    reason = f": {review['reason']}" if review["reason"] else ""
    yield (
        f"    review    {review['version']}: {review['verdict']} by {review['reviewer']}"
        f"{reason}{made}"
    )
    for it in review["decisions"]:
        why = f": {it['reason']}" if it["reason"] else ""
        yield f"              - {it['decision']} {it['rule']}{why}"


def _cycle(each: dict[str, Any]) -> Iterator[str]:
    if transfer := each.get("transfer"):
        to = f"adapter {transfer['adapter']}" if transfer["adapter"] else transfer["reason"]
        yield f"  Transfer    {transfer['strategy']}: {to}"
    if feedback := each.get("feedback"):
        gaps = ", ".join(f"{gap} {n}" for gap, n in feedback["gaps"].items())
        yield (
            f"  Feedback    {feedback['right']} of {feedback['attempts']} right; "
            f"gaps: {gaps or 'none'}"
        )
