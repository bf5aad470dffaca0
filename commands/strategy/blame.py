"""Trace each rule of a version to the edits, the lessons and the attempts behind it."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from ...reports.blame import Origin, RuleBlame
from ...reports.blame import blame as trace
from ...reports.wording import clean, gain_text
from ...reports.worth_lines import explain_measures, worth_as_json, worth_of_rule
from ...store import slots
from ...store.strategies.versions import Strategies
from ..output import Json, examples, print_json
from ..workspace import VersionRef, here

app = typer.Typer()


@app.command(
    epilog=examples(
        ("tutelage strategy blame scheduling", "the rules of the current version"),
        ("tutelage strategy blame scheduling@3 --attempts 10", "with more of the attempts"),
        ("tutelage strategy blame scheduling --json | jq '.[].problems'", ""),
    )
)
def blame(
    ctx: typer.Context,
    version: VersionRef,
    attempts: Annotated[int, typer.Option(min=0, help="How many attempts to show a rule.")] = 3,
    as_json: Json = False,
) -> None:
    """Lead from each rule to what it is worth, and to the edits, lessons and attempts behind it."""
    with here(ctx).store() as store:
        found = Strategies(store).get(version)
        rules = trace(store, found)
    if as_json:
        print_json([_as_json(each) for each in rules])
        return
    for each in rules:
        for line in [*_blame_lines(each), *_attempt_lines(each, attempts), ""]:
            typer.echo(clean(line))
    for line in explain_measures(each.worth for each in rules if each.worth):
        typer.echo(line)
    if not rules:
        typer.echo(f"{version} has no rules: there is nothing to trace.")


def _blame_lines(each: RuleBlame) -> Iterator[str]:
    """Yield the origin of a rule; the rules it was made from stand below it, further in."""
    yield f"{each.rule.id}  [{each.rule.section}] {each.rule.text}"
    yield f"  worth: {worth_of_rule(each.worth, each.rule)}"
    for verb, origin in [("added", each.added), *(("changed", it) for it in each.changes)]:
        yield f"  {verb} by {origin.version} in {slots.reference(origin)}"
        if origin.rationale:
            yield f"    because  {origin.rationale}"
        if origin.reflection:
            yield f"    lessons  of {slots.reference(origin, origin.reflection)}"
        yield from (f"             - {lesson}" for lesson in origin.lessons)
    for gate in each.gates:
        found = f"gain {gain_text(gate.gain, gate.low, gate.high)} on {gate.pairs} pairs"
        yield f"  gate: {gate.decision}, {found} ({slots.reference(gate)})"
    for review in each.reviews:
        said = f"{review.decision.decision} by {review.reviewer}, shown {review.version}"
        reason = f": {review.decision.reason}" if review.decision.reason else ""
        later = review.later.as_text() if review.later else "nothing was measured since"
        yield f"  review: {said}{reason}; {later}"
    for source in each.made_from:
        yield "  made from"
        yield from (f"    {line}" for line in _blame_lines(source))


def _attempt_lines(each: RuleBlame, shown: int) -> Iterator[str]:
    yield f"  {len(each.attempts)} attempts at {len(each.problems)} problems stand behind it"
    for attempt in each.attempts[:shown]:
        said = " ".join(attempt.reply.split())[:100]
        yield f"    {attempt.outcome:8} {attempt.slot}"
        yield f"             said {said!r}: {attempt.feedback}"


def _as_json(each: RuleBlame) -> dict[str, Any]:
    def origin(it: Origin) -> dict[str, Any]:
        kept = it._asdict() | {"lessons": list(it.lessons)}
        return kept | {"attempts": [attempt.slot for attempt in it.attempts]}

    return {
        "rule": each.rule.model_dump(mode="json"),
        "added": origin(each.added),
        "changes": [origin(it) for it in each.changes],
        "gates": [slots.reference(gate) for gate in each.gates],
        "attempts": [it._asdict() for it in each.attempts],
        "problems": list(each.problems),
        "worth": worth_as_json(each.worth),
        "made_from": [_as_json(source) for source in each.made_from],
        "reviews": [
            {"version": it.version, "reviewer": it.reviewer}
            | it.decision.model_dump(mode="json", exclude={"rule"})
            | {"later": it.later.as_text() if it.later else None}
            for it in each.reviews
        ],
    }
