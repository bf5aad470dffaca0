"""Pairs of replies at a run's newest gate, shown blind, and a model that judges them."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...domains.contract import Problem
from ...domains.writing import Rubric, Writing
from ...domains.writing.judging import text_of
from ...domains.writing.rubric import Place, Trust
from ...models.contract import Model
from ...store import slots
from ...store.events import AttemptJudged, GateDecided, SplitFrozen
from ...store.log import Log
from ..calls.judge_model import Judge
from .preferences import Preferred, Side, append_preferences, read_preferences

PLANTED = 24
"""Planted pairs on which a model is tried before it may judge."""


@dataclass(frozen=True)
class Duel:
    """Replies of both versions to one problem."""

    problem: Problem
    gate: GateDecided
    candidate: AttemptJudged
    incumbent: AttemptJudged
    texts: tuple[str, str]
    """The candidate's and the incumbent's, without what stands before them."""

    def record(self, first: Side, preferred: Place, by: str, *, model: bool) -> Preferred:
        return Preferred(
            run=self.gate.stream,
            gate=self.gate.slot,
            problem=self.problem.id,
            candidate=self.gate.candidate,
            incumbent=self.gate.incumbent,
            candidate_reply=self.candidate.reply_text,
            incumbent_reply=self.incumbent.reply_text,
            first=first,
            preferred=preferred,
            by=by,
            judge="model" if model else "person",
        )

    def first_side(self, by: str) -> Side:
        """Return the side to show first: by a hash, so that a second try shows the same."""
        digest = hashlib.sha256(f"{by}/{self.gate.slot}/{self.problem.id}".encode()).digest()
        return "candidate" if digest[0] % 2 else "incumbent"


def newest_duels(log: Log, run_id: str) -> list[Duel]:
    """Return the pairs of the newest gate whose versions wrote different texts, if there is one."""
    frozen = log.find(SplitFrozen, run_id, slots.run_step("split", "val"))
    if frozen is None:
        return []
    problems = {it["id"]: Problem(**it) for it in json.loads(log.text(frozen.problems_text))}
    for gate in reversed(list(log.events(GateDecided, stream=run_id))):
        names = gate.block if gate.candidate_attempts else ()
        if duels := [duel for name in names if (duel := _read_duel(log, gate, problems[name]))]:
            return duels
    return []


def _read_duel(log: Log, gate: GateDecided, problem: Problem) -> Duel | None:
    new, old = (
        log.find(AttemptJudged, gate.stream, slots.below(prefix, problem.id, 0))
        for prefix in (gate.candidate_attempts, gate.incumbent_attempts)
    )
    if new is None or old is None:
        return None
    # Notes before a text would tell which version wrote it.
    texts = (text_of(log.text(new.reply_text)), text_of(log.text(old.reply_text)))
    lost = "error" in (new.outcome, old.outcome)
    return None if lost or texts[0] == texts[1] else Duel(problem, gate, new, old, texts)


def next_looks(
    duels: Sequence[Duel], by: str, seen: Collection[tuple[str, str, str]], n: int, both: bool
) -> list[tuple[Duel, Side]]:
    """Return up to `n` pairs that are not `seen`, each with the side that stands first.

    With `both`, each pair comes again at the end, the other way round.
    """
    sides: list[list[tuple[Duel, Side]]] = [[], []]
    chosen = 0
    for duel in duels:
        first = duel.first_side(by)
        looks: list[Side] = [first]
        if both:
            looks.append("incumbent" if first == "candidate" else "candidate")
        fresh = [it for it in looks if (duel.gate.slot, duel.problem.id, it) not in seen]
        if fresh and chosen < n:
            chosen += 1
            for side in fresh:
                sides[side != first].append((duel, side))
    return sides[0] + sides[1]


class ModelJudge:
    """A model that judges texts of the domain `writing`."""

    def __init__(self, model: Model) -> None:
        self.name = model.name
        self._rubric = Rubric(Judge(model))

    def trust(self) -> Trust:
        """Try it on planted pairs, of which one text is known to be better."""
        return self._rubric.trust(Writing().planted_pairs(PLANTED, 0))

    def judge(self, duels: Sequence[Duel], path: Path, n: int) -> None:
        """Append its preferences in both orders for up to `n` pairs that it has not seen."""
        seen = {(it.gate, it.problem) for it in read_preferences(path) if it.by == self.name}
        for duel in [it for it in duels if (it.gate.slot, it.problem.id) not in seen][:n]:
            found = self._rubric.prefer(duel.problem, *duel.texts)
            if found.forward is not None and found.backward is not None:
                looks: list[tuple[Side, Place]] = [
                    ("candidate", found.forward),
                    ("incumbent", found.backward),
                ]
                records = [duel.record(*look, self.name, model=True) for look in looks]
                append_preferences(path, records)
