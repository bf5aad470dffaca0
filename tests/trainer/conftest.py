"""A domain of one line, and a student that is real in all but the size of its weights."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from tutelage.domains.contract import Domain, Guide, Problem, Split, Verdict
from tutelage.models.local import LocalModel
from tutelage.store import EMPTY, Rule, Strategy
from tutelage.trainer import Dataset, Recipe, build_dataset

TEMPLATE = (
    "{% for turn in messages %}<|im_start|>{{ turn.role }}\n{{ turn.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


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
    """A Llama of two layers with random weights, and a tokenizer whose tokens are bytes."""
    folder = tmp_path_factory.mktemp("student")
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bytewise = Tokenizer(models.BPE({letter: i for i, letter in enumerate(alphabet)}, []))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = decoders.ByteLevel()
    fast: Any = PreTrainedTokenizerFast
    tokenizer = fast(
        tokenizer_object=bytewise,
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
        additional_special_tokens=["<|im_start|>"],
        chat_template=TEMPLATE,
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        initializer_range=0.3,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture
def student(student_folder: Path) -> LocalModel:
    return LocalModel(student_folder, device="cpu")
