"""What a borrowed problem shows, written out as steps: its signature and its examples.

Nothing here comes from a reference solution or a hidden test: a student could write it all.
"""

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from ..contract import ExpertRule
from .rulebook import RULES
from .rulebook import STEP_KINDS as CODING
from .working import kinds_of

STEP_KINDS = {
    "tally": CODING["tally"],
    "contract": CODING["contract"],
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

_SESSION = re.compile(r"^\s*>>> ?(.+)\n(?!\s*>>>)\s*(\S.*)$", re.M)
_PAIR = re.compile(r"^\s*Input:?\s*(.+)\n\s*Output:?\s*(.+)$", re.M)
_TOLD = re.compile(r"^\s*For (.+?),? the (?:output|result) should be (.+)$", re.M)
_ARROW = r"\s*(?:#\s*)?(?:==>|=>|➞|->|==|=|(?:should )?returns?)\s*(\S.*)$"


@dataclass(frozen=True)
class Example:
    """One example, as it stands in the text."""

    asked: str
    wanted: str


def rules(failure_modes: Mapping[str, str]) -> tuple[ExpertRule, ...]:
    """The rules of coding that can be followed on borrowed problems, and one about examples."""
    shared = [rule for rule in RULES if rule.name in _SHARED]
    return tuple(
        replace(rule, addresses=rule.addresses & failure_modes.keys())
        for rule in [*shared[:3], _OWN, *shared[3:]]
    )


def examples_in(text: str, name: str) -> list[Example]:
    """The examples of a docstring in any of the forms that people write; none that are not read."""
    calls = re.compile(rf"^.*?\b({re.escape(name)}\(.*?\)){_ARROW}", re.M)
    for form in (_SESSION, calls, _PAIR, _TOLD):
        found = [Example(_line(asked), _line(wanted)) for asked, wanted in form.findall(text)]
        if found:
            return found
    return []


@dataclass(frozen=True)
class Shown:
    """All that the steps are made of."""

    text: str
    name: str
    takes: Sequence[str]
    """The parameters, or what stands for them."""
    examples: Sequence[Example]
    returns: str = ""
    """As annotated; empty where nothing is."""


def write(shown: Shown, steps: frozenset[str] | None, code: str) -> str:
    """The named steps, always in the same order, and the program; None names all of them."""
    told = [said(shown) for kind, said in _WRITERS.items() if steps is None or kind in steps]
    return "\n".join([*told, f"```python\n{code.strip()}\n```"])


def signature(source: str, name: str) -> tuple[list[str], str]:
    """The parameters of a function, with their types where they have some, and what it returns."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            takes = [
                f"{arg.arg} ({ast.unparse(arg.annotation)})" if arg.annotation else arg.arg
                for arg in node.args.args
            ]
            return takes, ast.unparse(node.returns) if node.returns else ""
    return [], ""


def values_of(sources: Iterable[str]) -> list[object]:
    """Those of them that are literals, read."""
    values = []
    for source in sources:
        with suppress(ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            values.append(ast.literal_eval(source))
    return values


def _tally(shown: Shown) -> str:
    words, calls = len(shown.text.split()), len(shown.examples)
    return f"The task has {words} words and shows {calls} calls with their results."


def _contract(shown: Shown) -> str:
    values = values_of(example.wanted for example in shown.examples)
    returns = shown.returns or (f"{kinds_of(values)}, as in the examples" if values else "")
    returns = returns or "what the task says"
    takes = " and ".join(shown.takes) or "nothing"
    return f"`{shown.name}` takes {takes}; it returns {returns}, and prints nothing."


def _examples(shown: Shown) -> str:
    examples = shown.examples
    if not examples:
        return "Examples: the task shows no call with its result; its sentences must do."
    told = [f"`{it.asked}` must give `{it.wanted}`" for it in examples[:MOST]]
    more = f"; and {len(examples) - MOST} more" if len(examples) > MOST else ""
    return f"Examples: {'; '.join(told)}{more}."


def _line(text: str) -> str:
    return " ".join(text.replace("`", "'").split()).rstrip(".")


_WRITERS: Mapping[str, Callable[[Shown], str]] = {
    "tally": _tally,
    "contract": _contract,
    "examples": _examples,
}
