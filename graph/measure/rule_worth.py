"""Worth of each rule, projected from the log: measured by leaving it out, else by its gate."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypeVar
from weakref import WeakKeyDictionary

from ...evidence.effects import ALPHA, Estimate, pool, sign_test
from ...store.edits import Update
from ...store.edits.difference import fewest_moves
from ...store.events import Channel, CreditMeasured, GateDecided, StrategyProposed
from ...store.log import Log
from ...store.rules import EMPTY, Rule, Strategy
from ...store.slots import parse

E = TypeVar("E", CreditMeasured, GateDecided)

_KINDS = (StrategyProposed, CreditMeasured, GateDecided)
"""The kinds that the worth of rules is projected from."""


@dataclass(frozen=True)
class RuleWorth:
    """Measured effect of having one rule."""

    rule: str
    gain: float
    """Of having it; below zero where it does harm."""
    low: float
    high: float
    """95 % interval of the gain."""
    n: int
    """Pairs of answers: with it and without it."""
    wins: int
    losses: int
    p: float
    """Two-sided. Of one credit measurement its own, which weighs graded scores by their size;
    of several, and of a gate, the exact sign test of the wins against the losses."""
    source: Literal["credit", "gate"]
    """`credit`: the rule alone was left out. `gate`: all that came with it counts too."""
    channel: Channel
    version: str
    """Name of the version that it was last left out of, or of the one that brought it."""
    wording: Rule | None = None
    """The rule as it was measured: a later UPDATE of it is not."""
    stopped: bool = False
    """Its gate stopped early because it was losing, and so was caught at its worst."""

    @property
    def helps(self) -> bool:
        """Tell whether the rule helps: gain, interval, wins and the test must all say so.

        With graded scores a few large wins can outweigh many small losses. Then the mean and the
        sign test are about different things, and their p-values prove nothing of each other.
        """
        return min(self.gain, self.low, self.wins - self.losses) > 0 and self.p <= ALPHA

    @property
    def harms(self) -> bool:
        """Tell whether the rule harms, likewise, by a gate that was not stopped for it."""
        lost = max(self.gain, self.high, self.wins - self.losses) < 0
        return lost and self.p <= ALPHA and not self.stopped

    @property
    def verdict(self) -> Literal["helps", "harms", "unclear"]:
        """Return what the measurement says of having the rule."""
        return "helps" if self.helps else "harms" if self.harms else "unclear"

    def is_of(self, rule: Rule) -> bool:
        """Tell whether it was measured of this very wording, or of none that is known."""
        return self.wording in (None, rule)

    def as_text(self) -> str:
        """Return one line: the verdict, the numbers, and what they were measured by."""
        how = (
            f"left out of {self.version}"
            if self.source == "credit"
            else f"the gate of {self.version}, which brought it, through {self.channel}"
        )
        if self.stopped:
            how += "; stopped early, so biased down"
        return (
            f"{self.verdict}: {100 * self.gain:+.1f} points, 95 % interval {100 * self.low:+.1f} "
            f"to {100 * self.high:+.1f}, {self.n} pairs, p {self.p:.2g}; {how}"
        )


def rule_worths(
    log: Log, domain: str, *, stream: str | None = None, after: int = 0
) -> dict[str, RuleWorth]:
    """Return rule id -> its worth, measured by `stream` (None: by any), behind `after` in the log.

    Leaving the rule out counts first: its measurements are pooled over rounds as long as rule and
    adapter are those of the newest one and no problem counts twice. A rule that was never left
    out, such as any in the `weights` channel, has the effect of the first gate whose candidate
    had it and whose incumbent had not: that of the version that brought it, with all it brought.
    """
    reader = _READERS.setdefault(log, {}).setdefault(domain, _DomainReader())
    reader.go_on(log, domain)
    said, names = reader.said, reader.names
    gates, credits = _select(reader.gates, stream, after), _select(reader.credits, stream, after)
    credits = [it for it in credits if it.rule in said.get(it.strategy, {})]
    found: dict[str, RuleWorth] = {}
    for gate in sorted(gates, key=lambda it: parse(it.slot).by_hand):
        before = said.get(gate.incumbent, {})
        for rule, wording in said.get(gate.candidate, {}).items():
            if rule not in before and rule not in found:
                found[rule] = _worth_from_gate(gate, wording, names[gate.candidate])
    for rule, measured in groupby(sorted(credits, key=lambda it: it.rule), lambda it: it.rule):
        newest, *older = reversed(list(measured))
        wording = said[newest.strategy][rule]
        counted = [newest]
        for it in older:
            alike = it.adapter == newest.adapter and said[it.strategy][rule] == wording
            if alike and not any(set(it.problems) & set(other.problems) for other in counted):
                counted.append(it)
        found[rule] = _worth_from_credit(counted, wording, names[newest.strategy])
    return found


def current_worths(strategy: Strategy, worths: Mapping[str, RuleWorth]) -> dict[str, RuleWorth]:
    """Return the worths that were measured of the rules as `strategy` words them."""
    return {
        rule.id: worth
        for rule in strategy.rules
        if (worth := worths.get(rule.id)) and worth.is_of(rule)
    }


def order_by_worth(strategy: Strategy, worths: Mapping[str, RuleWorth]) -> list[str]:
    """Return the rules' ids, the helpful first, by gain, and the harmful last.

    What is unclear or unmeasured stays in the middle in the order it has: noise moves nothing.
    """
    sure = {
        rule: worth.gain
        for rule, worth in current_worths(strategy, worths).items()
        if worth.helps or worth.harms
    }
    return sorted((rule.id for rule in strategy.rules), key=lambda rule: -sure.get(rule, 0.0))


def reorder_edits(strategy: Strategy, worths: Mapping[str, RuleWorth]) -> tuple[Update, ...]:
    """Return the edits that order the rules by their worth; none where they are in that order."""
    return tuple(
        Update(rule=rule, place=place, rationale="In the order of measured worth.")
        for rule, place in fewest_moves(
            [rule.id for rule in strategy.rules], order_by_worth(strategy, worths)
        )
    )


class _DomainReader:
    """Reads the measurements of one domain from one log, on from where it last stopped."""

    def __init__(self) -> None:
        self.said: dict[str, dict[str, Rule]] = {EMPTY.hash: {}}
        """Hash of each version -> its rules by id."""
        self.names: dict[str, str] = {}
        """Hash of each version -> what it is called."""
        self.credits: list[tuple[int, CreditMeasured]] = []
        self.gates: list[tuple[int, GateDecided]] = []
        self._seen = 0
        self._lock = threading.Lock()

    def go_on(self, log: Log, domain: str) -> None:
        with self._lock:
            for entry in log.entries(kinds=_KINDS, after=self._seen):
                self._seen = entry.seq
                match entry.event:
                    case StrategyProposed() as it if it.domain == domain:
                        if it.strategy not in self.said:
                            self.said[it.strategy] = {rule.id: rule for rule in it.rules}
                            self.names[it.strategy] = f"{domain}@{len(self.names) + 1}"
                    case CreditMeasured() as it if it.domain == domain and it.n:
                        self.credits.append((entry.seq, it))
                    case GateDecided() as it if it.domain == domain and it.pairs:
                        self.gates.append((entry.seq, it))


_READERS: WeakKeyDictionary[Log, dict[str, _DomainReader]] = WeakKeyDictionary()
"""One a log and domain: a run asks several times a round, and nothing is ever read anew."""


def _select(found: list[tuple[int, E]], stream: str | None, after: int) -> list[E]:
    return [it for seq, it in found if seq > after and stream in (None, it.stream)]


def _worth_from_gate(gate: GateDecided, wording: Rule, version: str) -> RuleWorth:
    return RuleWorth(
        rule=wording.id,
        gain=gate.gain,
        low=gate.low,
        high=gate.high,
        n=gate.pairs,
        wins=gate.wins,
        losses=gate.losses,
        p=sign_test(gate.wins, gate.losses),
        source="gate",
        channel=gate.channel,
        version=version,
        wording=wording,
        stopped=gate.saved > 0,
    )


def _worth_from_credit(counted: Sequence[CreditMeasured], wording: Rule, version: str) -> RuleWorth:
    pooled = pool([Estimate(it.n, it.gain, it.low, it.high) for it in counted])
    wins, losses = sum(it.wins for it in counted), sum(it.losses for it in counted)
    return RuleWorth(
        rule=wording.id,
        gain=pooled.gain,
        low=pooled.low,
        high=pooled.high,
        n=pooled.n,
        wins=wins,
        losses=losses,
        p=counted[0].p if len(counted) == 1 else sign_test(wins, losses),
        source="credit",
        channel="words",
        version=version,
        wording=wording,
    )
