"""Files of a run's folder, made from the log alone and as often as anybody likes."""

import json
from pathlib import Path
from typing import NamedTuple

from ..graph.planning.required_slots import refuse_end_above_hole
from ..models.adapter_files import MANIFEST
from ..store.files import write_atomically
from ..store.log import Log
from ..store.strategies.import_export import to_markdown
from ..trainer.adapter import write_card
from ..trainer.manifest import read_manifest
from .credentials import without_credentials
from .html.page import render
from .run_story import RunStory, read_run


class Results(NamedTuple):
    """Files of a run."""

    report: Path
    """The page: `report.html`."""
    strategy: Path
    """The version the run stands at, for people: `strategy.md`."""
    attribution: Path | None
    """The table, for machines: `attribution.json`; None before the evaluation."""
    adapter: Path | None
    """The folder of the final adapter, if there is one."""
    portability: Path | None
    """Who else is helped, for machines: `portability.json`; None without validators."""


def write_results(log: Log, run_id: str, folder: Path) -> Results:
    """Write `report.html`, `strategy.md` and the JSON files into `folder`, which is the run's.

    The same log gives the same bytes. An unfinished run gets a page that says so, and no
    `attribution.json`; only a run that names validators has a `portability.json`. Once evaluated,
    the final adapter's card and manifest hold its held-out score too. Raises LookupError for an
    unknown run, RunHasHole for one that was evaluated above a hole.
    """
    story = read_run(log, run_id)
    refuse_end_above_hole(log, run_id)
    return write_files(story, folder)


def write_files(story: RunStory, folder: Path) -> Results:
    """Write the files of a run whose story was read."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"report.html": render(story), "strategy.md": to_markdown(story.version)}
    if story.evaluation is not None:
        texts["attribution.json"] = json.dumps(story.evaluation, indent=2) + "\n"
    if story.portability is not None:
        texts["portability.json"] = json.dumps(story.portability.as_json(), indent=2) + "\n"
    for name, text in texts.items():
        write_atomically(folder / name, without_credentials(text))
    files = {name: folder / name for name in texts}
    results = Results(
        report=files["report.html"],
        strategy=files["strategy.md"],
        attribution=files.get("attribution.json"),
        adapter=_adapter(story, folder),
        portability=files.get("portability.json"),
    )
    if results.adapter is not None:
        _write_score(story, results.adapter)
    return results


def _adapter(story: RunStory, folder: Path) -> Path | None:
    key = story.evaluation["adapter"] if story.evaluation is not None else ""
    home = folder / "adapters" / key
    return home if key and home.is_dir() else None


def _write_score(story: RunStory, adapter: Path) -> None:
    """Write the held-out score into the adapter's card; without a manifest it is not ours."""
    if story.attribution is None or not (adapter / MANIFEST).exists():
        return
    manifest = read_manifest(adapter)
    if manifest.key != adapter.name:  # Another one lies in its place, which has no such score.
        return
    # Versions with the same examples share an adapter, and it is named after the first of them.
    follows = story.strategies.get(story.name(manifest.strategy)).strategy
    rows = [
        row for row in story.attribution.rows if (row.student, row.strategy) == ("tuned", False)
    ]
    write_card(adapter, follows, {row.split: row.accuracy for row in rows})
