"""Guide, judge and solutions that the benchmarks (HumanEval, MBPP) share.

Solutions are written from what the problem shows, and nothing of them comes from a reference
solution or a hidden test: a student could write it all.
"""

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from ..contract import ExpertRule, Guide, Verdict
from ..sandbox import Call, Limits, ProgramResult, Raised, Returned
from .guide import GUIDE
from .json_codec import CODEC_SOURCE
from .judging import judge_program
from .programs import ReplyProgram
from .solutions import kinds_of

LIMITS = Limits(seconds=6.0)
MODES = ("no_code", "not_defined", "does_not_load", "timeout", "stopped", "crash", "wrong_type")
Results = Sequence[Returned | Raised]

STEP_KINDS = {
    "tally": GUIDE.step_kinds["tally"],
    "contract": GUIDE.step_kinds["contract"],
    "examples": "Says of each example that the task shows what it demands.",
}
MOST = 6
"""Examples that are written out."""
_OWN = ExpertRule(
    name="examples",
    section="Before you write",
    text="Write down for each example that the task shows what is asked and what must come out of "
    "it; then write code that gives exactly that.",
    steps=frozenset({"examples"}),
    addresses=frozenset({"wrong_value", "wrong_type", "crash"}),
)
_SHARED = ("shortcut", "care", "contract", "swallow", "tally", "format")

_SESSION = re.compile(r"^[^\S\n]*>>> ?(.+)\n(?!\s*>>>)\s*(\S.*)$", re.M)
_PAIR = re.compile(r"^[^\S\n]*Input:?\s*+(.+)\n\s*Output:?\s*+(.+)$", re.M)
_FOR_INPUT = re.compile(r"^[^\S\n]*For (.+?),? the (?:output|result) should be (.+)$", re.M)
_ARROW = r"\s*(?:#\s*)?(?:==>|=>|➞|->|==|=|(?:should )?returns?)\s*(\S.*)$"


@dataclass(frozen=True)
class CallExample:
    """One example, as it stands in the text."""

    asked: str
    wanted: str


def guide(description: str, reply_format: str, wrong_value: str) -> Guide:
    """Return the guide of a benchmark: rules of coding that apply, and one on examples."""
    failures = {**{mode: GUIDE.failure_modes[mode] for mode in MODES}, "wrong_value": wrong_value}
    shared = [rule for rule in GUIDE.rules if rule.name in _SHARED]
    return Guide(
        description=description,
        reply_format=reply_format,
        step_kinds=STEP_KINDS,
        failure_modes=failures,
        rules=tuple(
            replace(rule, addresses=rule.addresses & failures.keys())
            for rule in [*shared[:3], _OWN, *shared[3:]]
        ),
        max_tokens=768,
    )


def judge(
    name: str,
    found: ReplyProgram | None,
    calls: Sequence[Call],
    fault_of: Callable[[Results], tuple[str, str]],
    *,
    setup: str = "",
    tests: str = "",
    note: str = "",
) -> Verdict:
    """Run a reply's program between two pieces of source, and score what its calls gave.

    `_drive` calls `name` with coded arguments and codes its value. `fault_of` returns a failure
    mode, empty where all is right, and what to say.
    """

    def verdict_of(ran: ProgramResult, found: ReplyProgram) -> Verdict:
        if ran.status == "done":
            mode, said = fault_of(ran.results)
        else:
            mode = {"broken": "does_not_load", "timeout": "timeout"}.get(ran.status, "stopped")
            said = f"The program was not run to its end: {ran.detail or ran.status}."
        if mode:
            return Verdict(0.0, "wrong", said + note, (mode,), found.code)
        return Verdict(1.0, "right", said + note, (), found.code)

    drive = f"def _drive(*args):\n    return _coded({name}(*map(_decoded, args)))\n"
    around = (setup, f"{CODEC_SOURCE}\n\n{drive}{tests}")
    return judge_program(name, found, around, calls, verdict_of, limits=LIMITS)


def examples_in(text: str, name: str) -> list[CallExample]:
    """Return the examples of a docstring, in any of four forms; none where none can be read."""
    calls = re.compile(rf"^.*?\b({re.escape(name)}\(.{{0,1000}}?\)){_ARROW}", re.M)
    for form in (_SESSION, calls, _PAIR, _FOR_INPUT):
        found = [CallExample(_line(asked), _line(wanted)) for asked, wanted in form.findall(text)]
        if found:
            return found
    return []


@dataclass(frozen=True)
class VisibleProblem:
    """The visible part of a problem, from which the steps are written."""

    text: str
    name: str
    takes: Sequence[str]
    """The parameters, or what stands for them."""
    examples: Sequence[CallExample]
    returns: str = ""
    """As annotated; empty where nothing is."""


def write(visible: VisibleProblem, steps: frozenset[str] | None, code: str) -> str:
    """Write the named steps, always in the same order, and the program; None names all of them."""
    told = [said(visible) for kind, said in _WRITERS.items() if steps is None or kind in steps]
    return "\n".join([*told, f"```python\n{code.strip()}\n```"])


def signature(source: str, name: str) -> tuple[list[str], str]:
    """Return the parameters of a function, with their types if any, and the type it returns."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            takes = [
                f"{arg.arg} ({ast.unparse(arg.annotation)})" if arg.annotation else arg.arg
                for arg in node.args.args
            ]
            return takes, ast.unparse(node.returns) if node.returns else ""
    return [], ""


def values_of(sources: Iterable[str]) -> list[object]:
    """Return the values of those sources that are literals."""
    values = []
    for source in sources:
        with suppress(ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            values.append(ast.literal_eval(source))
    return values


def _tally(visible: VisibleProblem) -> str:
    words, calls = len(visible.text.split()), len(visible.examples)
    return f"The task has {words} words and shows {calls} calls with their results."


def _contract(visible: VisibleProblem) -> str:
    values = values_of(example.wanted for example in visible.examples)
    returns = visible.returns or (f"{kinds_of(values)}, as in the examples" if values else "")
    returns = returns or "what the task says"
    takes = " and ".join(visible.takes) or "nothing"
    return f"`{visible.name}` takes {takes}; it returns {returns}, and prints nothing."


def _examples(visible: VisibleProblem) -> str:
    examples = visible.examples
    if not examples:
        return "Examples: the task shows no call with its result; its sentences must do."
    told = [f"`{it.asked}` must give `{it.wanted}`" for it in examples[:MOST]]
    more = f"; and {len(examples) - MOST} more" if len(examples) > MOST else ""
    return f"Examples: {'; '.join(told)}{more}."


def _line(text: str) -> str:
    return " ".join(text.replace("`", "'").split()).rstrip(".")


_WRITERS: Mapping[str, Callable[[VisibleProblem], str]] = {
    "tally": _tally,
    "contract": _contract,
    "examples": _examples,
}
