"""What the log says about the strategies of one domain: their order, their gates, who stands.

A promotion puts a version on top of its branch and on top of the domain. A rollback takes the
versions above its target off its branch. It moves the domain only where the domain's current
version came from that branch: undoing one run never undoes another.
"""

from dataclasses import dataclass, field

from .events import GateDecided, StrategyPromoted, StrategyProposed, StrategyRolledBack
from .rules import EMPTY

Told = StrategyProposed | GateDecided | StrategyPromoted | StrategyRolledBack
"""The kinds from which versions are read."""


@dataclass
class Lineage:
    """Fold the events of one domain into it, in log order."""

    proposals: dict[str, StrategyProposed] = field(default_factory=dict)
    """Hash -> its first proposal; the place in this order is the version's number, from 1."""
    gates: dict[str, list[GateDecided]] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    """Branch -> the promoted versions that stand on it, the current one last."""
    standing: list[tuple[str, str]] = field(default_factory=list)
    """(branch, hash) of the promotions that stand in the domain, the current one last."""
    promoted: set[str] = field(default_factory=set)
    taken_back: set[str] = field(default_factory=set)

    def fold(self, event: Told) -> None:
        if isinstance(event, StrategyProposed):
            self.lines.setdefault(event.branch, [])
            if event.strategy != EMPTY.hash:
                self.proposals.setdefault(event.strategy, event)
        elif isinstance(event, GateDecided):
            self.gates.setdefault(event.candidate, []).append(event)
        elif event.strategy not in self.proposals and event.strategy != EMPTY.hash:
            return  # No version to show: whoever recorded this named a hash out of nowhere.
        elif isinstance(event, StrategyPromoted):
            self._promote(event.branch, event.strategy)
        else:
            self._roll_back(event.branch, event.strategy)

    def current(self, branch: str | None = None) -> str:
        """Hash of the version that is current in the domain, or on one branch of it."""
        if branch is not None:
            line = self.lines.get(branch, [])
            return line[-1] if line else EMPTY.hash
        return self.standing[-1][1] if self.standing else EMPTY.hash

    def leads(self, branch: str) -> bool:
        """Whether the domain's current version was promoted on `branch`."""
        return bool(self.standing) and self.standing[-1][0] == branch

    def before(self, branch: str) -> str:
        """What a rollback of `branch` returns to when nobody names a version."""
        line = self.lines.get(branch, [])
        if len(line) > 1:
            return line[-2]
        if self.leads(branch):
            below = [strategy for _, strategy in self.standing if strategy != line[-1]]
            return below[-1] if below else EMPTY.hash
        return EMPTY.hash

    def may_return_to(self, branch: str, strategy: str) -> bool:
        """Whether `strategy` stands below the branch's current version, or anywhere beside it."""
        stands = {EMPTY.hash, *self.lines.get(branch, []), *(each for _, each in self.standing)}
        return strategy in stands - {self.current(branch)}

    def _promote(self, branch: str, strategy: str) -> None:
        line = self.lines.setdefault(branch, [])
        if line[-1:] != [strategy]:
            line.append(strategy)
        if self.standing[-1:] != [(branch, strategy)]:
            self.standing.append((branch, strategy))
        self.promoted.add(strategy)
        self.taken_back.discard(strategy)

    def _roll_back(self, branch: str, strategy: str) -> None:
        led = self.leads(branch)
        line = self.lines.setdefault(branch, [])
        keep = _through(line, strategy)
        gone = set(line[keep:])
        del line[keep:]
        if not keep and strategy != EMPTY.hash:
            line.append(strategy)
        self.taken_back |= gone - set(line)
        if not led:
            self.standing = [it for it in self.standing if it[0] != branch or it[1] in line]
            return
        del self.standing[_through([each for _, each in self.standing], strategy) :]
        if not self.standing and strategy != EMPTY.hash:
            self.standing.append((branch, strategy))


def _through(line: list[str], strategy: str) -> int:
    """How much of `line` remains when it is cut behind the newest `strategy`."""
    for place in range(len(line), 0, -1):
        if line[place - 1] == strategy:
            return place
    return 0
