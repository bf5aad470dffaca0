"""The gate by hand: one version against another, and the gate itself on trial."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from ..reports.run_story import gate_facts
from ..store.events import GateDecided
from ..store.log import EventLog
from ..store.strategies.versions import Strategies, Version
from .errors import FAILED, Refused, complain
from .output import Json, console, examples, print_json, share, table
from .progress import watching
from .transfer import Ref, Within, same_domain
from .workspace import here, run_of

if TYPE_CHECKING:
    from ..evidence.calibration.calibration import Calibration

IMPLIED = "decide"

MOST = 100_000
"""Runs or gates that a calibration may simulate: a hundredth of a point, and long enough."""


class Implied(TyperGroup):
    """A group one of whose commands may be left out: a word that names no command begins it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = {*self.commands, *ctx.help_option_names}
        return super().parse_args(ctx, [IMPLIED, *args] if args and args[0] not in known else args)


app = typer.Typer(
    cls=Implied,
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
    version: Ref,
    against: Annotated[str | None, typer.Option(help="The incumbent; else its parent.")] = None,
    run: Within = None,
    as_json: Json = False,
) -> None:
    """Gate one version against another on a run's whole validation pool; `decide` may be left out.

    The decision is recorded as evidence and promotes nothing: `tutelage strategy promote` does.
    """
    from ..graph.measure.by_hand import gate as step

    place = here(ctx)
    with place.store() as log, watching(stderr=as_json) as watch:
        strategies = Strategies(log)
        candidate = strategies.get(version)
        incumbent = strategies.get(against) if against else _below(strategies, candidate)
        if incumbent.hash == candidate.hash:
            raise Refused(f"{candidate.name} against itself decides nothing. Name --against.")
        opened = place.reopen(log, run_of(log, candidate, run), watch=watch)
        same_domain(opened, candidate)
        found = step(opened, candidate, incumbent)
        facts = gate_facts(strategies, found) | _worn(log, found)
    if as_json:
        print_json(facts)
        return
    typer.echo(f"{facts['candidate']} against {facts['incumbent']}: {facts['verdict']}")
    typer.echo(facts["reason"])
    typer.echo(f"Recorded as {facts['gate']}.")
    if facts["judged_before"]:
        typer.echo(
            f"{facts['judged_before']} of {facts['problems']} problems have judged this version "
            "before: what they say again is no new evidence."
        )
    if facts["decision"] == "accept":
        again = place.command(f"strategy promote {facts['candidate']} --reason '...'")
        typer.echo(f"It is not current yet: {again}")


@app.command(
    epilog=examples(
        ("tutelage gate calibrate", "60 problems a round, 4 rounds of 2 candidates"),
        ("tutelage gate calibrate --config examples/quickstart.toml", "the gates of that run"),
        ("tutelage gate calibrate --pairs 120 --replicates 2", "what would more replies find?"),
        ("tutelage gate calibrate --json | jq .rate", "for a machine"),
    )
)
def calibrate(
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A run's TOML file: its gates are tried.")
    ] = None,
    runs: Annotated[
        int, typer.Option(min=1, max=MOST, help="Runs of an arm against itself.")
    ] = 2000,
    gates: Annotated[int, typer.Option(min=1, max=MOST, help="Gates a gain of the curve.")] = 1000,
    pairs: Annotated[int | None, typer.Option(min=1, max=2000, help="Problems of a block.")] = None,
    rounds: Annotated[int | None, typer.Option(min=1, max=100, help="Rounds of a run.")] = None,
    candidates: Annotated[int | None, typer.Option(min=1, max=16, help="Versions a round.")] = None,
    alpha: Annotated[float | None, typer.Option(help="Chance of an error in a whole run.")] = None,
    power: Annotated[float | None, typer.Option(help="Chance to find what is there.")] = None,
    replicates: Annotated[int | None, typer.Option(min=1, max=8, help="Replies a problem.")] = None,
    seed: Annotated[int, typer.Option(help="Of the simulated luck.")] = 0,
    as_json: Json = False,
) -> None:
    """Simulate runs in which nothing helps, and candidates that do; count what the gate says.

    No model is asked and nothing is recorded. The simulated students meet the very gate that runs
    use, with its spending of alpha, its replicates and its racing. Exits 1 when runs without any
    effect are accepted more often than alpha allows.
    """
    named: dict[str, Any] = {
        "pairs": pairs,
        "rounds": rounds,
        "candidates": candidates,
        "alpha": alpha,
        "power": power,
        "replicates": replicates,
    }
    said = {name: value for name, value in named.items() if value is not None}
    found = _on_trial(_from_config(config) | said if config else said, runs, gates, seed)
    if as_json:
        print_json(found.as_json())
    else:
        _show(found)
    if not found.holds:
        complain("The gate accepts more often than alpha allows. Please report this with the seed.")
        raise typer.Exit(FAILED)


