"""Differences between two versions, rule by rule."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.text import Text

from ...reports.diff_lines import diff_by_rule, edit_words
from ...reports.run_json import gate_as_json
from ...reports.wording import clean
from ...store.edits import edits_between
from ...store.strategies.diff import StrategyDiff
from ...store.strategies.diff import diff as compare
from ...store.strategies.versions import Strategies
from ..output import Json, console, examples, print_json
from ..workspace import here

app = typer.Typer()


@app.command(
    epilog=examples(
        ("tutelage strategy diff scheduling@1 scheduling@2", "what the second changed"),
        ("tutelage strategy diff scheduling@0 scheduling", "all that was learned"),
        ("tutelage strategy diff scheduling@1 scheduling@2 --unified", "as the model reads it"),
        ("tutelage strategy diff scheduling@1 scheduling@2 --edits", "the way there, edit by edit"),
    )
)
def diff(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="A version, as everywhere.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Another one.")],
    unified: Annotated[bool, typer.Option("--unified", help="As a unified diff.")] = False,
    edits: Annotated[
        bool, typer.Option("--edits", help="As the edits that lead there, one a line.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compare two versions: rules added, changed word by word, moved, deprecated; the evidence."""
    with here(ctx).store() as log:
        strategies = Strategies(log)
        found = compare(strategies.get(old), strategies.get(new))
        evidence = [gate_as_json(strategies, gate) for gate in found.evidence]
    way = edits_between(found.old.strategy, found.new.strategy) if edits else ()
    if as_json:
        beside = {"rationale", "because", "consolidates"}
        told = [edit.model_dump(mode="json", exclude=beside, exclude_none=True) for edit in way]
        print_json(_diff_facts(found, evidence) | ({"edits": told} if edits else {}))
    elif unified:
        typer.echo(clean(found.as_unified_diff()), nl=False)
    elif edits:
        for edit in way:
            typer.echo(clean(edit_words(edit, found)))
    else:
        for line in _diff_lines(found, evidence):
            console().print(line, soft_wrap=True)


def _diff_lines(found: StrategyDiff, evidence: list[dict[str, Any]]) -> Iterator[Text]:
    yield Text(f"{found.old.name} -> {found.new.name}\n", style="bold")
    for lines in diff_by_rule(found).values():
        yield from lines
    yield Text(f"  {found.unchanged} unchanged\n", style="dim")
    for gate in evidence:
        yield Text(clean(f"Measured against {gate['incumbent']}: {gate['verdict']}"))
        yield Text(clean(f"  {gate['reason']}"), style="dim")
    if not evidence:
        yield Text(f"Not measured: no gate has decided about {found.new.name}.")


def _diff_facts(found: StrategyDiff, evidence: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "old": found.old.name,
        "new": found.new.name,
        "added": [rule.model_dump(mode="json") for rule in found.added],
        "deprecated": [rule.model_dump(mode="json") for rule in found.deprecated],
        "changed": [
            {
                "rule": change.new.id,
                "fields": [
                    it._asdict() | {"words": [span._asdict() for span in it.words]}
                    for it in change.fields
                ],
            }
            for change in found.changed
        ],
        "moved": [move._asdict() | {"rule": move.rule.id} for move in found.moved],
        "unchanged": found.unchanged,
        "evidence": evidence,
    }
