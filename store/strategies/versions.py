"""Versions of every strategy, and which one is current, projected from the log.

Versions are numbered per domain in the order in which they were first proposed, the refused
ones too; `scheduling@0` is the empty strategy. Nothing is kept here that the log does not say.
"""

import re
import threading
from dataclasses import dataclass
from typing import get_args

from ..events import GateDecided, StrategyPromoted, StrategyRolledBack
from ..log import Log
from ..rules import EMPTY, Strategy
from .lineage import Lineage, LineageEvent, Status
from .promotion_rules import check_promotion, check_rollback, refuse_return

_HASH = re.compile(r"[0-9a-f]{6,64}")
_SHORT = re.compile(r"[0-9a-f]{1,5}")


@dataclass(frozen=True)
class Version:
    """One strategy of a domain, with what was decided about it so far."""

    domain: str
    number: int
    strategy: Strategy
    parents: tuple[str, ...]
    """Hashes of the versions it was edited from."""
    branch: str
    """Where it was first proposed: `domain/run` or `domain/import`; empty for `@0`."""
    stream: str
    slot: str
    """Of the StrategyProposed that made it; empty for `@0`."""
    status: Status
    """`current` is the domain's current version; what stood before it stays `accepted`."""
    gates: tuple[GateDecided, ...]
    """The gates it was a candidate in, oldest first."""
    gate: GateDecided | None = None
    """The one that promoted it, else the last one of its run; one by hand where it has no other."""

    @property
    def name(self) -> str:
        return f"{self.domain}@{self.number}"

    @property
    def hash(self) -> str:
        return self.strategy.hash


