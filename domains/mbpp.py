"""MBPP-shaped problems from a JSONL file of yours: a text, a reference program, and asserts.

    {"task_id": 1, "text": "Write a function to ...", "code": "def f(x): ...",
     "test_list": ["assert f(2) == 4", ...], "test_setup_code": ""}

Nothing of the file is run outside the sandbox. An assert of the form `f(literals) == literal` is
read, not run: its call goes into the sandbox, its expected value stays out. Any other assert is
run inside, beside the program that it judges, which a hostile program could deceive: verdicts say
how many were.
"""

import ast
import functools
import json
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from . import sandbox
from .contract import Guide, NotEnoughProblems, Problem, Split, Verdict
from .identity import problem, split_of
from .python_coding import benchmark_steps
from .python_coding.json_codec import CODEC_SOURCE, Unusable, decode, encode
from .python_coding.judging import FAILURE_MODES, describe_level
from .python_coding.programs import find_program
from .python_coding.solutions import kinds_of
from .sandbox import Call, Json, Limits, ProgramResult, Raised, Returned

NAME = "mbpp"
LIMITS = Limits(seconds=6.0)
MODES = ("no_code", "not_defined", "does_not_load", "timeout", "stopped", "crash", "wrong_type")

FAILURES = {
    **{mode: FAILURE_MODES[mode] for mode in MODES},
    "wrong_value": "An assert does not hold.",
}
GUIDE = Guide(
    description="Short Python programs that pass the asserts of an MBPP-shaped file of yours.",
    reply_format="Reply with the whole program in one ```python block.",
    step_kinds=benchmark_steps.STEP_KINDS,
    failure_modes=FAILURES,
    rules=benchmark_steps.rules(FAILURES),
    max_tokens=768,
)


class Assert(NamedTuple):
    """One test."""

    source: str
    args: tuple[Json, ...] | None
    """Coded arguments of the call; None where the assert could not be read."""
    expected: Json = None
    """Coded."""


class Mbpp:
    """`path` is the file. Splits are cut by the hash of text and tests; there is no ood."""

    name = NAME
    task_type = "coding"
    guide = GUIDE
    splits: tuple[Split, ...] = ("train", "val", "test")

    def __init__(self, *, path: str) -> None:
        """Raises ValueError for a file that is not there or has a line of another shape."""
        self._problems = _problems(Path(path))

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        held = [one for one in self._problems if split_of(one.id) == split]
        if n > len(held):
            raise NotEnoughProblems(
                f"Wanted {n} problems of {NAME}'s {split}, the file has {len(held)}."
            )
        return random.Random(f"{NAME}/{split}/{seed}").sample(held, n)

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Run the reply's program on all calls, in one sandboxed process."""
        return _judge(problem, reply)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        """Write out the named kinds of steps, from the first assert, then the file's program."""
        name, test = str(problem.data["name"]), str(problem.data["tests"][0])
        return benchmark_steps.write(
            _visible_problem(problem.text, name, test), steps, problem.answer
        )


def _problems(path: Path) -> list[Problem]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"No JSONL file to read at {path}: {error}") from error
    found: dict[str, Problem] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                made = _problem(json.loads(line))
            except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
                raise ValueError(
                    f"{path}, line {number} is not shaped like MBPP ({error!r}). Wanted: text (or "
                    "prompt), code, and test_list, a list of asserts that call what code defines."
                ) from error
            found.setdefault(made.id, made)
    return list(found.values())


def _problem(row: Mapping[str, Any]) -> Problem:
    told, code = str(row.get("text") or row["prompt"]), str(row["code"])
    tests = [str(test) for test in row["test_list"]]
    if not tests:
        raise ValueError("test_list is empty")
    setup = str(row.get("test_setup_code") or "\n".join(row.get("test_imports", ())))
    return problem(
        NAME,
        text=f"{told.strip()}\nIt must pass:\n{tests[0]}",
        topic="MBPP",
        difficulty=1,
        answer=code,
        canonical={"text": told, "tests": tests},
        data={"name": _name(code, tests), "tests": tests, "setup": setup},
    )


def _name(code: str, tests: Sequence[str]) -> str:
    """The function that the tests call: the last one of the program that they name."""
    defined = re.findall(r"^(?:def|class)\s+(\w+)", code, re.M)
    called = [name for name in defined if re.search(rf"\b{name}\b", tests[0])]
    if not called:
        raise ValueError("the first assert calls nothing that code defines")
    return str(called[-1])


