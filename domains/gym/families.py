"""Families of reasoning-gym: sizes for a small student, worked steps, checks, rules."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reasoning_gym.arithmetic.leg_counting import ANIMALS

from ..contract import ExpertRule
from ..jsonl import guide

Item = Mapping[str, Any]
"""The metadata of an item."""
Writer = Callable[[Item], str]
"""The item's metadata -> one kind of step, written out."""


@dataclass(frozen=True)
class Family:
    """Sizes, steps and rules of one family. The empty one suits every family."""

    base: Mapping[str, Any] = field(default_factory=dict)
    """Generator parameters of train, val and test; empty: the lower levels of its curriculum."""
    ood: Mapping[str, Any] = field(default_factory=dict)
    """Generator parameters of ood; empty: the next level of its curriculum, and no lower one."""
    size: Callable[[Item], int] | None = None
    """The metadata -> how many things are to be handled: topic and difficulty."""
    unit: str = ""
    step_kinds: Mapping[str, str] = field(default_factory=dict)
    writers: Mapping[str, Writer] = field(default_factory=dict)
    rules: tuple[ExpertRule, ...] = ()


def signed_terms(metadata: Item) -> list[int]:
    """Return the terms of a sum with their signs; `3 - 5` gives 3 and -5."""
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


def _estimate(metadata: Item) -> str:
    rounded = [_leading_digit(term) for term in signed_terms(metadata)]
    return f"About {sum(rounded)}."


def products(metadata: Item) -> str:
    counts = metadata["animals"].items()
    return "; ".join(f"{name} {n}x{ANIMALS[name]}={n * ANIMALS[name]}" for name, n in counts) + "."


def leg_totals(metadata: Item) -> str:
    return running_totals([n * ANIMALS[name] for name, n in metadata["animals"].items()])


_TOTALS = ExpertRule(
    name="totals",
    section="Working",
    text="Add one number at a time and write every running total before you take the next number.",
    steps=frozenset({"totals"}),
    addresses=frozenset({"no_working", "false_equation", "wrong_answer"}),
)
CARE = replace(guide.CARE, addresses=frozenset({"wrong_answer"}))
FORMAT = replace(guide.FORMAT, addresses=frozenset({"no_answer"}))

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
"""Families with steps under `gym:FAMILY`; every other one gives bare answers there."""


@dataclass(frozen=True)
class WorkedFamily:
    """A family of `general`: its working, a check by another way, and its harder level."""

    working: Writer
    check: Writer
    canonical: Callable[[Item], Any]
    """The same for two items that ask the same, however they are worded or ordered."""
    ood: int = 3
    """The level of the curriculum that training never sees."""
    ends_in_result: bool = False
    """True where the last equation of a working gives the answer."""


def _chain_check(item: Item) -> str:
    plus = sum(term for term in signed_terms(item) if term > 0)
    minus = -sum(term for term in signed_terms(item) if term < 0)
    return f"{plus}-{minus}={plus - minus}."


def _legs_check(item: Item) -> str:
    return running_totals([n * ANIMALS[name] for name, n in reversed(item["animals"].items())])


def _euclid(item: Item) -> str:
    numbers = list(item["numbers"])
    lines, common = [], numbers[0]
    for number in numbers[1:]:
        high, low = max(common, number), min(common, number)
        while low:
            lines.append(f"{high} mod {low} = {high % low}")
            high, low = low, high % low
        common = high
    return f"{'; '.join(lines)}. That leaves {common}."


def _gcd_check(item: Item) -> str:
    common = math.gcd(*item["numbers"])
    parts = [number // common for number in item["numbers"]]
    shown = "; ".join(f"{part}x{common}={part * common}" for part in parts)
    return f"{shown}. {', '.join(map(str, parts))} have no common factor."


def _hits(item: Item) -> list[tuple[str, int]]:
    letter = item["target_letter"].lower()
    return [(word, word.lower().count(letter)) for word in item["span"]]


def _letters(item: Item) -> str:
    hits = _hits(item)
    return f"{', '.join(f'{word} {n}' for word, n in hits)}. Together {sum(n for _, n in hits)}."


def _letters_check(item: Item) -> str:
    holding = [word for word, n in _hits(item) for _ in range(n)]
    return f"one for each of: {', '.join(holding) or 'none'}. That makes {len(holding)}."


def _spell_out(item: Item) -> str:
    word = item["word"]
    return f"Letters {' '.join(word)}. From the last to the first {' '.join(reversed(word))}."


def _bits(item: Item) -> str:
    powers = [2**place for place in range(item["number"].bit_length() - 1, -1, -1)]
    held = [power for power in powers if power & item["number"]]
    return f"{item['number']} is {' + '.join(map(str, held))}, which is {len(held)} powers of two."


def _bits_check(item: Item) -> str:
    digits = f"{item['number']:b}"
    return f"in binary {digits}, {digits.count('0')} zeros of {len(digits)} digits."


WORKED_FAMILIES: dict[str, WorkedFamily] = {
    "chain_sum": WorkedFamily(
        working=lambda item: running_totals(signed_terms(item)),
        check=_chain_check,
        canonical=lambda item: sorted(signed_terms(item)),
        ends_in_result=True,
    ),
    "leg_counting": WorkedFamily(
        working=lambda item: f"{products(item)} {leg_totals(item)}",
        check=_legs_check,
        canonical=lambda item: sorted(map(list, item["animals"].items())),
        ends_in_result=True,
    ),
    "gcd": WorkedFamily(_euclid, _gcd_check, lambda item: sorted(item["numbers"])),
    "letter_counting": WorkedFamily(
        _letters,
        _letters_check,
        lambda item: [item["target_letter"].lower(), " ".join(item["span"]).lower()],
        # Each level shares its longest texts with the shortest of the next one.
        ood=4,
    ),
    "spell_backward": WorkedFamily(
        _spell_out,
        lambda item: f"{item['word'][::-1]} read from its end is {item['word']}.",
        lambda item: item["word"].lower(),
    ),
    "count_bits": WorkedFamily(_bits, _bits_check, lambda item: item["number"]),
}
"""Families of `general`, which asks for the working and a check of each."""
