"""List the configs that come along; put one where a person works."""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from ..models import facts_by_name
from ..weights import CATALOGUE
from .errors import Refused
from .output import Json, console, examples, print_document, print_json, table

app = typer.Typer()

FOLDER = Path(__file__).resolve().parent.parent / "examples"
NEXT = {".toml": ("plan", "run"), ".jsonl": ("audit",)}
"""Ending of an example -> the commands that take it."""


class PackagedExample(NamedTuple):
    """A file that comes along with the package."""

    file: Path
    about: str
    """Its first comment, or what can be done with it."""
    needs: tuple[str, ...]
    """Commands that bring what is not here yet."""

    @property
    def name(self) -> str:
        return self.file.stem


@app.command(
    epilog=examples(
        "tutelage example",
        ("tutelage example quickstart-fast", "writes ./quickstart-fast.toml"),
        ("tutelage example claude --print", "only shows it"),
    )
)
def example(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="An example; left out, all are listed.")
    ] = None,
    print_it: Annotated[bool, typer.Option("--print", help="Show it and write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """List the configs that come along, or put one into the working folder.

    A file that is there already is never replaced. What the example needs first is said.
    """
    if name is None:
        _list(as_json)
        return
    chosen = _find(name)
    if print_it:
        print_document(chosen.file.read_text(encoding="utf-8"))
        return
    _write(chosen)
    if as_json:
        print_json({"file": chosen.file.name, "needs": chosen.needs})
        return
    typer.echo(f"{chosen.file.name} is here. {chosen.about}")
    if chosen.needs:
        typer.echo("\n  ".join(["It needs first:", *chosen.needs]))
    steps = [f"tutelage {word} {chosen.file.name}" for word in NEXT[chosen.file.suffix]]
    typer.echo("\n  ".join(["Then:" if chosen.needs else "Go on with:", *steps]))


def _list(as_json: bool) -> None:
    found = [_describe(file) for file in _files()]
    if as_json:
        print_json([{"name": it.name, "about": it.about, "needs": it.needs} for it in found])
        return
    rows = [(it.name, it.about, ", ".join(it.needs) or "nothing more") for it in found]
    console().print(table(("example", "what it does", "needs first"), rows))


def _files() -> list[Path]:
    return sorted(file for file in FOLDER.iterdir() if file.suffix in NEXT)


def _find(name: str) -> PackagedExample:
    for file in _files():
        if name in (file.stem, file.name):
            return _describe(file)
    known = ", ".join(file.stem for file in _files())
    raise Refused(f"There is no example {name!r}. There are: {known}.", code=2)


def _describe(file: Path) -> PackagedExample:
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".toml":
        return PackagedExample(
            file, "Answers of two students, to be judged by `tutelage audit`.", ()
        )
    return PackagedExample(
        file, text.partition("\n")[0].lstrip("# "), tuple(_needs(tomllib.loads(text)))
    )


def _needs(config: dict[str, object]) -> Iterator[str]:
    """Yield the commands that bring the keys and weights of its models, where they lack."""
    for role in ("teacher", "student"):
        facts = facts_by_name(str(config.get(role, "")))
        if facts.kind.needs_key and not any(os.environ.get(key) for key in facts.kind.keys):
            yield f"export {facts.kind.keys[0]}=..."
        if facts.base in CATALOGUE and not facts.has_weights:
            yield f"tutelage models fetch {facts.base}"


def _write(chosen: PackagedExample) -> None:
    """Copy it into the working folder, unless a file of its name is there."""
    target, text = Path(chosen.file.name), chosen.file.read_bytes()
    try:
        with target.open("xb") as out:
            out.write(text)
    except FileExistsError:
        raise Refused(
            f"{target} is here already and stays as it is. Move it away, or "
            f"`tutelage example {chosen.name} --print > another{target.suffix}`."
        ) from None
    except OSError:
        target.unlink(missing_ok=True)
        raise
