"""A reply has room for what a student is to learn to write, as the real student counts tokens."""

import pytest
from transformers import AutoTokenizer

from tutelage.domains.contract import SPLITS, NotEnoughProblems
from tutelage.domains.registry import get, names
from tutelage.models.hf.dequantise import dequantise

OF_THE_USER = {"mbpp"}
"""Made of a file that is not ours."""


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(names()) - OF_THE_USER))
def test_the_longest_worked_solution_fits_into_a_reply(name: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(dequantise("smollm2-135m", 135e6))
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
