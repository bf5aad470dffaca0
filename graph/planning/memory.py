"""Memory that a run takes on this machine: its student, and whoever else is answered here."""

from collections.abc import Iterator
from math import sqrt
from pathlib import Path

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
    (_, student), *others = _models(config)
    largest = _gigabytes(student, trains=trains)
    if largest is None:
        return None
    return AROUND + largest + sum(_gigabytes(it, trains=False) or 0.0 for _, it in others)


def notes_on_memory(config: RunConfig) -> Iterator[str]:
    """Say what llama.cpp holds, and whose size is not known before it is loaded."""
    models = list(_models(config))
    for spec, size in models:
        if size.memory is not None:
            yield (
                f"{spec} takes {size.memory / 1e9:.1f} GB in llama.cpp: its file, and a context of "
                f"{size.context} tokens."
            )
    for spec in dict.fromkeys(spec for spec, size in models[1:] if size == Size()):
        yield f"The size of {spec} is not known before it is loaded: no memory is counted."


def _models(config: RunConfig) -> Iterator[tuple[str, Size]]:
    """Yield the models that this machine holds, the student first, each as its role opens it."""
    asked = [*config.validators, config.domain.options.get(OPTION)]
    asked += [config.teacher] if teacher_is_model(config) else []
    yield config.student, _size(config.student, "student")
    held = {_file(config.student, "student")}
    for spec in (it for it in asked if isinstance(it, str) and facts_by_name(it).kind.opener):
        # Torch loads a model as often as it is opened, llama.cpp a file once, whoever asks it.
        if (file := _file(spec, "other")) is None or file not in held:
            held.add(file)
            yield spec, _size(spec, "other")


def _file(spec: str, role: Role) -> tuple[str, str] | None:
    """Return the file and the adapter that llama.cpp holds; None where torch or a server does."""
    facts = facts_by_name(spec)
    if _size(spec, role).memory is None:
        return None
    return facts.base if facts.packaged else str(Path(facts.base).resolve()), facts.adapter


def _size(spec: str, role: Role) -> Size:
    facts = facts_by_name(spec)
    return Size(0.0) if facts.remote else facts.size_in(role)


def _gigabytes(size: Size, *, trains: bool) -> float | None:
    """Return GB of a model beside `AROUND`: what another program than torch says, or torch's."""
    if size.memory is not None:
        return size.memory / 1e9
    return None if size.parameters is None else peak_memory(size.parameters, trains=trains) - AROUND
