"""Show two replies in blind order and ask a person, or a model, which one is better."""

import getpass
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ..domains.writing import Writing
from ..domains.writing.rubric import Place
from ..graph.measure.blind_pairs import Duel, ModelJudge, newest_duels, next_looks
from ..graph.measure.preferences import (
    FILE,
    Preferred,
    Tally,
    append_preferences,
    read_preferences,
    tally,
)
from ..models import open_model
from ..reports.wording import clean
from ..store.events import RunStarted
from ..store.log import Log
from ..store.runs import find_run
from .errors import Refused
from .output import Json, examples, print_json
from .workspace import here

app = typer.Typer()

_KEYS: dict[str, Place] = {"1": "first", "2": "second", "s": "same"}


@app.command(
    epilog=examples(
        ("tutelage judge essays", "read pairs and say which text is better"),
        ("tutelage judge essays -n 20 --both-orders", "measures your position bias too"),
        ("tutelage judge essays --model anthropic:claude-sonnet-5-5", "have a model do it"),
        ("tutelage judge essays --show", "what was preferred so far"),
    ),
)
def judge(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run whose gates have replies.")],
    n: Annotated[int, typer.Option("-n", "--n", min=1, help="Pairs, at most.")] = 20,
    by: Annotated[str | None, typer.Option(help="Your name; else the one you log in with.")] = None,
    both: Annotated[
        bool, typer.Option("--both-orders", help="Show every pair again, the other way round.")
    ] = False,
    model: Annotated[
        str | None, typer.Option(metavar="SPEC", help="Have a model judge, in both orders.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Only print what was preferred.")] = False,
    as_json: Json = False,
) -> None:
    """Compare what two versions wrote at the newest gate, blind, pair by pair.

    Which version wrote which text is not told before the end. Each answer is kept at once, in the
    run's folder, so Ctrl-C or `q` loses nothing, and the next time goes on with the pairs that you
    have not seen. It decides nothing: gates do. A model judges texts of the domain `writing`, and
    only after it has ordered planted pairs right whichever stood first.
    """
    workspace = here(ctx)
    path = workspace.runs / run / FILE
    with workspace.store() as log:
        start = find_run(log, run)
        if not show and model is not None:
            _require_writing(start)
            _ask_model(_find_duels(log, run), path, model, n)
        elif not show:
            if as_json:
                raise Refused("--json goes with --show or --model: people read pairs.", code=2)
            if not _ask_person(_find_duels(log, run), path, by or getpass.getuser(), n, both):
                # Who has not seen all of it yet is not told which side is ahead.
                return
    _print_tallies(read_preferences(path), as_json)


def _find_duels(log: Log, run_id: str) -> list[Duel]:
    if duels := newest_duels(log, run_id):
        return duels
    raise Refused(
        f"No gate of {run_id} has two different texts for a problem yet: there is nothing to "
        "compare."
    )


def _ask_person(duels: Sequence[Duel], path: Path, by: str, n: int, both: bool) -> bool:
    """Show up to `n` pairs that `by` has not seen; False where the person left before the end."""
    seen = {(it.gate, it.problem, it.first) for it in read_preferences(path) if it.by == by}
    looks = next_looks(duels, by, seen, n, both)
    if not looks:
        typer.echo(f"{by} has judged every pair of the newest gate already.")
    for number, (duel, first) in enumerate(looks, 1):
        texts = duel.texts if first == "candidate" else duel.texts[::-1]
        typer.echo(f"\n[{number} of {len(looks)}] {clean(duel.problem.text)}")
        for place, text in enumerate(texts, 1):
            typer.echo(f"\n--- text {place} ---\n{clean(text)}")
        preferred = _read_key()
        if preferred is None:
            typer.echo(f"\n{number - 1} of {len(looks)} answers were recorded; the rest waits.")
            return False
        append_preferences(path, [duel.record(first, preferred, by, model=False)])
    typer.echo()
    return True


def _read_key() -> Place | None:
    """Return the place that a person prefers, or None where they leave."""
    try:
        while True:
            key = str(typer.prompt("Better: [1], [2], [s]ame, [q]uit")).strip().lower()[:1]
            if key == "q":
                return None
            if key in _KEYS:
                return _KEYS[key]
            typer.echo("Please answer with 1, 2, s or q.")
    except (typer.Abort, KeyboardInterrupt):
        return None


def _require_writing(start: RunStarted) -> None:
    if start.domain != Writing.name:
        raise Refused(
            f"A model judges texts of {Writing.name}, and {start.stream} learns "
            f"{start.domain}: there are no planted pairs to try it on. Judge it yourself."
        )


def _ask_model(duels: Sequence[Duel], path: Path, spec: str, n: int) -> None:
    """Let a model judge both orders of every pair, once it has stood its trial. Raises Refused."""
    judge = ModelJudge(open_model(spec))
    trust = judge.trust()
    typer.echo(trust.as_text(), err=True)
    if not trust.usable:
        raise Refused(f"{spec} may not judge, and nothing was recorded.")
    judge.judge(duels, path, n)


def _print_tallies(preferences: Sequence[Preferred], as_json: bool) -> None:
    tallies = tally(preferences)
    if as_json:
        print_json([{**asdict(it), "same": it.same, "p": it.p} for it in tallies])
        return
    for it in tallies:
        typer.echo(clean(_line(it)))
    if not tallies:
        typer.echo("Nobody has judged a pair of this run yet.")


def _line(it: Tally) -> str:
    flips = f"; {it.flips} of {it.twice} verdicts flip with the order" if it.twice else ""
    return (
        f"{it.by} ({it.judge}, {it.gate}): the candidate's text is better {it.candidate} times, "
        f"the incumbent's {it.incumbent}, neither {it.same} (p = {it.p:.3f}, two-sided); "
        f"the text that stood first {it.first} times, the second {it.second}{flips}"
    )
