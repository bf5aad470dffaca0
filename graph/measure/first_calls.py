"""First call to each model that may keep silent, before the run spends hours on the others."""

from collections.abc import Iterator
from dataclasses import replace
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


class _FirstCall(NamedTuple):
    """One model of the run, and the step in which it is asked."""

    role: str
    model: Model
    step: str
    """Its tries lie below."""


def check_models(run: Run) -> None:
    """Ask teacher, judge and validators one train problem each.

    Raises ModelDown for the first that does not answer. An answer is journaled and asked for once a
    run; a lost call is asked again on resume, in a slot of its own. A reply of any other outcome is
    an answer too. Of teachers and judges those are asked that nobody has opened yet, behind a
    network or in a function of somebody's; and none once the run has begun to measure.
    """
    question = replace(build_request(run.domain.guide, run.batch(0)[0]), max_tokens=FEW)
    for call in _first_calls(run):
        if why := _silence(run, call, question):
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


def _silence(run: Run, call: _FirstCall, question: Request) -> str:
    """Return why the model does not answer; empty if it does, or did."""
    slot = slots.below(call.step, tries := 1)
    while found := run.log.find(CallCompleted, run.id, slots.part(slot, "reply")):
        if found.outcome != "error":
            return ""
        slot = slots.below(call.step, tries := tries + 1)
    try:
        reply = run.journal.one(call.model, slot, question)
    except AnswersAwaited:
        raise
    except ModelError as error:
        return without_keys(str(error))
    return (reply.detail or "no reason given") if reply.outcome == "error" else ""


def _explain(run: Run, call: _FirstCall, why: str) -> str:
    said = f"The {call.role} {call.model.name} does not answer: {why.rstrip('.')}. "
    if facts_by_name(call.model.name).kind.opener:
        how = (
            f"When `tutelage models check {call.model.name}` says that it answers, "
            f"`tutelage resume {run.id}` goes on; a wrong name needs a new run with another."
        )
    else:
        how = f"Mend it, and go on with run {run.id} from Python."
    return f"{said}Nothing was spent on the run yet. {how}"
