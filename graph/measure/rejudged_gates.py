"""Gates of a run, decided again on other readings of the replies that they were decided on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from ...evidence.gate.decide import GateVerdict
from ...evidence.gate.settings import GateSettings
from ...store import slots
from ...store.events import AttemptJudged, GateDecided
from ...store.log import Log
from ...store.readings import apply_reading, newest_readings
from ..config.config import RunConfig
from .acceptance import settings_of
from .gate import Arms, decide_by_race

CLOSE = 1e-9
"""Two gains that differ by less are one: the last digits depend on the processor."""
Reader = Callable[[str], AttemptJudged | None]
"""Slot of an attempt -> the attempt, by one reading of it."""


@dataclass(frozen=True)
class RejudgedGate:
    """One gate, with what it would decide on today's readings of its block."""

    gate: GateDecided
    now: GateVerdict | None
    """None where that is not known."""
    outcome: Literal["same", "changed", "asks on", "unknown"]
    """`asks on`: it was stopped early and would not be today, and nobody has the other replies.
    `unknown`: some replies are left out, or the readings of then do not give the decision of then.
    """


class _AskedOn(Exception):
    """The gate would go on to problems that were never put to its arms."""


def decide_again(
    log: Log, run_id: str, config: RunConfig, today: Mapping[str, AttemptJudged]
) -> Iterator[RejudgedGate]:
    """Yield each gate that asked for replies; `today` are its attempts by slot, as read today."""
    for entry in log.entries(stream=run_id, kinds=[GateDecided]):
        match entry.event:
            case GateDecided() as gate if gate.candidate_attempts:
                yield _decide_again(gate, config, _reader(log, run_id, entry.seq), today.get)


def _reader(log: Log, run_id: str, until: int) -> Reader:
    """Return the attempts as they were read at a place of the log."""
    readings = newest_readings(log, run_id, until=until)

    def read_then(attempt: str) -> AttemptJudged | None:
        found = log.find(AttemptJudged, run_id, attempt)
        return found and apply_reading(found, readings.get(attempt))

    return read_then


def _decide_again(
    gate: GateDecided, config: RunConfig, read_then: Reader, read_now: Reader
) -> RejudgedGate:
    settings = _settings(gate, config)
    then, now = (_arms(gate, settings, read) for read in (read_then, read_now))
    if then is None or now is None or not _agrees(gate, _decide(gate, settings, then)):
        return RejudgedGate(gate, None, "unknown")
    verdict = _decide(gate, settings, now)
    if verdict is None:
        return RejudgedGate(gate, None, "asks on")
    same = verdict.decision == gate.decision
    return RejudgedGate(gate, verdict, "same" if same else "changed")


def _settings(gate: GateDecided, config: RunConfig) -> GateSettings:
    """Return what the gate decided by; one by hand spends all of alpha on its one decision."""
    settings = replace(settings_of(config, gate.claim), floor=gate.floor)
    return replace(settings, decisions=1) if gate.by_hand else settings


def _arms(gate: GateDecided, settings: GateSettings, read: Reader) -> Arms | None:
    """Return both arms' attempts on the block; None where one of them is not there."""
    found = [
        [
            read(slots.below(arm, problem, sample))
            for problem in gate.block
            for sample in range(settings.replicates)
        ]
        for arm in (gate.candidate_attempts, gate.incumbent_attempts)
    ]
    new, old = ([it for it in arm if it is not None] for arm in found)
    return (new, old) if len(new) == len(old) == len(found[0]) else None


def _decide(gate: GateDecided, settings: GateSettings, arms: Arms) -> GateVerdict | None:
    """Return the verdict on the arms; None where the gate would want replies that nobody has."""

    def ask(asked: int) -> Arms:
        if asked > len(gate.block):
            raise _AskedOn
        new, old = (arm[: asked * settings.replicates] for arm in arms)
        return new, old

    try:
        return decide_by_race(gate.planned, settings, ask)[1]
    except _AskedOn:
        return None


def _agrees(gate: GateDecided, verdict: GateVerdict | None) -> bool:
    """Tell whether a verdict is the recorded one."""
    if verdict is None:
        return False
    return verdict.decision == gate.decision and abs(verdict.gain - gate.gain) < CLOSE
