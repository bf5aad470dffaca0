"""Borrowed problems: HumanEval judged outside the sandbox, and MBPP-shaped files of one's own."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.domains import SPLITS, NotEnoughProblems, get
from tutelage.domains.humaneval import calls_of
from tutelage.domains.mbpp import Mbpp, read_assert
from tutelage.domains.python_coding.json_codec import CODEC_SOURCE, CodecError, decode, encode


def test_all_164_solutions_of_humaneval_are_right_and_their_prompts_are_not() -> None:
    domain = get("humaneval")
    problems = domain.problems("test", 164, 0)
    assert len({problem.id for problem in problems}) == 164
    for problem in problems:
        verdict = domain.judge(problem, domain.solution(problem) or "")
        assert verdict.outcome == "right", (problem.data, verdict)
    for problem in problems[:10]:
        for reply in ("", problem.text, f"```python\n{problem.text}\n    pass\n```"):
            assert domain.judge(problem, reply).outcome != "right"


def test_humaneval_holds_nothing_to_train_on() -> None:
    domain = get("humaneval")
    for split in SPLITS:
        if split != "test":
            with pytest.raises(NotEnoughProblems, match="for evaluation only"):
                domain.problems(split, 1, 0)


def test_what_humaneval_expects_stays_outside_and_an_equality_of_ones_own_does_not_help() -> None:
    domain = get("humaneval")
    (problem,) = [p for p in domain.problems("test", 164, 0) if p.data["task"] == "HumanEval/53"]
    assert len(calls_of("HumanEval/53")) > 100, "calls of a loop over random numbers are noted too"
    trick = "class A(int):\n    def __eq__(self, other): return True\n\n"
    for code in (f"{trick}def add(x, y): return A(1)", "def add(x, y): return 1", "add = None"):
        assert domain.judge(problem, f"```python\n{code}\n```").outcome == "wrong"
    assert domain.judge(problem, "    return x + y").outcome == "right", "a bare completion"


ROWS = [
    {
        "task_id": number,
        "text": f"Write a function to add {number} to both of a pair.",
        "code": f"def both(pair):\n    return tuple(x + {number} for x in pair)",
        "test_list": [
            f"assert both((1, 2)) == ({number + 1}, {number + 2})",
            f"assert set(both((0, 0))) == {{{number}}}",
        ],
        "test_setup_code": "",
    }
    for number in range(1, 31)
]


@pytest.fixture
def mbpp(tmp_path: Path) -> Mbpp:
    path = tmp_path / "mbpp.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS))
    return Mbpp(path=str(path))


def test_an_mbpp_file_is_a_domain_and_says_which_asserts_ran_beside_the_program(mbpp: Mbpp) -> None:
    problem = mbpp.problems("train", 5, 0)[0]
    verdict = mbpp.judge(problem, mbpp.solution(problem))
    assert verdict.outcome == "right"
    assert "1 of 2 asserts ran beside the program" in verdict.feedback
    wrong = mbpp.judge(problem, "```python\ndef both(pair):\n    return pair\n```")
    assert (wrong.outcome, wrong.failure_modes) == ("wrong", ("wrong_value",))
    as_list = "```python\ndef both(pair):\n    return [x for x in pair]\n```"
    assert mbpp.judge(problem, as_list).failure_modes == ("wrong_value",)
    assert mbpp.judge(problem, problem.text).outcome != "right"
    with pytest.raises(NotEnoughProblems):
        mbpp.problems("ood", 1, 0)


def test_asserts_of_literals_are_read_and_others_are_marked() -> None:
    assert read_assert("assert f([1, (2,)], {'a': 1}) == {3: None}", "f").args is not None
    for source in ("assert f(g(1)) == 2", "assert abs(f(1) - 2) < 1", "x = f(1)", "assert (", ""):
        assert read_assert(source, "f").args is None


@pytest.mark.parametrize("line", ['{"text": "x"}', "[1]", "no json", '{"text": "x", "code": "y=1",'
                                  ' "test_list": ["assert f(1) == 2"]}'])  # fmt: skip
def test_a_line_of_another_shape_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(f"{json.dumps(ROWS[0])}\n{line}\n")
    with pytest.raises(ValueError, match="line 2 is not shaped like MBPP"):
        get("mbpp", {"path": str(path)})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.sets(st.integers())
    ),
    max_leaves=12,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["tuple", "set", "dict", "float", "x"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(VALUES)
def test_values_come_through_the_wire_as_they_were_on_both_sides(value: object) -> None:
    inside: dict[str, object] = {}
    exec(CODEC_SOURCE, inside)
    there, back = inside["_decoded"], inside["_coded"]
    assert callable(there) and callable(back)
    assert json.loads(json.dumps(encode(value))) == encode(value)
    for made in (decode(encode(value)), there(encode(value)), decode(back(value))):
        assert made == value and type(made) is type(value)


@settings(max_examples=150)
@given(JSON)
def test_any_json_is_decoded_or_refused(found: object) -> None:
    try:
        decode(found)  # type: ignore[arg-type]
    except CodecError as error:
        assert "no coded value" in str(error)
