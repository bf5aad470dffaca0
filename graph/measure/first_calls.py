"""First call to each model that may keep silent, before the run spends hours on the others."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import NamedTuple

from ...models import facts_by_name
from ...models.contract import AnswersAwaited, Model, ModelError, Request
from ...models.credentials import without_keys
from ...store import slots
from ...store.events import CallCompleted, FloorsMeasured
from ...trainer.student_prompt import build_request
from ..calls.journal import ModelDown
from ..context import Run

FEW = 8
"""Tokens that the first answer may have: that there is one is all that counts."""
TRIES = 3
"""Malformed replies in a row that tell that none will do."""


class _FirstCall(NamedTuple):
    """One model of the run, and the step in which it is asked."""

    role: str
    model: Model
    step: str
    """Its tries lie below."""


def check_models(run: Run) -> None:
    """Ask teacher, judge and validators one train problem each.

    Raises ModelDown for the first that does not answer. An answer is journaled and asked for once a
    run; a lost call is asked again on resume, in a slot of its own, and so is a malformed reply: at
    once, about another problem. A reply of any other outcome is an answer too. Of teachers and
    judges those are asked that nobody has opened yet, behind a network or in a function of
    somebody's; and none once the run has begun to measure.
    """
    questions = [
        replace(build_request(run.domain.guide, problem), max_tokens=FEW)
        for problem in run.batch(0)[:TRIES]
    ]
    for call in _first_calls(run):
        if why := _silence(run, call, questions):
            raise ModelDown(_explain(run, call, why))


def _first_calls(run: Run) -> Iterator[_FirstCall]:
    begun = run.log.find(FloorsMeasured, run.id, slots.run_step("floors", "val"))
    for role, model in (("teacher", run.teacher.model), ("judge", run.judge)):
        step = slots.run_step("first", role)
        asked = model is not None and not begun and _is_unopened(model)
        if model is not None and asked and run.journal.makes_optional(slots.below(step, 1)):
            yield _FirstCall(role, model, step)
    for number, model in enumerate(run.validators, start=1):
        if not facts_by_name(model.name).kind.asks_people:
            yield _FirstCall("validator", model, slots.run_step("validators", number))


def _is_unopened(model: Model) -> bool:
    """Tell whether to open it proved nothing: it is behind a network, or somebody's own object."""
    kind = facts_by_name(model.name).kind
    return kind.remote or not kind.opener


def _silence(run: Run, call: _FirstCall, questions: Sequence[Request]) -> str:
    """Return why the model gives no answer; empty if it does, or did.

    A malformed reply may be the fault of its problem: the next one is asked.
    """
    outcomes, why = list(_recorded_outcomes(run, call)), ""
    if set(outcomes) - {"error", "malformed"}:
        return ""
    for number, _ in enumerate(questions, start=len(outcomes) + 1):
        slot = slots.below(call.step, number)
        malformed = outcomes.count("malformed")
        if malformed and not run.journal.makes_optional(slot):
            return ""  # a record of the days when this was an answer
        try:
            reply = run.journal.one(call.model, slot, questions[malformed % len(questions)])
        except AnswersAwaited:
            raise
        except ModelError as error:
            return without_keys(str(error))
        why = reply.detail or "no reason given"
        if reply.outcome != "malformed":
            return why if reply.outcome == "error" else ""
        outcomes.append(reply.outcome)
    return f"{why.rstrip('.')}, and so {len(questions)} times"


def _recorded_outcomes(run: Run, call: _FirstCall) -> Iterator[str]:
    for number in count(1):
        slot = slots.part(slots.below(call.step, number), "reply")
        if (found := run.log.find(CallCompleted, run.id, slot)) is None:
            return
        yield found.outcome


def _explain(run: Run, call: _FirstCall, why: str) -> str:
    said = f"The {call.role} {call.model.name} does not answer: {why.rstrip('.')}. "
    if facts_by_name(call.model.name).kind.opener:
        how = (
            f"When `tutelage models check {call.model.name}` says that it answers, "
            f"`tutelage resume {run.id}` goes on; a wrong name needs a new run with another."
        )
    else:
        how = f"Mend it, and go on with run {run.id} from Python."
    return f"{said}Nothing else was spent on the run yet. {how}"
