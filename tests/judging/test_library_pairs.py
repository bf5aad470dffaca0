"""Our verdict on answers in every form that math-verify reads, beside its own."""

import json
from collections import Counter

import pytest
from math_verify import parse, verify

from tutelage.domains import Problem, get
from tutelage.domains.maths.benchmark_files import load

from .library_pairs import PAIRS, Pair

PAIR = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.gold} | {pair.given}")


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Problem]:
    """A problem from a file for each gold answer."""
    file = tmp_path_factory.mktemp("pairs") / "golds.jsonl"
    golds = list(dict.fromkeys(pair.gold for pair in PAIRS))
    rows = [
        {"problem": f"What comes out in line {n}?", "solution": rf"It is $\boxed{{{gold}}}$."}
        for n, gold in enumerate(golds)
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    return dict(zip(golds, load(str(file)), strict=True))


def library_says_same(pair: Pair) -> bool:
    gold, given = (parse(f"${text}$", parsing_timeout=None) for text in (pair.gold, pair.given))
    return bool(verify(gold, given, timeout_seconds=None))


@PAIR
def test_an_answer_is_right_where_it_says_the_same(
    pair: Pair, problems: dict[str, Problem]
) -> None:
    verdict = get("maths").judge(problems[pair.gold], f"So we are done.\n\nAnswer: ${pair.given}$")
    assert (verdict.score == 1.0) is pair.right, verdict


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
