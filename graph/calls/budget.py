"""Budget of a run, checked before each call with the worst case reserved."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from ...models import facts_by_name
from ...models.contract import Model, Reply, Request, Usage
from ...store.events import CallCompleted, CallInDoubt, CallIntended
from ...store.log import Log
from ...store.slots import step_of
from .batch_records import batch_prices

if TYPE_CHECKING:
    from ..config.sections import Budget

SILENCE = 1800.0
"""Seconds without an event after which nobody was at work; a training is shorter than that."""
CHARACTERS_A_TOKEN = 3
"""Low on purpose: a reservation should be too large rather than too small."""


class BudgetSpent(RuntimeError):
    """The next call could go over the budget; the run can be resumed with a larger one."""


@dataclass
class Spending:
    """Spending of a run so far, against its budget."""

    budget: "Budget"
    input_tokens: int = 0
    output_tokens: int = 0
    dollars: float = 0.0
    clock: Callable[[], float] = time.monotonic
    hours_before: float = 0.0
    """Hours that earlier sessions of the same run took."""
    _started: float = field(default=0.0, init=False)
    _reserved_tokens: int = field(default=0, init=False)
    _reserved_dollars: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()

    @property
    def hours(self) -> float:
        return self.hours_before + (self.clock() - self._started) / 3600

    @property
    def is_late(self) -> bool:
        """True once the hours are spent."""
        return self.budget.hours is not None and self.hours > self.budget.hours

    def check_hours(self) -> None:
        """Raise BudgetSpent if the hours are spent."""
        if self.is_late:
            raise BudgetSpent(
                f"{self.hours:.2f} of {self.budget.hours} hours are spent. {_HOW_TO_GO_ON}"
            )

    def reserve(self, model: Model, requests: Sequence[Request], share: float = 1.0) -> None:
        """Reserve what calls may take, until `release`. Local models cost time only.

        `share` is their price as a share of the usual one. Raises BudgetSpent if they could go
        over, with all that is reserved already; so with no request, if that is over by now.
        """
        self.check_hours()
        remote = facts_by_name(model.name).remote
        worst, dollars = self._worst_case(model, requests, share)
        spent = self.input_tokens + self.output_tokens
        tokens = self._reserved_tokens + worst
        if remote and self.budget.tokens is not None and spent + tokens > self.budget.tokens:
            raise BudgetSpent(
                f"{spent} of {self.budget.tokens} tokens are spent and the next call may take "
                f"{tokens}. {_HOW_TO_GO_ON}"
            )
        total = self.dollars + self._reserved_dollars + dollars
        if remote and self.budget.usd is not None and total > self.budget.usd:
            raise BudgetSpent(
                f"{self.dollars:.4f} of {self.budget.usd} dollars are spent and the next call may "
                f"bring it to {total:.4f}. {_HOW_TO_GO_ON}"
            )
        self._reserved_tokens += worst
        self._reserved_dollars += dollars

    def release(self, model: Model, requests: Sequence[Request], share: float = 1.0) -> None:
        """Reserve no longer what calls might have taken: they are over."""
        worst, dollars = self._worst_case(model, requests, share)
        self._reserved_tokens -= worst
        self._reserved_dollars -= dollars

    def _worst_case(
        self, model: Model, requests: Sequence[Request], share: float
    ) -> tuple[int, float]:
        """Return the tokens, and the dollars, that calls may take; none for a local model."""
        if not facts_by_name(model.name).remote:
            return 0, 0.0
        worst = [worst_case(request) for request in requests]
        inputs, outputs = sum(it.input for it in worst), sum(it.output for it in worst)
        return inputs + outputs, share * dollars_for(model.name, self.budget, inputs, outputs)

    def charge(self, model: Model, request: Request, reply: Reply, share: float = 1.0) -> Reply:
        """Count what a call used, and return its reply with that.

        A server that tells no usage, or none that can be, is counted with all that the call might
        have cost: what it sent instead of an answer was worked for all the same.
        """
        untold = reply.usage == Usage() and reply.outcome != "error"
        if untold and facts_by_name(model.name).remote:
            reply = replace(reply, usage=worst_case(request))
        self.add(model.name, reply.usage.input, reply.usage.output, share)
        return reply

    def charge_doubt(self, model: Model, request: Request) -> None:
        """Count all that a call might have cost which may have been answered unseen."""
        worst = worst_case(request)
        self.add(model.name, worst.input, worst.output)

    def add(self, model: str, inputs: int, outputs: int, share: float = 1.0) -> None:
        """Count tokens of the model of this name, if its tokens are counted."""
        if facts_by_name(model).remote:
            self.input_tokens += inputs
            self.output_tokens += outputs
            self.dollars += share * dollars_for(model, self.budget, inputs, outputs)


def spending_of(log: Log, run_id: str, budget: "Budget") -> Spending:
    """Count what earlier sessions of the run spent, off the log.

    A call in doubt may have been paid for without an answer: it counts with all it might have cost.
    """
    hours = seconds_at_work(entry.at for entry in log.entries(stream=run_id)) / 3600
    spending = Spending(budget, hours_before=hours)
    asked: dict[str, CallIntended] = {}
    shares = batch_prices(log, run_id)
    kinds = (CallIntended, CallCompleted, CallInDoubt)
    for entry in log.entries(stream=run_id, kinds=kinds):
        match entry.event:
            case CallIntended() as event if facts_by_name(event.model).remote:
                asked[step_of(event.slot)] = event
            case CallCompleted() as event if call := asked.get(place := step_of(event.slot)):
                share = shares.get(place, 1.0)
                spending.add(call.model, event.input_tokens, event.output_tokens, share)
            case CallInDoubt() as event if call := asked.get(event.call):
                texts = (call.system_text, call.context_text, call.prompt_text)
                read = sum(len(log.text(text)) for text in texts) // CHARACTERS_A_TOKEN
                spending.add(call.model, read, call.max_tokens)
    return spending


def worst_case(request: Request) -> Usage:
    """Return the most tokens that a request may take."""
    read = len(request.system) + len(request.context) + len(request.prompt)
    return Usage(read // CHARACTERS_A_TOKEN, request.max_tokens)


def dollars_for(model: str, budget: "Budget", inputs: int, outputs: int) -> float:
    """Return what tokens cost at the budget's prices, else at the model's own, if it has any."""
    prices = (budget.input_price, budget.output_price)
    if not any(prices):
        prices = facts_by_name(model).kind.price or prices
    return (inputs * prices[0] + outputs * prices[1]) / 1e6


def seconds_at_work(moments: Iterable[datetime]) -> float:
    """Return the time from the first to the last of `moments`, in order, less long silences.

    A clock that was set back in between costs the step in which it was, and gives no time back.
    """
    stamps = [moment.timestamp() for moment in moments]
    return sum(gap for a, b in pairwise(stamps) if 0 < (gap := b - a) < SILENCE)


_HOW_TO_GO_ON = (
    "Nothing is lost: resume with `tutelage resume RUN --config FILE` and a larger [budget]."
)
