"""Lineage of one domain, folded from the log: its versions, their gates, which one is current.

A promotion puts a version on top of its branch and on top of the domain. A rollback takes what
was promoted above its target off its branch, and with it off the domain: a branch returns to its
own past, the domain to what stood before in it, and undoing one run never undoes another.
"""

from dataclasses import dataclass, field
from typing import Literal

from .. import slots
from ..events import GateDecided, StrategyPromoted, StrategyProposed, StrategyRolledBack
from ..rules import EMPTY

Status = Literal["proposed", "accepted", "rejected", "indecisive", "current", "rolled back"]
_VERDICTS: dict[str, Status] = {
    "accept": "accepted",
    "reject": "rejected",
    "indecisive": "indecisive",
}

LineageEvent = StrategyProposed | GateDecided | StrategyPromoted | StrategyRolledBack
"""The kinds that a lineage is folded from."""


@dataclass
class Lineage:
    """Fold the events of one domain into it, in log order."""

    proposals: dict[str, StrategyProposed] = field(default_factory=dict)
    """Hash -> its first proposal; the place in this order is the version's number, from 1."""
    gates: dict[str, list[GateDecided]] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    """Branch -> the promoted versions that stand on it, the current one last."""
    standing: list[tuple[str, int]] = field(default_factory=list)
    """(branch, place on it from 1) of what stands in the domain, the current one last."""
    promoted: dict[str, str] = field(default_factory=dict)
    """Hash -> `stream#slot` of the gate that promoted it last; empty where a person did."""
    taken_back: set[str] = field(default_factory=set)

    def fold(self, event: LineageEvent) -> None:
        if isinstance(event, StrategyProposed):
            self.lines.setdefault(event.branch, [])
            if event.strategy != EMPTY.hash:
                self.proposals.setdefault(event.strategy, event)
        elif isinstance(event, GateDecided):
            self.gates.setdefault(event.candidate, []).append(event)
        elif event.strategy not in self.proposals and event.strategy != EMPTY.hash:
            return  # No version to show: whoever recorded this named a hash out of nowhere.
        elif isinstance(event, StrategyPromoted):
            self._promote(event)
        else:
            self._roll_back(event.branch, event.strategy)

    def current(self, branch: str | None = None) -> str:
        """Return the hash of the version that is current in the domain, or on one branch of it."""
        if branch is not None:
            line = self.lines.get(branch, [])
            return line[-1] if line else EMPTY.hash
        if not self.standing:
            return EMPTY.hash
        leader, place = self.standing[-1]
        return self.lines[leader][place - 1]

    def leading_branch(self) -> str:
        """Return the branch on which the domain's current version was promoted; empty for none."""
        return self.standing[-1][0] if self.standing else ""

    def previous(self, branch: str) -> str:
        """Return the hash that a rollback of `branch` returns to when nobody names a version."""
        line = self.lines.get(branch, [])
        return line[-2] if len(line) > 1 else EMPTY.hash

    def may_return_to(self, branch: str, strategy: str) -> bool:
        """Tell whether the branch once stood at `strategy`, below where it stands now."""
        stands = {EMPTY.hash, *self.lines.get(branch, [])}
        return strategy in stands - {self.current(branch)}

    def decisive_gate(self, strategy: str) -> GateDecided | None:
        """Return the gate that promoted a version, else the last that a run made of itself.

        A gate by hand counts only where there is no other: it is evidence, no second chance.
        """
        gates = self.gates.get(strategy, [])
        promoting = [it for it in gates if slots.reference(it) == self.promoted.get(strategy)]
        of_runs = [it for it in gates if not slots.parse(it.slot).by_hand]
        telling = promoting or of_runs or gates
        return telling[-1] if telling else None

    def status(self, strategy: str) -> Status:
        """Return the state of a version in one word, for people."""
        if self.current() == strategy:
            return "current"
        if strategy in self.taken_back:
            return "rolled back"
        if strategy in self.promoted:
            return "accepted"
        gate = self.decisive_gate(strategy)
        return _VERDICTS[gate.decision] if gate else "proposed"

    def _promote(self, event: StrategyPromoted) -> None:
        branch, strategy = event.branch, event.strategy
        line = self.lines.setdefault(branch, [])
        # Promoted again after another branch took the lead: a step of its own, to take back.
        if line[-1:] != [strategy] or self.standing[-1:] != [(branch, len(line))]:
            line.append(strategy)
            self.standing.append((branch, len(line)))
        self.promoted[strategy] = event.gate
        self.taken_back.discard(strategy)

    def _roll_back(self, branch: str, strategy: str) -> None:
        line = self.lines.setdefault(branch, [])
        keep = _length_through(line[:-1], strategy)
        gone = set(line[keep:])
        del line[keep:]
        self.taken_back |= gone - {each for stands in self.lines.values() for each in stands}
        self.standing = [it for it in self.standing if it[0] != branch or it[1] <= keep]


def _length_through(line: list[str], strategy: str) -> int:
    """Return the length of `line` when it is cut behind the newest `strategy`."""
    for place in range(len(line), 0, -1):
        if line[place - 1] == strategy:
            return place
    return 0
