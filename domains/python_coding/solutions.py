"""Worked solutions: a sentence or a few lines for each kind of step, then the program."""

import sys
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

from ..sandbox import Raised, Returned
from .cases import Case, examples_of, files_of, hidden_of
from .harness import call, write_example
from .reference_runner import Program, compile_program
from .templates import Task

MOST_VALUES = 8
"""Changes of values that a walk through an example writes down."""


def text_of(task: Task) -> str:
    """Return the problem as a model reads it: the task, and examples."""
    told = [f"- {example(task, case)}" for case in examples_of(task)]
    note = task.template.harness.note if task.template.harness else ""
    return "\n".join([" ".join([*task.text.split("\n"), note]).strip(), "Examples:", *told])


def example(task: Task, case: Case) -> str:
    """Return one call with its result, as people write it."""
    held = "; ".join(f"{name} holds {content!r}" for name, content in case.files.items())
    if isinstance(case.expected, Raised):
        said = f"{call(task.name, case.args)} raises {case.expected.kind}"
    else:
        said = write_example(task.template.harness, task.name, case.args, case.expected)
        if list(case.expected.args) != list(case.args):
            said += f", and the first argument is then {case.expected.args[0]!r}"
    return f"{said} (where {held})" if held else said


def write(task: Task, steps: frozenset[str], code: str | None = None) -> str:
    """Write out `steps`, always in the same order, and the program."""
    told = [writer(task) for kind, writer in WRITERS.items() if kind in steps]
    return "\n".join([*told, f"```python\n{code or task.code}\n```"])


def _tally(task: Task) -> str:
    return f"The task has {len(task.text.split())} words and {len(examples_of(task))} examples."


def _contract(task: Task) -> str:
    """Describe input and output, as the tests show them."""
    cases = hidden_of(task)
    takes = [kinds_of([case.args[place] for case in cases]) for place in range(len(cases[0].args))]
    values = [case.expected.value for case in cases if isinstance(case.expected, Returned)]
    raises = sorted({case.expected.kind for case in cases if isinstance(case.expected, Raised)})
    if task.harness:
        return f"`{task.name}` is used as the examples show; it returns, and prints nothing."
    said = f"`{task.name}` takes {' and '.join(takes)}; it returns {kinds_of(values)}"
    said += f" or raises {' or '.join(raises)}" if raises else ""
    changes = any(
        isinstance(case.expected, Returned) and list(case.expected.args) != list(case.args)
        for case in cases
    )
    return said + (" and changes its argument in place." if changes else "; arguments stay.")


def _plan(task: Task) -> str:
    return f"Plan: {task.plan}"


def _edges(task: Task) -> str:
    """List results of small and odd inputs, the shortest first."""
    odd = [case for case in hidden_of(task) if case.shape != "ordinary" and not case.files]
    odd.sort(key=lambda case: len(repr(case.args)))
    told = list(dict.fromkeys(example(task, case) for case in odd))
    return f"Edge cases: {'; '.join(told[:3])}." if told else "Edge cases: a file with no lines."


def _walk(task: Task) -> str:
    case = examples_of(task)[-1]
    values = list(_changes(task, case))
    more = " ..." if len(values) > MOST_VALUES else ""
    through = f", through {', '.join(values[:MOST_VALUES])}{more}" if values else ""
    return f"Walk: {example(task, case)}{through}"


def _changes(task: Task, case: Case) -> Iterator[str]:
    """Yield the values of the reference's variables as they change."""
    found: list[str] = []
    before: dict[int, dict[str, str]] = {}
    depth = len(case.args)

    def look(frame: FrameType, event: str, arg: object) -> Any:
        if frame.f_code.co_filename != "<reference>" or frame.f_code.co_name[0] in "<_":
            return None
        seen = before.setdefault(id(frame), {})
        for name, value in frame.f_locals.items():
            plain = type(value) in (int, str, bool, list, dict, float)
            if plain and seen.get(name) != repr(value):
                seen[name] = repr(value)
                found.append(f"{name} = {value!r}"[:60])
        return look

    program = Program(compile_program(f"{task.code}\n\n{task.harness}"), files_of([case]))
    outer = sys.gettrace()
    sys.settrace(look)
    try:
        program(task.calls, case.args)
    finally:
        sys.settrace(outer)
    yield from found[0 if task.harness else depth :]


def kinds_of(values: Sequence[object]) -> str:
    """Name the kinds of these values."""
    return " or ".join(sorted({_kind(value) for value in values})) or "nothing"


def _kind(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "True or False"
    names = {int: "a whole number", str: "a string", float: "a float", dict: "a dict"}
    names |= {tuple: "a tuple", set: "a set"}
    return names.get(type(value), "None")


WRITERS: dict[str, Callable[[Task], str]] = {
    "tally": _tally,
    "contract": _contract,
    "plan": _plan,
    "edges": _edges,
    "walk": _walk,
}
