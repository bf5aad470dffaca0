"""The portability matrix: strategy versions by models, and the smallest model that uses words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from ..evidence.attribution.contrasts import CHANCE, loss_shown
from ..evidence.gate.decide import COVERAGE, plan
from ..evidence.gate.power import UNDETECTABLE
from ..graph.planning.plan import student_size
from ..store.events import (
    Channel,
    Event,
    GateDecided,
    PortabilityMeasured,
    ProbeDecided,
    RunStarted,
    StrategyPromoted,
)
from ..store.log import EventLog
from ..store.strategies.versions import Strategies

_PLACE = re.compile(r"(?:(.+)/)?portability/(\d+)(?:/probe)?$")


class Cell(NamedTuple):
    """What one version does for one model, against the version before it."""

    verdict: Literal["helps", "harms", "unclear", "deaf"]
    channel: Channel
    gain: float
    low: float
    high: float
    pairs: int
    smallest_harm: float | None
    """The smallest harm that so many pairs would likely have shown; None: none at all."""


@dataclass(frozen=True)
class Column:
    """One model that versions were tried on."""

    model: str
    student: bool
    size: float | None
    """Parameters; None where its spec does not tell them."""
    hears: bool | None
    """Whether the probe showed that words help it; None before the probe."""
    harmed: bool = False
    """Whether the probe showed that words harm it: it hears them, to its cost."""

    @property
    def badge(self) -> str:
        """What the probe says of a model that is not helped by words; empty for the others."""
        if self.harmed:
            return "harmed by words"
        return "deaf to words" if self.hears is False else ""


@dataclass(frozen=True)
class Line:
    """One version that was tried on the validators."""

    version: str
    incumbent: str
    promoted: bool
    cells: tuple[Cell | None, ...]
    """One a column; None where it was not tried."""


@dataclass(frozen=True)
class Matrix:
    """Who is helped by what. The first column is the student."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    def users(self) -> list[Column]:
        """The models that words were shown to help, the smallest first, unknown sizes last."""
        shown = [
            column
            for place, column in enumerate(self.columns)
            if column.hears or any(_told(line.cells[place]) for line in self.lines)
        ]
        return sorted(shown, key=lambda it: (it.size is None, it.size or 0.0))

    def smallest(self) -> str:
        """One sentence on the smallest model that can use the words."""
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
            f"{in_millions(first.size)}{more}."
        )

    def as_json(self) -> dict[str, Any]:
        """The content of portability.json: cells by the model's name."""
        names = [column.model for column in self.columns]
        return {
            "models": [asdict(column) for column in self.columns],
            "rows": [
                {
                    "version": line.version,
                    "incumbent": line.incumbent,
                    "promoted": line.promoted,
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


def in_millions(size: float | None) -> str:
    """`135M`, `3.1B`; `size unknown`."""
    if size is None:
        return "size unknown"
    return f"{size / 1e9:.1f}B" if size >= 1e9 else f"{size / 1e6:.0f}M"


def in_words(column: Column, cell: Cell | None) -> str:
    """One cell in words, with the channel that it was measured in where that says more."""
    if cell is None:
        return "not tried"
    measured = (
        f"{100 * cell.gain:+.1f} [{100 * cell.low:+.1f}, {100 * cell.high:+.1f}] "
        f"on {cell.pairs} pairs"
    )
    if cell.channel == "words":
        return f"{cell.verdict} {measured}"
    probed = f"{column.badge}; " if column.badge else ""
    return f"{probed}through weights: {cell.verdict} {measured}"


def smallest_harm(pairs: int) -> float | None:
    """The smallest harm that `pairs` pairs would have shown four times out of five."""
    found = plan(pairs, CHANCE)
    return None if found >= UNDETECTABLE else found


def enough(pairs: int, missing: int) -> bool:
    """Whether the pairs that were answered by both could have shown a harm, as a gate demands."""
    return pairs >= COVERAGE * (pairs + missing) and smallest_harm(pairs) is not None


def objection(event: PortabilityMeasured) -> str:
    """Why a version that has to be portable may not pass for this model; empty if it may."""
    if event.high < 0:
        return f"it harms {event.model}"
    if loss_shown(event.gain, event.high, event.p):
        return f"it likely harms {event.model} (one-sided p = {event.p / 2:.2g})"
    if enough(event.pairs, event.missing):
        return ""
    asked = event.pairs + event.missing
    return (
        f"{event.model} was not measured well enough: both arms answered {event.pairs} of {asked} "
        "problems"
    )


def matrix(log: EventLog, run_id: str) -> Matrix | None:
    """The matrix of a run, read off the log; None for a run that names no validators."""
    start = log.find(run_id, "start")
    assert isinstance(start, RunStarted), f"{run_id} is no run"
    told = _Told(log, run_id)
    specs = list(start.config.get("validators", ()))
    numbers = range(1, max([len(specs), *told.names]) + 1)
    if not numbers:
        return None
    columns = [told.column(0, str(start.config["student"]), start.config["student"])]
    for number in numbers:
        spec = specs[number - 1] if number <= len(specs) else ""
        columns.append(told.column(number, told.names.get(number, spec), spec))
    names = _Names(Strategies(log), start.domain)
    lines = [told.line(names, place, found, numbers) for place, found in told.tried.items()]
    return Matrix(tuple(columns), tuple(lines))


class _Told:
    """What the log says about portability, by its places."""

    def __init__(self, log: EventLog, run_id: str) -> None:
        self.names: dict[int, str] = {}
        """Number of a validator -> its model's name."""
        self.probes: dict[int, ProbeDecided] = {}
        """Number of a validator, 0 for the student -> its probe."""
        self.tried: dict[str, dict[int, PortabilityMeasured]] = {}
        """Place of a gate -> what was measured there, by validator."""
        self._gates: dict[tuple[str, str], GateDecided] = {}
        self._promoted: set[str] = set()
        kinds: list[type[Event]] = [
            ProbeDecided,
            GateDecided,
            PortabilityMeasured,
            StrategyPromoted,
        ]
        for entry in log.entries(stream=run_id, kinds=kinds):
            event = entry.event
            if isinstance(event, ProbeDecided):
                self._probed(event)
            elif isinstance(event, GateDecided):
                self._gates[event.candidate, event.incumbent] = event
            elif isinstance(event, PortabilityMeasured) and (at := _PLACE.match(event.slot)):
                self.tried.setdefault(at[1] or "", {})[int(at[2])] = event
                self.names[int(at[2])] = event.model
            elif isinstance(event, StrategyPromoted):
                self._promoted.add(event.strategy)

    def _probed(self, event: ProbeDecided) -> None:
        at = _PLACE.match(event.slot)
        self.probes[int(at[2]) if at else 0] = event
        if at:
            self.names[int(at[2])] = event.model

    def column(self, number: int, model: str, spec: str) -> Column:
        # The channel says nothing here: it may have been named, or be the only one.
        probe = self.probes.get(number)
        heard, harmed = (None, False) if probe is None else (probe.helped, probe.harmed)
        return Column(model, number == 0, _size(spec), heard, harmed)

    def line(
        self,
        names: "_Names",
        place: str,
        found: Mapping[int, PortabilityMeasured],
        numbers: Sequence[int],
    ) -> Line:
        one = next(iter(found.values()))
        cells = [self._students(one)]
        cells += [_cell(found[number]) if number in found else None for number in numbers]
        return Line(
            names.of(one.candidate),
            names.of(one.incumbent),
            one.candidate in self._promoted,
            tuple(cells),
        )

    def _students(self, one: PortabilityMeasured) -> Cell | None:
        """The student's own cell: its gate."""
        gate = self._gates.get((one.candidate, one.incumbent))
        if gate is None:
            return None
        verdict: Literal["helps", "harms", "unclear", "deaf"] = "unclear"
        if gate.decision == "accept" and gate.claim == "better":
            verdict = "helps"
        elif gate.high < 0:
            verdict = "harms"
        elif gate.channel == "words" and gate.low <= 0 and self._deaf():
            verdict = "deaf"
        measured = (gate.channel, gate.gain, gate.low, gate.high, gate.pairs)
        return Cell(verdict, *measured, smallest_harm(gate.pairs))

    def _deaf(self) -> bool:
        probe = self.probes.get(0)
        return probe is not None and not (probe.helped or probe.harmed)


class _Names(NamedTuple):
    strategies: Strategies
    domain: str

    def of(self, strategy: str) -> str:
        return f"{self.domain}@{self.strategies.number(self.domain, strategy)}"


def _cell(event: PortabilityMeasured) -> Cell:
    measured = (event.channel, event.gain, event.low, event.high, event.pairs)
    return Cell(event.verdict, *measured, smallest_harm(event.pairs))


def _told(cell: Cell | None) -> bool:
    return cell is not None and (cell.verdict, cell.channel) == ("helps", "words")


def _size(spec: str) -> float | None:
    return student_size(spec) or None
