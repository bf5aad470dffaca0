"""What a run leaves in its folder, made from the log alone and as often as anybody likes."""

import json
import os
from pathlib import Path
from typing import NamedTuple

from ..store.log import EventLog
from ..store.rules import EMPTY, Strategy
from ..store.strategies.export import to_markdown
from ..trainer.adapter import write_card
from ..trainer.manifest import MANIFEST, read_manifest
from .html.facts import Facts, read
from .html.page import render
from .html.results import as_data


class Results(NamedTuple):
    """The files of a run."""

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


def write_results(log: EventLog, run_id: str, folder: Path) -> Results:
    """Write `report.html`, `strategy.md` and the JSON files into `folder`, which is the run's.

    The same log gives the same bytes. An unfinished run gets a page that says so, and no
    `attribution.json`; only a run that names validators has a `portability.json`. Once evaluated,
    the final adapter's card and manifest hold its held-out score too. Raises LookupError for an
    unknown run.
    """
    told = read(log, run_id)
    folder.mkdir(parents=True, exist_ok=True)
    data = as_data(told)
    results = Results(
        report=folder / "report.html",
        strategy=folder / "strategy.md",
        attribution=None if data is None else folder / "attribution.json",
        adapter=_adapter(told, folder),
        portability=None if told.matrix is None else folder / "portability.json",
    )
    _replace(results.report, render(told))
    _replace(results.strategy, to_markdown(told.version()))
    if results.attribution is not None and data is not None:
        _replace(results.attribution, data)
    if results.portability is not None and told.matrix is not None:
        _replace(results.portability, json.dumps(told.matrix.as_json(), indent=2) + "\n")
    if results.adapter is not None:
        _score(told, results.adapter)
    return results


def _adapter(told: Facts, folder: Path) -> Path | None:
    key = told.record["adapter"] if told.record is not None else ""
    home = folder / "adapters" / key
    return home if key and home.is_dir() else None


def _score(told: Facts, adapter: Path) -> None:
    """Tell the adapter's finder how it did. One without a sheet was not saved by our trainer."""
    if told.table is None or not (adapter / MANIFEST).exists():
        return
    # Versions with the same examples share an adapter, and it is named after the first of them.
    follows = _strategy(told, read_manifest(adapter).strategy)
    rows = [row for row in told.table.rows if (row.student, row.strategy) == ("tuned", False)]
    write_card(adapter, follows, {row.split: row.accuracy for row in rows})


def _strategy(told: Facts, strategy: str) -> Strategy:
    if strategy == EMPTY.hash:
        return EMPTY
    return told.strategies.get(told.name(strategy)).strategy


def _replace(path: Path, text: str) -> None:
    """Readers see the old file or the new one, never half of either."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
