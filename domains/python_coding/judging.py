"""Runs a reply's program in the sandbox, compares results outside, and names its failures.

One run a reply. The hidden tests' inputs go in; what is expected of them never does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from .. import sandbox
from ..contract import Verdict
from ..sandbox import Call, Json, Limits, ProgramResult, Raised, Returned
from .cases import Case, agree, as_calls, files_of, hidden_of
from .harness import call
from .programs import ReplyProgram, find_program
from .templates import Task

LIMITS = Limits()

_BY_SHAPE = {"empty": "empty_input", "duplicates": "duplicates", "negative": "negative_numbers"}


class CaseFlaw(NamedTuple):
    """A failure mode of one result, and a sentence about it."""

    mode: str
    said: str


def judge(task: Task, reply: str) -> Verdict:
    """Score a reply: 1.0 if it passes all hidden tests, else 0.0 with what the tests showed."""
    cases = hidden_of(task)
    return judge_program(
        task.name,
        find_program(reply, task.name),
        ("", task.harness),
        as_calls(task, cases),
        lambda ran, found: _verdict(task, cases, ran, found),
        files=files_of(cases),
        where=" in one ```python block",
    )


def judge_program(
    name: str,
    found: ReplyProgram | None,
    around: tuple[str, str],
    calls: Sequence[Call],
    verdict_of: Callable[[ProgramResult, ReplyProgram], Verdict],
    *,
    limits: Limits = LIMITS,
    files: Mapping[str, str] | None = None,
    where: str = "",
) -> Verdict:
    """Run a reply's program with source `around` it; `verdict_of` scores it if it was run."""
    if found is None:
        said = f"The reply holds no program; it must define `{name}`{where}."
        return Verdict(0.0, "unparsed", said, ("no_code",), judged_by=describe_level())
    program = f"{around[0]}{found.code}\n\n{around[1]}".encode("utf-8", "replace").decode()
    try:
        ran = sandbox.run(program, calls, limits=limits, files=files)
    except sandbox.SandboxUnavailable as error:
        return Verdict(0.0, "error", f"Not judged: {error}", (), found.code, describe_level())
    if ran.status == "refused":
        said = f"Not judged: {ran.detail}"
        return Verdict(0.0, "error", said, (), found.code, describe_level(ran))
    return replace(verdict_of(ran, found), judged_by=describe_level(ran))


def describe_level(ran: ProgramResult | None = None) -> str:
    """Return what verdicts are judged by: the level at which programs run, and why that one."""
    level, why = sandbox.level()
    if ran is not None and ran.level != level:
        level, why = ran.level, ran.why
    return f"{level}: {why}"


def _verdict(task: Task, cases: Sequence[Case], ran: ProgramResult, found: ReplyProgram) -> Verdict:
    note = "" if found.how == "one block" else f" (Read from {found.how}.)"
    if ran.status != "done":
        said = f"{_STOPPED[ran.status][1]} {ran.detail}".strip()
        return Verdict(0.0, "wrong", said + note, (_STOPPED[ran.status][0],), found.code)
    failed = [
        (case, result)
        for case, result in zip(cases, ran.results, strict=True)
        if not case.passes(result)
    ]
    if not failed:
        return Verdict(1.0, "right", f"Right on all {len(cases)} tests.{note}", (), found.code)
    flaws = [flaw_of(task, case, result) for case, result in failed]
    modes = dict.fromkeys(flaw.mode for flaw in flaws)
    modes |= dict.fromkeys(_shapes(cases, [case for case, _ in failed]))
    shortest = min(range(len(failed)), key=lambda place: len(repr(failed[place][0].args)))
    said = f"{flaws[shortest].said} {len(failed)} of {len(cases)} tests fail.{note}"
    return Verdict(0.0, "wrong", said, tuple(modes), found.code)


_STOPPED: Mapping[str, tuple[str, str]] = {
    "broken": ("does_not_load", "The program does not load:"),
    "timeout": ("timeout", f"The program ran longer than {LIMITS.seconds:g} seconds."),
    "killed": ("stopped", "The program was stopped:"),
}


def _shapes(cases: Sequence[Case], failed: Sequence[Case]) -> Iterator[str]:
    """Yield the modes that follow from which inputs fail, where most of the ordinary ones pass."""
    plain = [case for case in cases if case.shape == "ordinary"]
    failing = [case for case in failed if case.shape == "ordinary"]
    if 2 * len(failing) > len(plain):
        return
    for shape, mode in _BY_SHAPE.items():
        of_shape = sum(case.shape == shape for case in cases)
        if 2 * sum(case.shape == shape for case in failed) > of_shape:
            yield mode


def flaw_of(task: Task, case: Case, found: Returned | Raised) -> CaseFlaw:
    """Return the first thing that is wrong with a result that does not pass."""
    asked, wanted = _describe_call(task, case), case.expected
    if isinstance(found, Raised):
        got = f"raised {found.kind}: {found.said}" if found.said else f"raised {found.kind}"
        mode = crash_mode(found, task.name)
        if mode == "not_defined":
            return CaseFlaw(mode, f"The program does not define `{task.name}`.")
        if isinstance(wanted, Raised):
            return CaseFlaw("wrong_exception", f"{asked} must raise {wanted.kind}, it {got}.")
        return CaseFlaw(mode, f"{asked} must be {_short(wanted.value)}, it {got}.")
    if isinstance(wanted, Raised):
        said = f"{asked} must raise {wanted.kind}, it returned {_short(found.value)}."
        return CaseFlaw("wrong_exception", said)
    if agree(found.value, wanted.value):
        said = f"{asked} must leave its arguments as {_short(list(wanted.args))}."
        return CaseFlaw("mutated_argument", said)
    said = f"{asked} must be {_short(wanted.value)}, it is {_short(found.value)}."
    return CaseFlaw(_failure_mode(found.value, wanted.value), said)


def crash_mode(found: Raised, name: str) -> str:
    """Name the failure of a call of `name` that raised where it should have returned a value."""
    if found.kind == "NameError" and repr(name) in found.said:
        return "not_defined"
    return "wrong_type" if found.kind == "TypeError" and "JSON" in found.said else "crash"


def _failure_mode(found: Json, wanted: Json) -> str:
    """Name the difference between a value and the expected one."""
    if found is None:
        return "returns_nothing"
    if type(found) is not type(wanted):
        return "wrong_type"
    if isinstance(found, list) and isinstance(wanted, list):
        if len(found) == len(wanted) == 2 and type(found[0]) is bool and found[0] is wanted[0]:
            return _failure_mode(found[1], wanted[1])
        if sorted(map(repr, found)) == sorted(map(repr, wanted)):
            return "wrong_order"
        return "off_by_one" if abs(len(found) - len(wanted)) == 1 else "wrong_value"
    if isinstance(found, str) and isinstance(wanted, str):
        return "off_by_one" if abs(len(found) - len(wanted)) == 1 else "wrong_value"
    if type(found) is int and type(wanted) is int and abs(found - wanted) == 1:
        return "off_by_one"
    return "wrong_value"


def _describe_call(task: Task, case: Case) -> str:
    if task.harness:
        return f"{task.name}, tried with {_short(list(case.args))},"
    return f"`{_short_text(call(task.name, case.args))}`{_holding(case)}"


def _holding(case: Case) -> str:
    return "".join(f" ({name} holds {_short(content)})" for name, content in case.files.items())


def _short(value: Json) -> str:
    return _short_text(repr(value))


def _short_text(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:150]} ... {text[-5:]}"
