"""Our verdict on answers in every form that math-verify reads, beside its own."""

from collections import Counter

import pytest
from math_verify import parse, verify

from .library_pairs import PAIRS, Pair

PAIR = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.gold} | {pair.given}")


def library_says_same(pair: Pair) -> bool:
    gold, given = (parse(f"${text}$", parsing_timeout=None) for text in (pair.gold, pair.given))
    return bool(verify(gold, given, timeout_seconds=None))


@PAIR
def test_the_library_alone_says_the_opposite_only_where_a_reason_is_listed(pair: Pair) -> None:
    assert (library_says_same(pair) is pair.right) is (not pair.unlike_library)


def test_the_table_has_many_forms_and_both_verdicts_in_each() -> None:
    assert len(PAIRS) >= 150
    assert len({(pair.gold, pair.given) for pair in PAIRS}) == len(PAIRS)
    forms = Counter(pair.form for pair in PAIRS)
    assert len(forms) >= 20
    for form in forms:
        assert {pair.right for pair in PAIRS if pair.form == form} == {True, False}, form
