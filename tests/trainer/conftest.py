"""A domain of one line, and a student that is real in all but the size of its weights."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import torch

from tutelage.domains.contract import Domain, Guide, Problem, Split, Verdict
from tutelage.models.hf.model import HfModel
from tutelage.store import EMPTY, Rule, Strategy
from tutelage.trainer import Dataset, Recipe, build_dataset

from .tiny import save_student


class Parity:
    """Is a sum even?"""

    name = "parity"
    task_type = "classification"
    guide = Guide(
        description="Say whether a sum is even.",
        reply_format="End with YES or NO.",
        step_kinds={"sum": "writes the sum", "half": "writes the remainder of the sum by two"},
        failure_modes={"wrong": "the wrong word"},
        classes=("YES", "NO"),
        max_tokens=64,
    )

    def problems(self, split: Split, n: int, seed: int) -> Sequence[Problem]:
        pairs = [(a, a + b) for a in range(3, 3 + n) for b in (a % 2,)]
        return [
            Problem(
                id=f"{split}-{a}-{b}",
                text=f"Is {a} + {b} even?",
                topic="sums",
                difficulty=1,
                answer="YES" if (a + b) % 2 == 0 else "NO",
                data={"sum": a + b},
            )
            for a, b in pairs
        ]

    def judge(self, problem: Problem, reply: str) -> Verdict:
        last = reply.split()[-1] if reply.split() else ""
        if last not in self.guide.classes:
            return Verdict(0.0, "unparsed", "Say YES or NO.")
        right = last == problem.answer
        return Verdict(float(right), "right" if right else "wrong", "", (), last)

    def solution(self, problem: Problem, steps: frozenset[str] | None = None) -> str:
        total = int(problem.data["sum"])
        wanted = set(self.guide.step_kinds) if steps is None else steps
        written = [f"Sum {total}."] if "sum" in wanted else []
        written += [f"Rest {total % 2}."] if "half" in wanted else []
        return " ".join([*written, problem.answer])


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """A second thread costs more than it brings where the weights are so few."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def domain() -> Domain:
    return Parity()


@pytest.fixture
def problems(domain: Domain) -> Sequence[Problem]:
    return domain.problems("train", 12, seed=0)


@pytest.fixture
def strategy() -> Strategy:
    """Two rules that ask for steps."""
    return Strategy(
        rules=(
            Rule(id="r-sum", section="Working", text="Write the sum.", steps=("sum",)),
            Rule(id="r-half", section="Working", text="Then halve it.", steps=("half", "sum")),
        )
    )


@pytest.fixture
def dataset(domain: Domain, problems: Sequence[Problem], strategy: Strategy) -> Dataset:
    return build_dataset(domain, problems, strategy)


@pytest.fixture
def labels_only(domain: Domain, problems: Sequence[Problem]) -> Dataset:
    return build_dataset(domain, problems, EMPTY)


@pytest.fixture
def recipe() -> Recipe:
    return Recipe(epochs=2, batch_size=4, rank=2, alpha=4, max_tokens=256)


@pytest.fixture(scope="session")
def student_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_student(tmp_path_factory.mktemp("student"))


@pytest.fixture
def student(student_folder: Path) -> HfModel:
    return HfModel(student_folder, device="cpu")
