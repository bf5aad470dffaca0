"""Outages: lost calls in a row, after which a run pauses rather than lose more."""

from collections.abc import Sequence

from ...models import facts_by_name
from ...models.contract import Model, Reply, Usage
from ...models.credentials import without_keys

PATIENCE = 3
"""Calls in a row that may be lost before the run pauses."""
_WAITS = "The run waits where it is; when the model answers again, {}."
_IS_FAULTY = (
    "Asking again would bring the same, so these calls are recorded as lost: mend the model, and "
    "{}, at the next call."
)


class ModelDown(RuntimeError):
    """A model does not answer any more. The run pauses; an outage is no result."""


class LostCalls:
    """Count of the calls that were lost in a row, over all models of a run."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def count(self, model: Model, replies: Sequence[Reply], *, asked_again: bool) -> None:
        """Count on through the replies of a batch. Raises ModelDown at the first too many.

        `asked_again` tells whether a resume asks these calls again.
        """
        for reply in replies:
            self._note(reply)
            if self._in_a_row >= PATIENCE:
                raise self._down(model, reply, asked_again)

    def count_arrivals(self, model: Model, replies: Sequence[Reply]) -> None:
        """Count on through replies that came at the same time. Raises ModelDown at their end.

        So an answer among them tells that the model is there.
        """
        for reply in replies:
            self._note(reply)
        if self._in_a_row >= PATIENCE:
            raise self._down(model, replies[-1], replies[-1].usage == Usage())

    def _note(self, reply: Reply) -> None:
        self._in_a_row = self._in_a_row + 1 if reply.outcome == "error" else 0

    def _down(self, model: Model, last: Reply, asked_again: bool) -> ModelDown:
        # No command can open an object that was passed from Python.
        by_spec = facts_by_name(model.name).kind.opener
        on = "`tutelage resume RUN` goes on" if by_spec else "go on with the run from Python"
        advice = (_WAITS if asked_again else _IS_FAULTY).format(on)
        return ModelDown(
            f"{model.name} lost {self._in_a_row} calls in a row, the last one by: "
            f"{without_keys(last.detail) or 'no reason given'} {advice}"
        )