def _on_trial(settings: dict[str, Any], runs: int, gates: int, seed: int) -> "Calibration":
    """What the gate of these terms is found to do, with its progress told on stderr."""
    from ..evidence.calibration.calibration import calibrate
    from ..evidence.calibration.simulation import Terms

    try:
        # On stderr, so that what is found stays alone on stdout.
        with watching(stderr=True) as watch:
            progress = watch.advance
            return calibrate(
                Terms(**settings), runs=runs, gates=gates, seed=seed, progress=progress
            )
    except ValueError as error:
        raise Refused(str(error), code=2) from error


def _from_config(config: Path) -> dict[str, Any]:
    """The terms of a config's gates."""
    from ..graph.config.config import load_config

    run = load_config(config)
    return {
        "pairs": run.block,
        "rounds": run.total_rounds,
        "candidates": run.loop.candidates,
        "alpha": run.gate.alpha,
        "power": run.gate.power,
        "replicates": run.gate.replicates,
        "race": run.search.race,
    }


def _show(found: "Calibration") -> None:
    terms = found.terms
    replies = "one reply" if terms.replicates == 1 else f"{terms.replicates} replies"
    typer.echo(
        f"{found.runs} runs in which nothing helps: {terms.rounds} rounds of {terms.candidates} "
        f"candidates on {terms.pairs} problems, {replies} each, alpha {terms.alpha:g}."
    )
    typer.echo(
        f"False accepts: {found.wrong} runs, {share(found.rate)} % "
        f"[{share(found.low)}, {share(found.high)}]; at most {share(terms.alpha)} % are allowed. "
        f"An arm's replies differed from its own on {share(found.differing)} % of the problems."
    )
    if not found.enough:
        typer.echo(
            f"Too few runs to tell: were none of {found.runs} wrong, that would still not show a "
            f"rate of at most {share(terms.alpha)} %. Give more --runs."
        )
    if terms.race:
        typer.echo(f"Racing saved {share(found.saved)} % of the candidates' replies in these runs.")
    typer.echo(
        f"A gain of {share(found.detectable)} points is called detectable: found in "
        f"{share(found.found.share)} % [{share(found.found.low)}, {share(found.found.high)}] of "
        f"{found.found.gates} gates, promised in "
        f"{share(terms.power)} %."
    )
    noises = sorted({point.discordance for point in found.curve})
    rows = [
        (
            f"{100 * gain:.1f}" + (" (detectable)" if gain == found.detectable else ""),
            *(
                f"{share(point.share)} [{share(point.low)}, {share(point.high)}]"
                for noise in noises
                for point in found.curve
                if (point.gain, point.discordance) == (gain, noise)
            ),
        )
        for gain in sorted({point.gain for point in found.curve})
    ]
    heads = [f"#{100 * noise:.0f} % of pairs disagree" for noise in noises]
    console().print(table(("#true gain, points", *heads), rows, "Accepted, in percent"))


def _worn(log: EventLog, gate: GateDecided) -> dict[str, int]:
    """How much of a gate's evidence had been used before, and how often this pool was asked."""
    entries = log.entries(kinds=[GateDecided])
    gates = [entry.event for entry in entries if isinstance(entry.event, GateDecided)]
    seen = {
        problem
        for other in gates
        if (other.domain, other.candidate) == (gate.domain, gate.candidate)
        and (other.stream, other.slot) != (gate.stream, gate.slot)
        for problem in other.block
    }
    return {
        "problems": len(gate.block),
        "judged_before": len(seen & set(gate.block)),
        "gates_by_hand": gate.by_hand,
    }


def _below(strategies: Strategies, candidate: Version) -> Version:
    """What a candidate has to beat where nobody says: the version it was edited from."""
    if candidate.parents:
        number = strategies.number(candidate.domain, candidate.parents[0])
        return strategies.get(f"{candidate.domain}@{number}")
    current = strategies.current(candidate.domain)
    return current if current.hash != candidate.hash else strategies.get(f"{candidate.domain}@0")
