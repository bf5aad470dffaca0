"""Simulate gates, to count how often they err and what they find."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...reports.wording import share
from ..errors import FAILED, Refused, complain
from ..output import Json, console, examples, print_json, table
from ..progress import show_progress

if TYPE_CHECKING:
    from ...evidence.calibration.calibration import Calibration

app = typer.Typer()


MOST = 100_000
"""Runs or gates that a calibration may simulate: a hundredth of a point, and long enough."""


@app.command(
    epilog=examples(
        ("tutelage gate calibrate", "60 problems a round, 4 rounds of 2 candidates"),
        ("tutelage gate calibrate --config quickstart.toml", "the gates of that run"),
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
    rule: Annotated[str | None, typer.Option(help="Rule of acceptance.")] = None,
    seed: Annotated[int, typer.Option(help="Of the simulated luck.")] = 0,
    as_json: Json = False,
) -> None:
    """Simulate runs in which nothing helps, and candidates that do; count what the gate says.

    No model is asked and nothing is recorded. The simulated students meet the very gate that runs
    use, with its spending of alpha, its replicates and its racing. Exits 1 when runs without any
    effect are accepted more often than alpha allows.
    """
    named = {
        "pairs": pairs,
        "rounds": rounds,
        "candidates": candidates,
        "alpha": alpha,
        "power": power,
        "replicates": replicates,
        "rule": rule,
    }
    given = {name: value for name, value in named.items() if value is not None}
    found = _try_gate(config, given, runs, gates, seed)
    if as_json:
        print_json(found.as_json())
    else:
        _show(found)
    if not found.holds:
        complain("The gate accepts more often than alpha allows. Please report this with the seed.")
        raise typer.Exit(FAILED)


def _try_gate(
    config: Path | None, given: dict[str, Any], runs: int, gates: int, seed: int
) -> "Calibration":
    """Simulate the gates of a config, but for what is given. Raises Refused."""
    from ...evidence.calibration.calibration import calibrate
    from ...evidence.calibration.simulation import RunSize
    from ...evidence.gate.settings import GateSettings
    from ...graph.config.config import load_config

    size, settings = RunSize(), GateSettings()
    if config:
        run = load_config(config)
        size = RunSize(run.block, run.total_rounds, run.loop.candidates)
        settings = run.gate_settings
    try:
        size = size._replace(**{name: given.pop(name) for name in size._fields if name in given})
        # On stderr, so that what is found stays alone on stdout.
        with show_progress(stderr=True) as progress:
            return calibrate(
                replace(settings, **given),
                size,
                runs=runs,
                gates=gates,
                seed=seed,
                progress=progress.advance,
            )
    except ValueError as error:
        raise Refused(str(error), code=2) from error


def _show(found: "Calibration") -> None:
    terms, size = found.settings, found.size
    replies = "one reply" if terms.replicates == 1 else f"{terms.replicates} replies"
    rule = "" if terms.rule == type(terms).rule else f", rule {terms.rule!r}"
    typer.echo(
        f"{found.runs} runs in which nothing helps: {size.rounds} rounds of {size.candidates} "
        f"candidates on {size.pairs} problems, {replies} each, alpha {terms.alpha:g}{rule}."
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
    at = found.at_detectable
    typer.echo(
        f"A gain of {share(found.detectable)} points is called detectable: found in "
        f"{share(at.share)} % [{share(at.low)}, {share(at.high)}] of {at.gates} gates, promised in "
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
