"""First call to each validator, before the run spends hours on the others."""

from dataclasses import replace

from ...models.contract import Model, ModelError, Request
from ...store import slots
from ...store.events import CallCompleted
from ...trainer.student_prompt import build_request
from ..calls.journal import ModelDown
from ..context import Run

FEW = 8
"""Tokens that the first answer may have: that there is one is all that counts."""


def check_validators(run: Run) -> None:
    """Ask each validator one train problem. Raises ModelDown for the first that does not answer.

    An answer is journaled and asked for once a run; a lost call is asked again on resume, in a
    slot of its own. A refusal is an answer too.
    """
    question = replace(build_request(run.domain.guide, run.batch(0)[0]), max_tokens=FEW)
    for number, model in enumerate(run.validators, start=1):
        spec = dict(enumerate(run.config.validators, start=1)).get(number, model.name)
        if why := _silence(run, number, model, question):
            raise ModelDown(
                f"The validator {model.name} does not answer: {why.rstrip('.')}. Nothing was spent "
                f"on the run yet. When `tutelage models check {spec}` says that it answers, "
                f"`tutelage resume {run.id}` goes on; a wrong name needs a new run with another."
            )


def _silence(run: Run, number: int, model: Model, question: Request) -> str:
    """Return why the model does not answer; empty if it does, or did."""
    slot = slots.run_step("validators", number, tries := 1)
    while found := run.log.find(CallCompleted, run.id, slots.part(slot, "reply")):
        if found.outcome != "error":
            return ""
        slot = slots.run_step("validators", number, tries := tries + 1)
    try:
        reply = run.journal.one(model, slot, question)
    except ModelError as error:
        return str(error)
    return (reply.detail or "no reason given") if reply.outcome == "error" else ""
