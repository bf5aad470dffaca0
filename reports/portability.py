"""Portability matrix: strategy versions by models, and the smallest model that uses words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

from ..graph.measure.channel_rule import words_harm, words_help, words_move
from ..graph.measure.portability_rule import smallest_harm
from ..models import facts_by_name
from ..store import slots
from ..store.events import (
    Channel,
    GateDecided,
    PortabilityMeasured,
    ProbeDecided,
    RunStarted,
    StrategyPromoted,
)
from ..store.log import Log
from ..store.strategies.versions import Strategies
from .wording import gain_text, version_name

PortabilityVerdict = Literal["helps", "harms", "unclear", "deaf"]


class Cell(NamedTuple):
    """Effect of one version on one model, against the version before it."""

    verdict: PortabilityVerdict
    channel: Channel
    gain: float
    low: float
    high: float
    pairs: int
    smallest_harm: float | None
    """The smallest harm that so many pairs would likely have shown; None: none at all."""


@dataclass(frozen=True)
class Column:
    """Model that versions were tried on."""

    model: str
    student: bool
    size: float | None
    """Parameters; None where its spec does not tell them."""
    hears: bool | None
    """True if the probe showed that words help it; None before the probe."""
    harmed: bool = False
    """True if the probe showed that words harm it: it hears them, to its cost."""

    @property
    def badge(self) -> str:
        """Name what the probe says of a model that words do not help; empty for the others."""
        if self.harmed:
            return "harmed by words"
        return "deaf to words" if self.hears is False else ""


@dataclass(frozen=True)
class Line:
    """Version that was tried on the validators."""

    version: str
    incumbent: str
    promoted: bool
    cells: tuple[Cell | None, ...]
    """One a column; None where it was not tried."""


@dataclass(frozen=True)
class Matrix:
    """Versions by models. The first column is the student."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    def users(self) -> list[Column]:
        """Return the models that words were shown to help, the smallest first."""
        shown = [
            column
            for place, column in enumerate(self.columns)
            if column.hears or any(_helps_in_words(line.cells[place]) for line in self.lines)
        ]
        return sorted(shown, key=lambda it: (it.size is None, it.size or 0.0))

    def smallest(self) -> str:
        """Return one sentence on the smallest model that can use the words."""
        probed = [column.model for column in self.columns if column.hears is not None]
        if not (users := self.users()):
            if len(probed) == len(self.columns):
                return "None of these models is shown to use words."
            shown = f"{', '.join(probed)} is not shown to" if probed else "No model was probed to"
            return f"{shown} use words; a validator is probed when a version first reaches it."
        first, *others = users
        if first.size is None:
            named = ", ".join(column.model for column in users)
            return f"Words are shown to help {named}; how large that is, no spec tells."
        unknown = [column.model for column in others if column.size is None]
        more = f" (of unknown size: {', '.join(unknown)})" if unknown else ""
        return (
            f"The smallest model that can use the words is {first.model}, "
            f"{model_size(first.size)}{more}."
        )

    def as_json(self) -> dict[str, Any]:
        """Return the content of portability.json: cells by the model's name."""
        names = [column.model for column in self.columns]
        return {
            "models": [asdict(column) for column in self.columns],
            "rows": [
                vars(line)
                | {
                    "cells": [
                        {"model": name, **cell._asdict()}
                        for name, cell in zip(names, line.cells, strict=True)
                        if cell is not None
                    ],
                }
                for line in self.lines
            ],
            "smallest": self.smallest(),
        }


def model_size(size: float | None) -> str:
    """Return the size of a model: `135M`, `3.1B`, `size unknown`."""
    if size is None:
        return "size unknown"
    return f"{size / 1e9:.1f}B" if size >= 1e9 else f"{size / 1e6:.0f}M"


def cell_text(column: Column, cell: Cell | None) -> str:
    """Return one cell in words, with its channel where that says more."""
    if cell is None:
        return "not tried"
    measured = f"{gain_text(cell.gain, cell.low, cell.high)} on {cell.pairs} pairs"
    if cell.channel == "words":
        return f"{cell.verdict} {measured}"
    probed = f"{column.badge}; " if column.badge else ""
    return f"{probed}through weights: {cell.verdict} {measured}"