class Strategies:
    """Versions that a log tells of. Every call sees what was recorded before it."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lineages: dict[str, Lineage] = {}
        self._seen = 0
        """Place up to which the log has been read."""
        self._lock = threading.Lock()

    def get(self, ref: str) -> Version:
        """Find a version by name, domain, branch or hash.

        `scheduling@3`; `scheduling` (current in the domain); `scheduling/run` (current on the
        branch); a hash or six and more of its first digits. Raises LookupError, listing what
        exists, when nothing or more than one version answers to `ref`.
        """
        self._refresh()
        domain, at, number = ref.partition("@")
        if at and domain and number.isdecimal():
            return self._by_number(domain, int(number), ref)
        if ref in self._lineages:
            return self._version(ref, self._lineages[ref].current())
        for domain, lineage in self._lineages.items():
            if ref in lineage.lines:
                return self._version(domain, lineage.current(ref))
        found = self._by_hash(ref)
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(version.name for version in found)
            raise LookupError(f"{ref!r} could be any of {names}. Name one of them.")
        raise self._unknown_error(ref)

    def versions(self, domain: str | None = None) -> list[Version]:
        """Return the versions in store order, refused ones too; `@0` is not among them."""
        self._refresh()
        return [
            self._version(name, strategy)
            for name, lineage in self._lineages.items()
            if domain in (None, name)
            for strategy in lineage.proposals
        ]

    def domains(self) -> list[str]:
        """Return the domains that the log tells of, in order of first mention."""
        self._refresh()
        return list(self._lineages)

    def branches(self, domain: str) -> list[str]:
        """Return the branches of a domain, in order of first mention."""
        self._refresh()
        return list(self._lineage(domain).lines)

    def current(self, domain: str, branch: str | None = None) -> Version:
        """Return the newest promotion that stands, in the domain or on a branch; `@0` for none."""
        self._refresh()
        return self._version(domain, self._lineage(domain).current(branch))

    def leading_branch(self, domain: str) -> str:
        """Return the branch on which the domain's current version was promoted; empty for none."""
        self._refresh()
        return self._lineage(domain).leading_branch()

    def number(self, domain: str, strategy_hash: str) -> int:
        """Return the number of a version; 0 for the empty strategy."""
        self._refresh()
        if strategy_hash == EMPTY.hash:
            return 0
        for number, known in enumerate(self._lineage(domain).proposals, start=1):
            if known == strategy_hash:
                return number
        raise self._unknown_error(f"{domain} {strategy_hash[:12]}")

    def promote(
        self,
        domain: str,
        branch: str,
        strategy_hash: str,
        *,
        stream: str,
        slot: str,
        gate: str = "",
        by: str = "gate",
        reason: str = "",
    ) -> StrategyPromoted:
        """Make a version current. `gate` is `stream#slot` of the gate that accepted it.

        A slot that is taken hands back what stands there. Raises PromotionRefused unless that
        gate exists and accepted this very version, or a person (`by`) gives a reason.
        """
        promotion = StrategyPromoted(
            stream=stream,
            slot=slot,
            domain=domain,
            branch=branch,
            strategy=strategy_hash,
            gate=gate,
            by=by,
            reason=reason,
        )
        if self._log.find(StrategyPromoted, stream, slot) is None:
            name = f"{domain}@{self.number(domain, strategy_hash)}"
            check_promotion(self._log, promotion, name)
        return self._log.record(promotion)

    def rollback(
        self,
        domain: str,
        branch: str,
        to_ref: str | None = None,
        *,
        by: str,
        reason: str = "",
        stream: str,
        slot: str,
    ) -> StrategyRolledBack:
        """Return a branch to an earlier version of its own; without `to_ref`, to the one before.

        The domain returns to what stood in it before all that is taken back. A slot that is taken
        hands back what stands there. Raises PromotionRefused when there is nothing to take back,
        or when the branch was never at `to_ref`: that needs a promotion.
        """
        target = EMPTY.hash
        if self._log.find(StrategyRolledBack, stream, slot) is None:
            self._refresh()
            lineage = self._lineage(domain)
            check_rollback(lineage, domain, branch)
            target = lineage.previous(branch)
            if to_ref is not None:
                now, to = self.current(domain, branch), self.get(to_ref)
                target = to.hash
                if to.domain != domain or not lineage.may_return_to(branch, target):
                    raise refuse_return(branch, now.name, to.name)
        return self._log.record(
            StrategyRolledBack(
                stream=stream,
                slot=slot,
                domain=domain,
                branch=branch,
                strategy=target,
                by=by,
                reason=reason,
            )
        )

    def _refresh(self) -> None:
        with self._lock:
            end = self._log.end()
            if end == self._seen:
                return
            for entry in self._log.entries(kinds=get_args(LineageEvent), after=self._seen):
                event = entry.event
                if isinstance(event, LineageEvent):
                    self._lineages.setdefault(event.domain, Lineage()).fold(event)
                self._seen = entry.seq
            self._seen = max(self._seen, end)

    def _lineage(self, domain: str) -> Lineage:
        return self._lineages.get(domain, Lineage())

    def _by_number(self, domain: str, number: int, ref: str) -> Version:
        if number == 0:
            return self._version(domain, EMPTY.hash)
        known = list(self._lineage(domain).proposals)
        if number > len(known):
            raise self._unknown_error(ref)
        return self._version(domain, known[number - 1])

    def _by_hash(self, ref: str) -> list[Version]:
        if not _HASH.fullmatch(ref):
            return []
        return [
            self._version(domain, strategy)
            for domain, lineage in self._lineages.items()
            for strategy in lineage.proposals
            if strategy.startswith(ref)
        ]

    def _version(self, domain: str, strategy: str) -> Version:
        lineage = self._lineage(domain)
        proposal = lineage.proposals.get(strategy)
        return Version(
            domain=domain,
            number=[EMPTY.hash, *lineage.proposals].index(strategy),
            strategy=Strategy(rules=proposal.rules) if proposal else EMPTY,
            parents=proposal.parents if proposal else (),
            branch=proposal.branch if proposal else "",
            stream=proposal.stream if proposal else "",
            slot=proposal.slot if proposal else "",
            status=lineage.status(strategy),
            gates=tuple(lineage.gates.get(strategy, ())),
            gate=lineage.decisive_gate(strategy),
        )

    def _unknown_error(self, ref: str) -> LookupError:
        known = [
            f"{domain}@0..{len(lineage.proposals)}" for domain, lineage in self._lineages.items()
        ]
        branches = [branch for lineage in self._lineages.values() for branch in lineage.lines]
        short = _SHORT.fullmatch(ref)
        more = " A hash needs at least 6 of its digits." if short else ""
        return LookupError(
            f"No strategy {ref!r}.{more} Versions: {', '.join(known) or 'none yet'}. "
            f"Branches: {', '.join(branches) or 'none yet'}."
        )
