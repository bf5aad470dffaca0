"""How the default families of `general` are worked and checked, and when two tasks are the same."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reasoning_gym.arithmetic.leg_counting import ANIMALS

from .families import Writer, leg_totals, products, running_totals, signed_terms

Item = Mapping[str, Any]
"""The metadata of an item."""


@dataclass(frozen=True)
class Skill:
    """One family's working, a check by another way, and its harder level."""

    working: Writer
    check: Writer
    canonical: Callable[[Item], Any]
    """The same for two items that ask the same, however they are worded or ordered."""
    ood: int = 3
    """The level of the curriculum that training never sees."""
    commonest: str = ""
    """An answer so common that `general` leaves most problems with it out, for its floor's sake."""
    ends_in_result: bool = False
    """Whether the last equation of a working gives the answer."""


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


def _spelled(item: Item) -> str:
    word = item["word"]
    return f"Letters {' '.join(word)}. From the last to the first {' '.join(reversed(word))}."


def _bits(item: Item) -> str:
    powers = [2**place for place in range(item["number"].bit_length() - 1, -1, -1)]
    held = [power for power in powers if power & item["number"]]
    return f"{item['number']} is {' + '.join(map(str, held))}, which is {len(held)} powers of two."


def _bits_check(item: Item) -> str:
    digits = f"{item['number']:b}"
    return f"in binary {digits}, {digits.count('0')} zeros of {len(digits)} digits."


SKILLS: dict[str, Skill] = {
    "chain_sum": Skill(
        working=lambda item: running_totals(signed_terms(item)),
        check=_chain_check,
        canonical=lambda item: sorted(signed_terms(item)),
        ends_in_result=True,
    ),
    "leg_counting": Skill(
        working=lambda item: f"{products(item)} {leg_totals(item)}",
        check=_legs_check,
        canonical=lambda item: sorted(map(list, item["animals"].items())),
        ends_in_result=True,
    ),
    "gcd": Skill(_euclid, _gcd_check, lambda item: sorted(item["numbers"]), commonest="1"),
    "letter_counting": Skill(
        _letters,
        _letters_check,
        lambda item: [item["target_letter"].lower(), " ".join(item["span"]).lower()],
        # Each level shares its longest texts with the shortest of the next one.
        ood=4,
    ),
    "spell_backward": Skill(
        _spelled,
        lambda item: f"{item['word'][::-1]} read from its end is {item['word']}.",
        lambda item: item["word"].lower(),
    ),
    "count_bits": Skill(_bits, _bits_check, lambda item: item["number"]),
}
