"""Memory that a run takes on this machine: its student, and whoever else is answered here."""

from collections.abc import Iterator
from math import sqrt

from ...models import facts_by_name
from ...models.contract import Role
from ...models.facts import Size
from ..calls.judge_model import OPTION
from ..config.config import RunConfig
from .counts import teacher_is_model

SMALL = 135e6
"""Parameters of the student that speeds and memory were measured with, on two cores."""
AROUND = 0.5
"""GB that Python, torch and the graph take by themselves."""
ANSWERING, TRAINING = 0.54, 1.4
"""GB beside the weights of `SMALL` in fp32, measured: replies in batches of 32, steps of 4."""


def peak_memory(parameters: float, *, trains: bool) -> float:
    """Return GB of a process with one model in torch: weights in fp32, and a batch or step.

    The latter grows with the width of a model, so with the root of its parameters: a step of 4 took
    Qwen2.5-Coder-0.5B to 5.5 GB, and this says 6.0.
    """
    beside = TRAINING if trains else ANSWERING
    return AROUND + 4 * parameters / 1e9 + beside * sqrt(parameters / SMALL)


def memory_of(config: RunConfig, *, trains: bool) -> float | None:
    """Return GB of the process at its largest; None where the student's size is not known.

    Somebody else of unknown size is left out: `notes_on_memory` names them.
    """
    student = _gigabytes(_size(config.student, "student"), trains=trains)
    if student is None:
        return None
    others = (_gigabytes(size, trains=False) for _, size in _other_models(config))
    return AROUND + student + sum(each or 0.0 for each in others)


def notes_on_memory(config: RunConfig) -> Iterator[str]:
    """Say what llama.cpp holds, and whose size is not known before it is loaded."""
    for spec, size in [(config.student, _size(config.student, "student")), *_other_models(config)]:
        if size.memory is not None:
            yield (
                f"{spec} takes {size.memory / 1e9:.1f} GB in llama.cpp: its file, and a context of "
                f"{size.context} tokens."
            )
        elif size.parameters is None and spec != config.student:
            yield f"The size of {spec} is not known before it is loaded: no memory is counted."


def _other_models(config: RunConfig) -> Iterator[tuple[str, Size]]:
    """Yield the models of this machine that are only asked, with their sizes."""
    named = [*config.validators, config.domain.options.get(OPTION)]
    named += [config.teacher] if teacher_is_model(config) else []
    for spec in dict.fromkeys(it for it in named if isinstance(it, str)):
        size = _size(spec, "other")
        # llama.cpp holds a file once, whoever asks it.
        if facts_by_name(spec).kind.opener and not (size.memory and spec == config.student):
            yield spec, size


def _size(spec: str, role: Role) -> Size:
    facts = facts_by_name(spec)
    return Size(0.0) if facts.remote else facts.size_in(role)


def _gigabytes(size: Size, *, trains: bool) -> float | None:
    """Return GB of a model beside `AROUND`: what another program than torch says, or torch's."""
    if size.memory is not None:
        return size.memory / 1e9
    return None if size.parameters is None else peak_memory(size.parameters, trains=trains) - AROUND
