"""Templates of problems: words and code with holes, and the choices that fill them."""

import itertools
import json
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..identity import name_of
from ..sandbox import Json
from .harness import Harness
from .inputs import Drawer

NAME = "python_coding"
Choice = int | str | Mapping[str, int | str]
"""What fills the hole `$limit`; a mapping fills `$limit_say`, `$limit_op` and so on together."""


def filling(say: str, code: str) -> Choice:
    """Return what fills `$limit_say` and `$limit_code` together."""
    return {"say": say, "code": code}


@dataclass(frozen=True)
class Template:
    """A family of problems. `text`, `code`, `plan` and `harness` may hold `$holes`."""

    name: str
    """Also the name of the function or class that is asked for."""
    difficulty: int
    """1 is a loop or an expression, 2 needs care, 3 needs an idea."""
    text: str
    plan: str
    """How an expert would go about it, in one sentence."""
    code: str
    """The reference solution."""
    inputs: Drawer
    """Draws the list of arguments of one call."""
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    """Every combination is one problem."""
    harness: Harness | None = None
    """How a test exercises what was asked for; without one, it is called."""
    ood: bool = False
    """Held back from training: all its problems are in the split `ood`."""
    topic: str = ""
    """Filled in where the files of all topics are gathered."""

    def tasks(self) -> Iterator["Task"]:
        for values in itertools.product(*self.choices.values()):
            yield Task(self, dict(zip(self.choices, values, strict=True)))


@dataclass(frozen=True, eq=False)
class Task:
    """A problem of a template, with its holes filled."""

    template: Template
    params: Mapping[str, Choice]

    @cached_property
    def id(self) -> str:
        """The hash that decides the split of every problem made from the task."""
        return name_of(NAME, self.canonical)

    @property
    def canonical(self) -> Json:
        named = {"template": self.template.name, "params": dict(self.params)}
        canonical: Json = json.loads(json.dumps(named, default=dict))
        return canonical

    @property
    def name(self) -> str:
        return self.template.name

    @cached_property
    def text(self) -> str:
        return self._fill(self.template.text)

    @cached_property
    def plan(self) -> str:
        return self._fill(self.template.plan)

    @cached_property
    def code(self) -> str:
        return self._fill(self.template.code)

    @cached_property
    def harness(self) -> str:
        return self._fill(self.template.harness.source) if self.template.harness else ""

    @property
    def calls(self) -> str:
        """The function that tests call."""
        return "_drive" if self.harness else self.name

    @cached_property
    def near(self) -> tuple[int, ...]:
        """The numbers among the parameters."""
        return tuple(value for value in self._holes().values() if isinstance(value, int))

    def _holes(self) -> dict[str, int | str]:
        holes: dict[str, int | str] = {}
        for name, value in self.params.items():
            if isinstance(value, Mapping):
                holes |= {f"{name}_{part}": filling for part, filling in value.items()}
            else:
                holes[name] = value
        return holes

    def _fill(self, source: str) -> str:
        """Fill the holes twice: what fills a hole may have holes."""
        holes = {**self._holes(), "name": self.name}
        once = string.Template(source.strip()).substitute(holes)
        return string.Template(once).substitute(holes)


OVER: Sequence[Choice] = (
    {"say": "greater than", "op": ">"},
    {"say": "less than", "op": "<"},
    {"say": "at least", "op": ">="},
    {"say": "at most", "op": "<="},
)
"""Comparisons, for many templates."""
FIRST_LAST: Sequence[Choice] = ({"say": "first", "at": 0}, {"say": "last", "at": -1})
