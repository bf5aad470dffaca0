"""Frauds are planted, and each is refused and named."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tutelage.domains.contract import Problem, Split
from tutelage.graph.config import ConfigError

from .graph.fakes import Parity
from .graph.world import small_run


class Rehearsed(Parity):
    """Its validation problems are its training problems, asked in other words."""

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        if split != "val":
            return super().problems(split, n, seed)
        asked = super().problems("train", n, seed)
        return [Problem(**{**vars(p), "text": p.text.replace("Is the", "Would you call the")})
                for p in asked]  # fmt: skip


class Renamed(Parity):
    """Its test holds training problems under other names, with another mark at the end."""

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        asked = super().problems(split, n, seed)
        if split != "test":
            return asked
        (old,) = super().problems("train", 1, seed)
        return [*asked[1:], Problem(**{**vars(old), "id": "f" * 16, "text": f"{old.text[:-1]} ?!"})]


@pytest.mark.parametrize(
    ("domain", "told"),
    [(Rehearsed(), "240 problems of val stand in train"), (Renamed(), "1 problems of test stand")],
)
def test_splits_that_share_a_problem_in_other_words_are_never_frozen(
    tmp_path: Path, domain: Parity, told: str
) -> None:
    with pytest.raises(ConfigError, match=told) as refused:
        small_run(tmp_path, domain=domain)
    names = {problem.id for problem in domain.problems("val", 240, 0)} | {"f" * 16}
    assert any(name in str(refused.value) for name in names), "the ids are named"
    assert not (tmp_path / "store").exists(), "nothing was begun"
