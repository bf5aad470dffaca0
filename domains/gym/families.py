"""What we add to a family of reasoning-gym: sizes for a small student, worked steps, advice."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reasoning_gym.arithmetic.leg_counting import ANIMALS

from ..contract import ExpertRule

Writer = Callable[[Mapping[str, Any]], str]
"""The item's metadata -> one kind of step, written out."""


@dataclass(frozen=True)
class Family:
    """Our knowledge of one family. The empty one suits every family."""

    base: Mapping[str, Any] = field(default_factory=dict)
    """Generator parameters of train, val and test; empty: the lower levels of its curriculum."""
    ood: Mapping[str, Any] = field(default_factory=dict)
    """Generator parameters of ood; empty: the next level of its curriculum, and no lower one."""
    size: Callable[[Mapping[str, Any]], int] | None = None
    """The metadata -> how many things are to be handled: topic and difficulty."""
    unit: str = ""
    step_kinds: Mapping[str, str] = field(default_factory=dict)
    writers: Mapping[str, Writer] = field(default_factory=dict)
    rules: tuple[ExpertRule, ...] = ()


def signed_terms(metadata: Mapping[str, Any]) -> list[int]:
    """The terms of a sum with their signs; `3 - 5` gives 3 and -5."""
    pieces = re.findall(r"([+-]?)\s*(-?\d+)(?=\s|$)", metadata["expression"])
    return [-int(number) if sign == "-" else int(number) for sign, number in pieces]


def running_totals(terms: list[int]) -> str:
    total, sums = terms[0], []
    for term in terms[1:]:
        sums.append(f"{total}{term:+d}={total + term}")
        total += term
    return "; ".join(sums or [str(total)]) + "."


def _leading_digit(term: int) -> int:
    return round(term, 1 - len(str(abs(term))))


def _estimate(metadata: Mapping[str, Any]) -> str:
    rounded = [_leading_digit(term) for term in signed_terms(metadata)]
    return f"About {sum(rounded)}."


def products(metadata: Mapping[str, Any]) -> str:
    counts = metadata["animals"].items()
    return "; ".join(f"{name} {n}x{ANIMALS[name]}={n * ANIMALS[name]}" for name, n in counts) + "."


def leg_totals(metadata: Mapping[str, Any]) -> str:
    return running_totals([n * ANIMALS[name] for name, n in metadata["animals"].items()])


_TOTALS = ExpertRule(
    name="totals",
    section="Working",
    text="Add one number at a time and write every running total before you take the next number.",
    steps=frozenset({"totals"}),
    addresses=frozenset({"no_working", "false_equation", "wrong_answer"}),
)
CARE = ExpertRule(
    name="care",
    section="Habits",
    text="Work slowly and check your work once more before you answer.",
    steps=frozenset(),
    addresses=frozenset({"wrong_answer"}),
)
FORMAT = ExpertRule(
    name="format",
    section="Habits",
    text="Close with the answer in the form that was asked for, and write nothing after it.",
    steps=frozenset(),
    addresses=frozenset({"no_answer"}),
)

FAMILIES: dict[str, Family] = {
    "chain_sum": Family(
        base={"min_terms": 3, "max_terms": 4, "min_digits": 1, "max_digits": 2},
        ood={"min_terms": 5, "max_terms": 6, "min_digits": 1, "max_digits": 2},
        size=lambda metadata: int(metadata["num_terms"]),
        unit="terms",
        step_kinds={
            "estimate": "Rounds every term and gives a rough total.",
            "operands": "Restates the terms with their signs.",
            "totals": "Writes every running total.",
        },
        writers={
            "estimate": _estimate,
            "operands": lambda m: " ".join(f"{term:+d}" for term in signed_terms(m)) + ".",
            "totals": lambda m: running_totals(signed_terms(m)),
        },
        rules=(
            ExpertRule(
                name="estimate",
                section="Before you begin",
                text="Round every number and write a rough total first; the exact one is near it.",
                steps=frozenset({"estimate"}),
                addresses=frozenset({"wrong_answer"}),
            ),
            CARE,
            _TOTALS,
            ExpertRule(
                name="operands",
                section="Before you begin",
                text="Write the numbers down once more, each with the sign that stands before it.",
                steps=frozenset({"operands"}),
                addresses=frozenset({"no_working", "wrong_answer"}),
            ),
            FORMAT,
        ),
    ),
    "leg_counting": Family(
        base={"min_animals": 2, "max_animals": 3, "min_instances": 1, "max_instances": 9},
        ood={"min_animals": 4, "max_animals": 5, "min_instances": 1, "max_instances": 9},
        size=lambda metadata: int(metadata["num_animals"]),
        unit="kinds of animals",
        step_kinds={
            "products": "Multiplies each kind's number by its legs.",
            "totals": "Writes every running total.",
        },
        writers={"products": products, "totals": leg_totals},
        rules=(
            FORMAT,
            ExpertRule(
                name="products",
                section="Working",
                text="For each kind write how many there are, how many legs one has, and the "
                "product; animals without legs give nothing.",
                steps=frozenset({"products"}),
                addresses=frozenset({"no_working", "wrong_answer"}),
            ),
            CARE,
            _TOTALS,
        ),
    ),
}
"""Families with worked steps. Every other family of reasoning-gym works with bare answers."""