def portability_matrix(log: Log, run_id: str) -> Matrix | None:
    """Read the matrix of a run off its log; None for a run that names no validators."""
    start = log.find(RunStarted, run_id, slots.START)
    assert start is not None, f"{run_id} is no run"
    events = _Events(log, run_id)
    specs = list(start.config.get("validators", ()))
    numbers = range(1, max([len(specs), *events.names]) + 1)
    if not numbers:
        return None
    columns = [events.column(0, str(start.config["student"]), start.config["student"])]
    for number in numbers:
        spec = specs[number - 1] if number <= len(specs) else ""
        columns.append(events.column(number, events.names.get(number, spec), spec))
    name = partial(version_name, Strategies(log), start.domain)
    lines = [events.line(name, effects, numbers) for effects in events.tried.values()]
    return Matrix(tuple(columns), tuple(lines))


class _Events:
    """Events about portability, by validator and by gate."""

    def __init__(self, log: Log, run_id: str) -> None:
        self.names: dict[int, str] = {}
        """Number of a validator -> its model's name."""
        self.probes: dict[int, ProbeDecided] = {}
        """Number of a validator, 0 for the student -> its probe."""
        self.tried: dict[str, dict[int, PortabilityMeasured]] = {}
        """Place of a gate -> what was measured there, by validator."""
        gates = log.events(GateDecided, stream=run_id)
        self._gates = {(it.candidate, it.incumbent): it for it in gates}
        promotions = log.events(StrategyPromoted, stream=run_id)
        self._promoted = {event.strategy for event in promotions}
        for probe in log.events(ProbeDecided, stream=run_id):
            number = slots.validator_of(probe.slot)
            self.probes[number] = probe
            self.names |= {number: probe.model} if number else {}
        for event in log.events(PortabilityMeasured, stream=run_id):
            number = slots.validator_of(event.slot)
            self.tried.setdefault(slots.tried_step(event.slot), {})[number] = event
            self.names[number] = event.model

    def column(self, number: int, model: str, spec: str) -> Column:
        # The channel says nothing here: it may have been named, or be the only one.
        probe = self.probes.get(number)
        heard, harmed = (None, False) if probe is None else (words_help(probe), words_harm(probe))
        size = facts_by_name(spec).size.parameters or None
        return Column(model, number == 0, size, heard, harmed)

    def line(
        self,
        name: Callable[[str], str],
        effects: Mapping[int, PortabilityMeasured],
        numbers: Sequence[int],
    ) -> Line:
        one = next(iter(effects.values()))
        tried = [effects.get(number) for number in numbers]
        cells = [self._students(one), *(_cell(it.verdict, it) if it else None for it in tried)]
        return Line(
            name(one.candidate),
            name(one.incumbent),
            one.candidate in self._promoted,
            tuple(cells),
        )

    def _students(self, one: PortabilityMeasured) -> Cell | None:
        """Return the student's own cell: its gate."""
        gate = self._gates.get((one.candidate, one.incumbent))
        if gate is None:
            return None
        probe = self.probes.get(0)
        verdict: PortabilityVerdict = "unclear"
        if gate.decision == "accept" and gate.claim == "better":
            verdict = "helps"
        elif gate.high < 0:
            verdict = "harms"
        elif gate.channel == "words" and gate.low <= 0 and probe and not words_move(probe):
            verdict = "deaf"
        return _cell(verdict, gate)


def _cell(verdict: PortabilityVerdict, event: GateDecided | PortabilityMeasured) -> Cell:
    measured = (event.channel, event.gain, event.low, event.high, event.pairs)
    return Cell(verdict, *measured, smallest_harm(event.pairs))


def _helps_in_words(cell: Cell | None) -> bool:
    return cell is not None and (cell.verdict, cell.channel) == ("helps", "words")
