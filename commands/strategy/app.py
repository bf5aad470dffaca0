"""Read strategies: which there are, what they say, what changed, and why."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.text import Text

from ...reports.rounds import gate_facts
from ...reports.rule_lines import by_rule
from ...store.rules import Rule
from ...store.strategies.diff import StrategyDiff
from ...store.strategies.diff import diff as compare
from ...store.strategies.export import to_markdown
from ...store.strategies.versions import Strategies, Version
from ..output import Json, clean, console, examples, points, print_json, table
from ..workspace import here
from . import blame as strategy_blame
from . import log as strategy_log
from . import promote as strategy_changes
from . import search as strategy_search

app = typer.Typer(
    no_args_is_help=True,
    help="Read strategies, follow where their rules come from, promote and carry them.",
    epilog=examples(
        ("tutelage strategy list", "every version, the refused ones too"),
        ("tutelage strategy diff scheduling@1 scheduling@2", "rule by rule, with the evidence"),
        ("tutelage strategy blame scheduling", "from each rule to the attempts behind it"),
        ('tutelage strategy search "assign lessons to rooms"', "by meaning"),
    ),
)

Ref = Annotated[
    str,
    typer.Argument(
        metavar="VERSION", help="A version: scheduling@3, scheduling, scheduling/run, or a hash."
    ),
]
InDomain = Annotated[str | None, typer.Argument(metavar="DOMAIN", help="Only of this domain.")]


@app.command(
    "list", epilog=examples("tutelage strategy list", "tutelage strategy list scheduling --json")
)
def list_(ctx: typer.Context, domain: InDomain = None, as_json: Json = False) -> None:
    """List the versions in the order in which they were proposed, the refused ones too.

    The gain is that of the gate that promoted a version, or of the last one in its run.
    """
    with here(ctx).store() as log:
        versions = Strategies(log).versions(domain)
    if as_json:
        print_json([_facts(version) for version in versions])
        return
    rows = [
        (
            version.name,
            version.status,
            version.hash[:12],
            len(version.strategy.rules),
            version.branch,
            points(version.gate.gain) if version.gate else "-",
            f"{points(version.gate.low)} to {points(version.gate.high)}" if version.gate else "-",
        )
        for version in versions
    ]
    columns = ("version", "status", "hash", "#rules", "branch", "#gain", "95 %")
    console().print(table(columns, rows) if rows else "No version yet.")


@app.command(epilog=examples("tutelage strategy show scheduling", "tutelage strategy show 5bda0f"))
def show(ctx: typer.Context, version: Ref, as_json: Json = False) -> None:
    """Show the rules of a version and what gates measured, as Markdown."""
    with here(ctx).store() as log:
        found = Strategies(log).get(version)
    if as_json:
        print_json(_facts(found) | {"rules": [_rule(rule) for rule in found.strategy.rules]})
    else:
        typer.echo(clean(to_markdown(found)), nl=False)


def _facts(version: Version) -> dict[str, Any]:
    return {
        "version": version.name,
        "hash": version.hash,
        "status": version.status,
        "branch": version.branch,
        "parents": list(version.parents),
        "rules": len(version.strategy.rules),
        "proposed": f"{version.stream}#{version.slot}" if version.slot else "",
        "gate": f"{version.gate.stream}#{version.gate.slot}" if version.gate else "",
        "gates": [gate.model_dump(mode="json") for gate in version.gates],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return rule.model_dump(mode="json")


@app.command(
    epilog=examples(
        ("tutelage strategy diff scheduling@1 scheduling@2", "what the second changed"),
        ("tutelage strategy diff scheduling@0 scheduling", "all that was learned"),
        ("tutelage strategy diff scheduling@1 scheduling@2 --unified", "as the model reads it"),
    )
)
def diff(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="A version, as everywhere.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Another one.")],
    unified: Annotated[bool, typer.Option("--unified", help="As a unified diff.")] = False,
    as_json: Json = False,
) -> None:
    """Compare two versions: rules added, changed word by word, moved, deprecated; the evidence."""
    with here(ctx).store() as log:
        strategies = Strategies(log)
        found = compare(strategies.get(old), strategies.get(new))
        evidence = [gate_facts(strategies, gate) for gate in found.evidence]
    if as_json:
        print_json(_diff_facts(found, evidence))
    elif unified:
        typer.echo(clean(found.as_unified()), nl=False)
    else:
        for line in _diff_lines(found, evidence):
            console().print(line, soft_wrap=True)


def _diff_lines(found: StrategyDiff, evidence: list[dict[str, Any]]) -> Iterator[Text]:
    yield Text(f"{found.old.name} -> {found.new.name}\n", style="bold")
    for lines in by_rule(found).values():
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
        "added": [_rule(rule) for rule in found.added],
        "deprecated": [_rule(rule) for rule in found.deprecated],
        "changed": [
            {
                "rule": change.new.id,
                "fields": [
                    {"field": it.field, "old": it.old, "new": it.new,
                     "words": [{"text": span.text, "mark": span.mark} for span in it.words]}
                    for it in change.fields
                ],
            }
            for change in found.changed
        ],
        "moved": [
            {"rule": move.rule.id, "before": move.before, "after": move.after}
            for move in found.moved
        ],
        "unchanged": found.unchanged,
        "evidence": evidence,
    }  # fmt: skip


app.add_typer(strategy_log.app)
app.add_typer(strategy_blame.app)
app.add_typer(strategy_search.app)
app.add_typer(strategy_changes.app)
