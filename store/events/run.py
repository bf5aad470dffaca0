"""Events of a run's machinery: its problems, its calls and attempts, training and evaluation."""

import re
from typing import Any, Literal

from pydantic import Field

from .event import Event, Payload, keep_payload

_LEVEL = re.compile(r" \(Run at the level (\w+: .*)\.\)$", re.S)


def _add_judged_by(payload: Payload) -> Payload:
    """Take the level of the sandbox from the end of the feedback; the usual one stood nowhere."""
    feedback = str(payload.get("feedback", ""))
    # Or a long text would be read to its end from each place that begins so.
    said = _LEVEL.search(feedback) if feedback.rstrip().endswith(".)") else None
    return payload | {"judged_by": said[1] if said else ""}


class RunStarted(Event):
    inputs = frozenset({"config"})
    kind: Literal["RunStarted"] = "RunStarted"
    domain: str
    config: dict[str, Any]
    """As resolved, without the budget."""
    budget: dict[str, Any] = Field(default_factory=dict)
    """May be raised when the run is resumed."""


class SplitFrozen(Event):
    inputs = frozenset({"split", "problems"})
    kind: Literal["SplitFrozen"] = "SplitFrozen"
    split: str
    problems: tuple[str, ...]
    """Problem ids, in order."""
    problems_text: str
    """Blob: JSON list of the problems, whole."""


class CallIntended(Event):
    inputs = frozenset({"model", "request"})
    kind: Literal["CallIntended"] = "CallIntended"
    model: str
    """Spec string, with `+<adapter key>` where one is active."""
    request: str
    """SHA-256 over all that is asked."""
    system_text: str
    context_text: str
    prompt_text: str
    max_tokens: int
    temperature: float = 0.0
    seed: int = 0


class CallCompleted(Event):
    inputs = frozenset({"request"})
    kind: Literal["CallCompleted"] = "CallCompleted"
    request: str
    reply_text: str
    outcome: str
    """As in `models.Reply.outcome`."""
    detail: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


class CallInDoubt(Event):
    """One try of a call may have been paid unseen: the process died, or its answer was lost."""

    kind: Literal["CallInDoubt"] = "CallInDoubt"
    call: str


class AttemptJudged(Event):
    upcasts = (_add_judged_by, keep_payload, keep_payload)
    inputs = frozenset({"problem", "model", "strategy", "adapter"})
    kind: Literal["AttemptJudged"] = "AttemptJudged"
    problem: str
    model: str
    strategy: str
    """Hash of the version in the prompt; empty for none."""
    adapter: str
    """Key of the active adapter; empty for none."""
    reply_text: str
    outcome: Literal["right", "wrong", "unparsed", "error"]
    score: float
    answer: str | None = None
    feedback: str = ""
    failure_modes: tuple[str, ...] = ()
    judged_by: str = ""
    """Level of the sandbox and why, or the model that judged; empty where judging is arithmetic.

    Of attempts before schema 2 only an unusual level is known.
    """
    judge: str = ""
    """Name and version of the judge that read the reply; empty before schema 3, which kept none."""
    doubt: str = ""
    """Why two ways of judging disagreed; empty where they agreed, or where there is only one."""
    engine: str = ""
    """Program or protocol that made the reply; empty before schema 4, which kept none."""


class AttemptReread(Event):
    """Reading of a recorded reply by another judge; what stood before it stays."""

    inputs = frozenset({"attempt", "judge"})
    kind: Literal["AttemptReread"] = "AttemptReread"
    attempt: str
    """Slot of the attempt."""
    judge: str
    outcome: Literal["right", "wrong", "unparsed", "error"]
    score: float
    answer: str | None = None
    feedback: str = ""
    failure_modes: tuple[str, ...] = ()
    judged_by: str = ""
    doubt: str = ""


class FloorsMeasured(Event):
    kind: Literal["FloorsMeasured"] = "FloorsMeasured"
    split: str
    floors: dict[str, float]
    """Name of the floor -> accuracy on the split."""


class ExamplesBuilt(Event):
    inputs = frozenset({"strategy", "problems"})
    kind: Literal["ExamplesBuilt"] = "ExamplesBuilt"
    strategy: str
    problems: str
    """SHA-256 over the problem ids, in order."""
    dataset: str
    """SHA-256 over the example hashes, in order."""
    examples: tuple[str, ...]
    """Hash of each example's prompt and completion."""
    examples_text: str
    """Blob: JSON lines of the examples."""
    coverage: dict[str, int] = Field(default_factory=dict)
    """Rule id -> how many examples exercise it."""
    classes: dict[str, int] = Field(default_factory=dict)
    dropped: int = 0
    """Solutions that the domain did not judge right."""


class AdapterTrained(Event):
    inputs = frozenset({"adapter"})
    kind: Literal["AdapterTrained"] = "AdapterTrained"
    adapter: str
    """Key: SHA-256 over base, input (with its method), recipe, seed and versions."""
    base: str
    method: str = Field(default="sft", exclude_if="sft".__eq__)
    """Training method; not recorded where it is the usual one."""
    dataset: str
    strategy: str
    recipe: dict[str, Any]
    seed: int
    folder: str
    """Relative to the run's folder."""
    files: dict[str, str] = Field(default_factory=dict)
    """File name -> SHA-256."""
    tokens: int = 0
    loss_first: float = 0.0
    loss_last: float = 0.0


class Transferred(Event):
    """The adapter of a version became the tuned student."""

    inputs = frozenset({"strategy"})
    kind: Literal["Transferred"] = "Transferred"
    strategy: str
    adapter: str
    """Empty where the student cannot be trained; `reason` says why."""
    reason: str = ""


class SealOpened(Event):
    inputs = frozenset({"split"})
    kind: Literal["SealOpened"] = "SealOpened"
    split: str
    reason: str


class Evaluated(Event):
    inputs = frozenset({"strategy", "adapter"})
    kind: Literal["Evaluated"] = "Evaluated"
    strategy: str
    adapter: str
    attribution_text: str
    """Blob: the JSON of attribution.json."""


class RunFinished(Event):
    kind: Literal["RunFinished"] = "RunFinished"
    strategy: str
    adapter: str
