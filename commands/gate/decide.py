"""Gate one version against another on a run's whole validation pool."""

from typing import Annotated

import typer

from ...reports.run_json import gate_as_json
from ...reports.wording import clean, version_name
from ...store.events import GateDecided
from ...store.log import Log
from ...store.strategies.versions import Strategies, Version
from ..errors import Refused
from ..output import Json, examples, print_json
from ..progress import show_progress
from ..workspace import RunOption, VersionRef, check_domain, here, run_for

app = typer.Typer()


@app.command(
    epilog=examples(
        ("tutelage gate decide scheduling@3", "the same as"),
        ("tutelage gate scheduling@3", "against the version it was edited from"),
        ("tutelage gate scheduling@3 --against scheduling@1", "against another"),
        ("tutelage gate scheduling@7 --run quickstart", "an imported one, on that run's problems"),
    ),
)
def decide(
    ctx: typer.Context,
    version: VersionRef,
    against: Annotated[str | None, typer.Option(help="The incumbent; else its parent.")] = None,
    run: RunOption = None,
    as_json: Json = False,
) -> None:
    """Gate one version against another on a run's whole validation pool; `decide` may be left out.

    The decision is recorded as evidence and promotes nothing: `tutelage strategy promote` does.
    """
    from ...graph.measure.by_hand import gate as step

    workspace = here(ctx)
    with workspace.store(writes=True) as log, show_progress(stderr=as_json) as progress:
        strategies = Strategies(log)
        candidate = strategies.get(version)
        incumbent = strategies.get(against) if against else _find_incumbent(strategies, candidate)
        if incumbent.hash == candidate.hash:
            raise Refused(f"{candidate.name} against itself decides nothing. Name --against.")
        opened = workspace.reopen(log, run_for(log, candidate, run), progress=progress)
        check_domain(opened, candidate)
        found = step(opened, candidate, incumbent)
        facts = gate_as_json(strategies, found) | _count_reuse(log, found)
    if as_json:
        print_json(facts)
        return
    typer.echo(f"{facts['candidate']} against {facts['incumbent']}: {facts['verdict']}")
    typer.echo(clean(facts["reason"]))
    typer.echo(f"Recorded as {facts['gate']}.")
    if facts["judged_before"]:
        typer.echo(
            f"{facts['judged_before']} of {facts['problems']} problems have judged this version "
            "before: what they say again is no new evidence."
        )
    if facts["decision"] == "accept":
        again = workspace.command(f"strategy promote {facts['candidate']} --reason '...'")
        typer.echo(f"It is not current yet: {again}")


def _count_reuse(log: Log, gate: GateDecided) -> dict[str, int]:
    """Count the problems that had judged the candidate before, and the gates by hand so far."""
    seen = {
        problem
        for other in log.events(GateDecided)
        if (other.domain, other.candidate) == (gate.domain, gate.candidate)
        and (other.stream, other.slot) != (gate.stream, gate.slot)
        for problem in other.block
    }
    return {
        "problems": len(gate.block),
        "judged_before": len(seen & set(gate.block)),
        "gates_by_hand": gate.by_hand,
    }


def _find_incumbent(strategies: Strategies, candidate: Version) -> Version:
    """Return the version that a candidate was edited from, else the current one, else `@0`."""
    if candidate.parents:
        return strategies.get(version_name(strategies, candidate.domain, candidate.parents[0]))
    current = strategies.current(candidate.domain)
    return current if current.hash != candidate.hash else strategies.get(f"{candidate.domain}@0")
