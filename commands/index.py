"""The search index over strategies, which the log can make anew."""

from typing import TYPE_CHECKING, Any

import typer

from ..domains import BrokenDomain, UnknownDomain
from ..domains import get as domain_named
from ..store.events import RunStarted
from ..store.log import Log, folder_of
from ..store.strategies.versions import Strategies
from ..weights import WeightsError
from .errors import Refused
from .output import Json, examples, print_json
from .workspace import Workspace, here

if TYPE_CHECKING:
    from ..domains import Domain
    from ..store.index.search import StrategyIndex


app = typer.Typer(
    name="index",
    no_args_is_help=True,
    help="The search index, which the log can make anew.",
    epilog=examples("tutelage index rebuild"),
)


@app.command(epilog=examples(("tutelage index rebuild", "after a move, or when it is damaged")))
def rebuild(ctx: typer.Context, as_json: Json = False) -> None:
    """Throw the search index away and build it from nothing but the log."""
    workspace = here(ctx)
    with workspace.store() as store:
        documents = open_index(workspace).rebuild(Strategies(store), Describer(workspace, store))
    if as_json:
        print_json({"documents": documents})
    else:
        typer.echo(f"The index holds {documents} documents.")


SAMPLES = 2
"""Problems in the description of a domain: enough to hear what it is about."""


def open_index(workspace: Workspace) -> "StrategyIndex":
    """Open the index of a store. Raises Refused where the embedder's weights are not here."""
    from ..store.index.search import StrategyIndex

    # torch and chromadb take seconds to import; only a search and a rebuild pay for them.
    try:
        from ..store.index.embed import MiniLM

        return StrategyIndex(folder_of(workspace.home), MiniLM())
    except WeightsError as error:
        raise Refused(str(error)) from error


class Describer:
    """Description of a domain by name: failure modes, kinds of steps, sample problems.

    A domain that cannot be opened here is described by its name alone.
    """

    def __init__(self, workspace: Workspace, log: Log) -> None:
        self._given = workspace.overrides.domain if workspace.overrides else None
        self._named: dict[str, dict[str, Any]] = {
            started.domain: started.config["domain"] for started in log.events(RunStarted)
        }

    def __call__(self, name: str) -> str:
        domain = self._open(name)
        if domain is None:
            return name
        guide = domain.guide
        samples = [problem.text for problem in domain.problems("train", SAMPLES, 0)]
        parts = {
            "Mistakes": guide.failure_modes.values(),
            "Steps": guide.step_kinds.values(),
            "Samples": samples,
        }
        lists = (f"{title}: {'; '.join(said)}" for title, said in parts.items() if said)
        return "\n".join([guide.description, *lists])

    def _open(self, name: str) -> "Domain | None":
        if self._given is not None and self._given.name == name:
            return self._given
        named = self._named.get(name, {"name": name, "options": {}})
        try:
            return domain_named(named["name"], named["options"])
        except (UnknownDomain, BrokenDomain, ValueError):
            return None