def _visible_problem(text: str, name: str, test: str) -> benchmark_steps.VisibleProblem:
    """Facts about the function, read from the one assert that a problem shows."""
    for node in ast.walk(ast.parse(test.strip())):
        match node:
            case ast.Compare(ast.Call(ast.Name(called), args, _) as call, [_], [wanted]) if (
                called == name
            ):
                takes = [_kind(ast.unparse(arg)) for arg in args]
                example = benchmark_steps.Example(ast.unparse(call), ast.unparse(wanted))
                return benchmark_steps.VisibleProblem(text, name, takes, [example])
    return benchmark_steps.VisibleProblem(text, name, ["what the assert gives it"], [])


def _kind(source: str) -> str:
    values = benchmark_steps.values_of([source])
    return kinds_of(values) if values else f"`{source}`"


@functools.lru_cache(maxsize=2048)
def read_assert(source: str, name: str) -> Assert:
    """An assert whose call and value are literals; else one that can only be run."""
    try:
        (statement,) = ast.parse(source.strip()).body
        match statement:
            case ast.Assert(
                ast.Compare(ast.Call(ast.Name(called), args, []), [ast.Eq() | ast.Is()], [expected])
            ) if called == name:
                given = tuple(encode(ast.literal_eval(arg)) for arg in args)
                return Assert(source, given, encode(ast.literal_eval(expected)))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        pass
    return Assert(source, None)


def _judge(problem: Problem, reply: str) -> Verdict:
    name, setup = str(problem.data["name"]), str(problem.data["setup"])
    found = find_program(reply, name)
    if found is None:
        said = f"The reply holds no program; it must define `{name}`."
        return Verdict(0.0, "unparsed", said, ("no_code",), judged_by=describe_level())
    tests = [read_assert(str(test), name) for test in problem.data["tests"]]
    drive, calls = _harness(name, tests)
    program = f"{setup}\n{found.code}\n\n{drive}".encode("utf-8", "replace").decode()
    try:
        ran = sandbox.run(program, calls, limits=LIMITS)
    except sandbox.SandboxUnavailable as error:
        return Verdict(0.0, "error", f"Not judged: {error}", (), found.code, describe_level())
    if ran.status == "refused":
        return Verdict(
            0.0, "error", f"Not judged: {ran.detail}", (), found.code, describe_level(ran)
        )
    mode, said = _outcome(name, tests, ran)
    inside = sum(test.args is None for test in tests)
    said += f" ({inside} of {len(tests)} asserts ran beside the program.)" if inside else ""
    if mode:
        return Verdict(0.0, "wrong", said, (mode,), found.code, describe_level(ran))
    return Verdict(1.0, "right", said, (), found.code, describe_level(ran))


def _harness(name: str, tests: Sequence[Assert]) -> tuple[str, list[Call]]:
    """Return the source that is added to the program, and the calls: one a test."""
    drive = (
        f"{CODEC_SOURCE}\n\ndef _drive(*args):\n    return _coded({name}(*map(_decoded, args)))\n"
    )
    calls = []
    for number, test in enumerate(tests):
        if test.args is None:
            body = _indent(test.source)
            drive += f"\n\ndef _test_{number}():\n    {body}\n    return True\n"
            calls.append(Call(f"_test_{number}"))
        else:
            calls.append(Call("_drive", test.args))
    return drive, calls


def _outcome(name: str, tests: Sequence[Assert], ran: ProgramResult) -> tuple[str, str]:
    """Failure mode, empty where it is right, and what to say."""
    if ran.status != "done":
        mode = {"broken": "does_not_load", "timeout": "timeout"}.get(ran.status, "stopped")
        return mode, f"The program was not run to its end: {ran.detail or ran.status}."
    for test, result in zip(tests, ran.results, strict=True):
        mode = _fault(test, result, name)
        if mode:
            said = f"It must hold that {test.source.strip()}."
            return mode, said + (
                f" {result.kind}: {result.said}" if isinstance(result, Raised) else ""
            )
    return "", f"All {len(tests)} asserts hold."


def _indent(source: str) -> str:
    return source.strip().replace("\n", "\n    ")


def _fault(test: Assert, found: Returned | Raised, name: str) -> str:
    """The failure mode of one result, empty where the assert holds.

    Compared by ==, as the file's asserts do: what comes out of the sandbox is rebuilt of built-in
    values, which have no equality of their own.
    """
    if isinstance(found, Raised):
        if found.kind == "NameError" and repr(name) in found.said:
            return "not_defined"
        if test.args is None and found.kind == "AssertionError":
            return "wrong_value"
        return "wrong_type" if found.kind == "TypeError" and "JSON" in found.said else "crash"
    if test.args is None:
        return "" if found.value is True else "wrong_value"
    try:
        return "" if decode(found.value) == decode(test.expected) else "wrong_value"
    except Unusable:
        return "wrong_type"
