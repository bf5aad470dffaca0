"""Worked solutions: the symptom, its cause, and the mended program."""

from ..python_coding import solutions as coding_solutions
from ..python_coding.harness import call
from ..python_coding.templates import Task
from ..sandbox import Raised
from .broken_programs import BrokenProgram


def write(task: Task, broken: BrokenProgram, steps: frozenset[str]) -> str:
    """Write the steps of debugging, then those of coding, then the program."""
    told = []
    if "symptom" in steps:
        told.append(_symptom(task, broken))
    if "cause" in steps:
        told.append(_cause(broken))
    return "\n".join([*told, coding_solutions.write(task, steps)])


def _symptom(task: Task, broken: BrokenProgram) -> str:
    wanted = coding_solutions.example(task, broken.case)
    if isinstance(broken.found, Raised):
        return f"Symptom: {wanted}; the program raises {broken.found.kind} there."
    if task.harness:
        return f"Symptom: {wanted}; the program does otherwise."
    asked = call(task.name, broken.case.args)
    if isinstance(broken.case.expected, Raised) or broken.case.expected.value != broken.found.value:
        return f"Symptom: {wanted}; the program gives {broken.found.value!r} for {asked}."
    return f"Symptom: {wanted}; the program leaves other arguments behind: {broken.found.args!r}."


def _cause(broken: BrokenProgram) -> str:
    before, after = (" ".join(it.split("\n")[0].split()) for it in (broken.before, broken.after))
    if not after:
        return f"Cause: `{before}` is missing."
    return f"Cause: `{after}` should be `{before}` ({broken.kind})."
