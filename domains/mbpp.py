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
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..bounded_json import read_json
from .contract import NotEnoughProblems, Problem, Split, Verdict
from .identity import problem, split_of
from .python_coding import benchmark_judging
from .python_coding.json_codec import CodecError, decode, encode
from .python_coding.judging import crash_mode
from .python_coding.programs import find_program
from .python_coding.solutions import kinds_of
from .sandbox import Call, Json, Raised, Returned

NAME = "mbpp"
GUIDE = benchmark_judging.guide(
    "Short Python programs that pass the asserts of an MBPP-shaped file of yours.",
    "Reply with the whole program in one ```python block.",
    wrong_value="An assert does not hold.",
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
    judge_version = 1
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
        name, setup = str(problem.data["name"]), str(problem.data["setup"])
        tests = [read_assert(str(test), name) for test in problem.data["tests"]]
        source, calls = _harness(tests)
        inside = sum(test.args is None for test in tests)
        return benchmark_judging.judge(
            name,
            find_program(reply, name),
            calls,
            lambda results: _fault(name, tests, results),
            setup=f"{setup}\n",
            tests=source,
            note=f" ({inside} of {len(tests)} asserts ran beside the program.)" if inside else "",
        )

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        """Write out the named kinds of steps, from the first assert, then the file's program."""
        name, test = str(problem.data["name"]), str(problem.data["tests"][0])
        return benchmark_judging.write(
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
                made = _problem(read_json(line))
            except (KeyError, TypeError, AttributeError, ValueError) as error:
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


def _visible_problem(text: str, name: str, test: str) -> benchmark_judging.VisibleProblem:
    """Facts about the function, read from the one assert that a problem shows."""
    try:
        tree: ast.AST = ast.parse(test.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        tree = ast.Module([], [])
    for node in ast.walk(tree):
        match node:
            case ast.Compare(ast.Call(ast.Name(called), args, _) as call, [_], [wanted]) if (
                called == name
            ):
                takes = [_kind(ast.unparse(arg)) for arg in args]
                example = benchmark_judging.CallExample(ast.unparse(call), ast.unparse(wanted))
                return benchmark_judging.VisibleProblem(text, name, takes, [example])
    return benchmark_judging.VisibleProblem(text, name, ["what the assert gives it"], [])


def _kind(source: str) -> str:
    values = benchmark_judging.values_of([source])
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


def _harness(tests: Sequence[Assert]) -> tuple[str, list[Call]]:
    """Return the source that runs asserts beside the program, and the calls: one a test."""
    source, calls = "", []
    for number, test in enumerate(tests):
        if test.args is None:
            body = test.source.strip().replace("\n", "\n    ")
            source += f"\n\ndef _test_{number}():\n    {body}\n    return True\n"
            calls.append(Call(f"_test_{number}"))
        else:
            calls.append(Call("_drive", test.args))
    return source, calls


def _fault(
    name: str, tests: Sequence[Assert], results: benchmark_judging.Results
) -> tuple[str, str]:
    """Failure mode, empty where it is right, and what to say."""
    for test, result in zip(tests, results, strict=True):
        mode = _failure_mode(test, result, name)
        if mode:
            said = f"It must hold that {test.source.strip()}."
            return mode, said + (
                f" {result.kind}: {result.said}" if isinstance(result, Raised) else ""
            )
    return "", f"All {len(tests)} asserts hold."


def _failure_mode(test: Assert, found: Returned | Raised, name: str) -> str:
    """The failure mode of one result, empty where the assert holds.

    Compared by ==, as the file's asserts do: what comes out of the sandbox is rebuilt of built-in
    values, which have no equality of their own.
    """
    if isinstance(found, Raised):
        if test.args is None and found.kind == "AssertionError":
            return "wrong_value"
        return crash_mode(found, name)
    if test.args is None:
        return "" if found.value is True else "wrong_value"
    try:
        return "" if decode(found.value) == decode(test.expected) else "wrong_value"
    except CodecError:
        return "wrong_type"
