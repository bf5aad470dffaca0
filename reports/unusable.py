"""Models of whose replies none could be used: what a reader must know before any result."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..models import facts_by_name
from ..store.events import AttemptJudged, CallCompleted
from ..store.slots import parse
from .wording import count

FEWEST = 2
"""Replies from which on it is told that none could be used."""
_USABLE = ("ok", "truncated")


def _counters() -> dict[str, Counter[str]]:
    return defaultdict(Counter)


@dataclass
class RepliesByModel:
    """Replies of a run, counted by the model that gave them and by what came of them."""

    _by_step: dict[str, dict[str, Counter[str]]] = field(
        default_factory=lambda: defaultdict(_counters)
    )
    """Model -> step -> outcome."""
    _judged: dict[str, Counter[str]] = field(default_factory=_counters)
    """Model -> outcome of the verdict."""
    _reasons: dict[str, str] = field(default_factory=dict)
    """Model -> why its last reply without use had none."""

    def add_reply(self, model: str, event: CallCompleted) -> None:
        """Count a reply to a call, of whatever step."""
        self._by_step[model][parse(event.slot).parts[0]][event.outcome] += 1
        if event.outcome not in _USABLE:
            self._reasons[model] = event.detail

    def add_attempt(self, attempt: AttemptJudged, times: int) -> None:
        """Count an attempt `times`; -1 takes it back."""
        self._judged[attempt.model][attempt.outcome] += times

    def warnings(self) -> Iterator[str]:
        """Yield a sentence for each model, or step of one, whose replies were all without use."""
        for model, steps in self._by_step.items():
            failed = {step: it for step, it in steps.items() if not any(it[ok] for ok in _USABLE)}
            if len(failed) == len(steps):
                yield from self._warn(model, "", sum(steps.values(), Counter()))
                continue
            for step, outcomes in failed.items():
                yield from self._warn(model, f" in `{step}`", outcomes)
            judged = self._judged.get(model, Counter())
            if not (judged["right"] or judged["wrong"]) and judged.total() >= FEWEST:
                yield (
                    f"None of the {judged.total()} judged replies of {model} held an answer that "
                    f"could be read. {_advice(model)}"
                )

    def _warn(self, model: str, where: str, outcomes: Counter[str]) -> Iterator[str]:
        if outcomes.total() < FEWEST:
            return
        each = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
        reason = f" The last one: {self._reasons[model]}" if self._reasons[model] else ""
        yield (
            f"None of the {count(outcomes.total(), 'reply', 'replies')} of {model}{where} could be "
            f"used ({each}).{reason} {_advice(model)}"
        )


def _advice(model: str) -> str:
    how = "Ask it by itself"
    if facts_by_name(model).kind.opener:
        how = f"Ask it by `tutelage models check {model}`"
    return (
        f"What rests on them shows nothing. {how}, and mend it before this run goes on or another "
        "begins."
    )
