"""Rules that say nearly the same are found by meaning, and only offered."""

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tutelage.store import EMPTY, Strategy
from tutelage.store.edits import Add, apply
from tutelage.store.index.near_duplicates import near_duplicates

from .library import SAMPLES
from .plans import Plan, plans


def rules(*texts: str, when: str = "") -> Strategy:
    return apply(EMPTY, [Add(section="Method", text=text, when=when) for text in texts], "run/1")


def by_letters(texts: list[str]) -> np.ndarray:
    """A vector a text: how often each letter stands in it, made one long."""
    counts = np.array(
        [[text.count(letter) for letter in "abcdefgh"] for text in texts], dtype=float
    )
    return (counts / np.linalg.norm(counts, axis=1, keepdims=True)).astype(np.float32)


def test_pairs_come_with_their_cosine_the_most_alike_first() -> None:
    strategy = rules("aab", "abb", "c", "aab b", "d")
    a, b, _, d, _ = (rule.id for rule in strategy.rules)

    found = near_duplicates(strategy, 0.79, by_letters)  # type: ignore[arg-type]  # any sequence of texts

    assert [set(pair[:2]) for pair in found] == [{a, d}, {b, d}, {a, b}]
    assert [round(pair[2], 2) for pair in found] == [0.95, 0.95, 0.8]
    assert near_duplicates(strategy, 0.97, by_letters) == []  # type: ignore[arg-type]  # as above


@given(plans(), st.floats(0.5, 1.0))
def test_every_pair_is_weighed_once(plan: Plan, at_least: float) -> None:
    def alike(texts: list[str]) -> np.ndarray:
        return np.ones((len(texts), 1), dtype=np.float32)

    found = near_duplicates(plan.after, at_least, alike)  # type: ignore[arg-type]  # any sequence of texts

    n = len(plan.after.rules)
    assert len({frozenset(pair[:2]) for pair in found}) == len(found) == n * (n - 1) // 2


def test_a_rule_alone_loads_nothing() -> None:
    code = (
        "import sys\n"
        "from tutelage.store import EMPTY\n"
        "from tutelage.store.edits import Add, apply\n"
        "from tutelage.store.index.near_duplicates import near_duplicates\n"
        "one = apply(EMPTY, [Add(section='Method', text='Count.')], 'run/1')\n"
        "print(near_duplicates(EMPTY), near_duplicates(one), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] [] False"


def test_two_wordings_of_one_rule_are_twins_and_two_rules_are_not() -> None:
    sorting = (
        "Sort the meetings by start time and go through them in that order.",
        "Sort meetings by start time, then go through them in order.",
    )
    strategy = rules(*sorting, "Name the meetings that are still running and count them.")
    first, second, _ = (rule.id for rule in strategy.rules)

    ((one, other, cosine),) = near_duplicates(strategy)

    assert (one, other) == (first, second)
    assert 0.9 <= cosine < 1.0
    for sample in SAMPLES:
        assert near_duplicates(rules(*(text for _, text in sample.rules))) == [], sample.domain


def test_the_same_words_with_another_scope_lie_apart() -> None:
    here = [Add(section="Method", text="Count them.", when="meetings may share a room")]
    there = [Add(section="Method", text="Count them.", when="an integral has two bounds")]

    assert near_duplicates(apply(EMPTY, [*here, *there], "run/1")) == []
    assert len(near_duplicates(apply(EMPTY, [*here, *here], "run/1"))) == 1
