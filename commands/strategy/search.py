"""Find strategies by meaning; the index follows the log by itself."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...domains import BrokenDomain, UnknownDomain
from ...domains import get as domain_named
from ...reports.run_story import all_runs
from ...store.log import EventLog
from ...store.strategies.versions import Strategies
from ..errors import Refused
from ..output import Json, clean, examples, points, print_json
from ..workspace import Place, here

if TYPE_CHECKING:
    from ...domains import Domain
    from ...store.index.search import Hit, StrategyIndex

app = typer.Typer()

SAMPLES = 2
"""Problems in the description of a domain: enough to hear what it is about."""


@app.command(
    epilog=examples(
        ('tutelage strategy search "assign lessons to classrooms"', "the nearest of each domain"),
        ('tutelage strategy search "overlapping hours" -k 3 --every-version', ""),
    )
)
def search(
    ctx: typer.Context,
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="What you want to do, in your own words.")
    ],
    k: Annotated[int, typer.Option("-k", min=1, help="How many.")] = 5,
    every_version: Annotated[
        bool, typer.Option("--every-version", help="Not only one version of each domain.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Search strategies by meaning; the index is built or brought up to the log first."""
    place = here(ctx)
    with place.store() as log:
        index = index_of(place)
        index.update(Strategies(log), Describer(place, log))
        hits = index.search(query, k, every_version=every_version)
    if as_json:
        print_json([_facts(hit) for hit in hits])
        return
    for hit in hits:
        typer.echo(f"{hit.score:.2f}  {hit.version}  {hit.status}  {_evidence(hit)}")
        typer.echo(clean(f"      {hit.rule}"))
    if not hits:
        typer.echo("There is no strategy in the store yet.")


def index_of(place: Place) -> "StrategyIndex":
    """The index of a store. Raises Refused where the embedder is not installed."""
    from ...store.index.search import StrategyIndex

    # torch and chromadb take seconds to import; only a search and a rebuild pay for them.
    try:
        from ...store.index.embed import MiniLM

        return StrategyIndex(place.home, MiniLM())
    except ModuleNotFoundError as error:
        raise Refused(str(error)) from error


class Describer:
    """What each domain is about: description, failure modes, kinds of steps, sample problems.

    A domain that cannot be had here is described by its name alone.
    """

    def __init__(self, place: Place, log: EventLog) -> None:
        self._given = place.parts.domain if place.parts else None
        self._named: dict[str, dict[str, Any]] = {
            started.domain: started.config["domain"] for started in all_runs(log)
        }

    def __call__(self, name: str) -> str:
        domain = self._domain(name)
        if domain is None:
            return name
        guide = domain.guide
        samples = [problem.text for problem in domain.problems("train", SAMPLES, 0)]
        parts = (
            ("", [guide.description]),
            ("Mistakes", list(guide.failure_modes.values())),
            ("Steps", list(guide.step_kinds.values())),
            ("Samples", samples),
        )
        return "\n".join(
            f"{title}: {'; '.join(said)}" if title else "; ".join(said)
            for title, said in parts
            if said
        )

    def _domain(self, name: str) -> "Domain | None":
        if self._given is not None and self._given.name == name:
            return self._given
        named = self._named.get(name, {"name": name, "options": {}})
        try:
            return domain_named(named["name"], named["options"])
        except (UnknownDomain, BrokenDomain, ValueError):
            return None


def _facts(hit: "Hit") -> dict[str, Any]:
    return hit._asdict() | {"evidence": hit.evidence._asdict() if hit.evidence else None}


def _evidence(hit: "Hit") -> str:
    found = hit.evidence
    if found is None:
        return "not measured"
    return (
        f"{found.decision}, gain {points(found.gain)} [{points(found.low)}, {points(found.high)}]"
    )
