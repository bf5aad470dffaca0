"""Draws problems from the templates, in turn over areas, templates and levels."""

import functools
import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..contract import Problem, Split
from ..drawing import take, take_in_turn
from ..identity import problem, split_of
from . import algebra, calculus, geometry, probability, word_problems
from .equations import Bindings
from .expressions import parse, value
from .template import HARD, Exercise, Numbers, WorkedProblem

NAME = "maths"
_BY_AREA: Mapping[str, Sequence[Exercise]] = {
    "algebra": algebra.TEMPLATES,
    "geometry": geometry.TEMPLATES,
    "calculus": calculus.TEMPLATES,
    "statistics": probability.TEMPLATES,
    "word problems": word_problems.TEMPLATES,
}
AREAS = tuple(_BY_AREA)
TEMPLATES = tuple(replace(each, area=area) for area, some in _BY_AREA.items() for each in some)
_BY_NAME = {template.name: template for template in TEMPLATES}
PATIENCE = 400
"""So many draws of a template that bring nothing new, and it counts as used up."""

Source = tuple[Exercise, int]
"""A template and the level that its numbers are drawn from."""


def draw(
    areas: Sequence[str], levels: Sequence[int], split: Split, n: int, seed: int
) -> list[Problem]:
    """Return `n` distinct problems of `split`, the areas in turn. Raises NotEnoughProblems."""
    turns = [_area(area, levels, split, seed) for area in areas]
    hint = "Ask for fewer, or for more topics or levels."
    return take(take_in_turn(turns), n, NAME, split, hint)


def _area(area: str, levels: Sequence[int], split: Split, seed: int) -> Iterator[Problem]:
    """Return the problems of an area, its templates and levels in turn until all are used up."""
    sources: list[Source] = [
        (template, level)
        for template in TEMPLATES
        if template.area == area
        for level in ((HARD,) if split == "ood" else () if template.away else levels)
    ]
    random.Random(f"{NAME}/{split}/{seed}/{area}").shuffle(sources)
    queues = [_fresh(source, split, seed) for source in sources]
    return take_in_turn(queues)


def _fresh(source: Source, split: Split, seed: int) -> Iterator[Problem]:
    template, level = source
    rnd = random.Random(f"{NAME}/{split}/{seed}/{template.name}/{level}")
    seen: set[Numbers] = set()
    for _ in itertools.repeat(None):
        for _ in range(PATIENCE):
            numbers = template.draw(rnd, level)
            if numbers not in seen:
                break
        else:
            return
        seen.add(numbers)
        found = _problem(template, level, numbers)
        if split == "ood" or split_of(found.id) == split:
            yield found


def _problem(template: Exercise, level: int, numbers: Numbers) -> Problem:
    made = template.make(*numbers)
    canonical = {"template": template.name, "numbers": list(numbers)}
    return problem(
        NAME,
        text=made.text,
        topic=template.area,
        difficulty=level,
        answer=answer_with_unit(made.answer, made.unit),
        canonical=canonical,
        data=canonical,
        features=features_of(made.text),
    )


def answer_with_unit(answer: str, unit: str) -> str:
    """Return the answer with its unit, as a reply would write it."""
    return f"${answer}" if unit == "$" else f"{answer} {unit}".strip()


def features_of(text: str) -> dict[str, float]:
    """Return the shallow facts that a guess could use: the length and the numbers."""
    numbers = [int(digits) for digits in re.findall(r"\d{1,9}", text)]
    return {
        "characters": len(text),
        "numbers": len(numbers),
        "largest number": max(numbers, default=0),
        "smallest number": min(numbers, default=0),
        "first number": numbers[0] if numbers else 0,
        "last number": numbers[-1] if numbers else 0,
        "sum": sum(numbers),
    }


def worked_problem(problem: Problem) -> WorkedProblem:
    """Make the problem with its worked solution again from its numbers."""
    return _work_out(str(problem.data["template"]), tuple(problem.data["numbers"]))


@functools.lru_cache(maxsize=4096)
def _work_out(template: str, numbers: Numbers) -> WorkedProblem:
    return _BY_NAME[template].make(*numbers)


def bindings_of(problem: Problem) -> Bindings:
    """Return the values of a problem's letters, by which written equations are evaluated."""
    return _bindings(str(problem.data["template"]), tuple(problem.data["numbers"]))


@functools.lru_cache(maxsize=4096)
def _bindings(template: str, numbers: Numbers) -> Bindings:
    made = _work_out(template, numbers)
    values = made.values or ({"x": []} if made.functions else {})
    return Bindings(
        {name: [value(parse(one)) for one in some] for name, some in values.items()},
        {name: parse(body) for name, body in made.functions.items()},
    )
