"""Each fault that would ruin an adapter in silence is found before anything is trained."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tutelage.domains.contract import Domain
from tutelage.models.contract import Request
from tutelage.models.hf.model import HfModel
from tutelage.store import Strategy
from tutelage.trainer import Dataset, Example, LoraTrainer, PreflightFailed, Recipe
from tutelage.trainer.contract import Destination, Trainable, Training, TrainingInput
from tutelage.trainer.preflight import PreflightFault, check_dataset
from tutelage.trainer.tokens import Tokenise, Tokens, tokenise

CLASSES = ("YES", "NO")
Check = Callable[..., Sequence[PreflightFault]]


@pytest.fixture
def check(dataset: Dataset, student: HfModel, recipe: Recipe) -> Check:
    """Check the dataset as some training would read it."""

    def run(tokenised: Tokenise = tokenise, **changes: Any) -> Sequence[PreflightFault]:
        examples = tuple(replace(example, **changes) for example in dataset.examples)
        return check_dataset(Dataset(examples), student, recipe, {}, CLASSES, tokenised=tokenised)

    return run


def kinds(faults: Sequence[PreflightFault]) -> list[str]:
    return [fault.check for fault in faults]


def test_good_examples_pass(
    dataset: Dataset, labels_only: Dataset, student: HfModel, recipe: Recipe
) -> None:
    held_out = {"val": {"val-3-4"}, "test": {"test-3-4"}}
    assert not check_dataset(dataset, student, recipe, held_out, CLASSES)
    assert not check_dataset(labels_only, student, recipe, held_out, CLASSES)


def test_an_answer_that_would_be_cut_in_training_is_found(
    dataset: Dataset, student: HfModel, recipe: Recipe
) -> None:
    short = recipe.model_copy(update={"max_tokens": 70})
    faults = check_dataset(dataset, student, short, {}, CLASSES)
    assert kinds(faults) == ["truncated"]
    assert len(faults[0].problems) == 12


def test_a_training_that_cuts_is_found(check: Check, student: HfModel) -> None:
    def cutting(example: Example, student: Trainable) -> Tokens:
        whole = tokenise(example, student)
        return Tokens(whole.ids[:-4], whole.start)

    assert kinds(check(cutting)) == ["truncated"]


def test_an_answer_longer_than_a_reply_may_be_is_found(check: Check, dataset: Dataset) -> None:
    request = replace(dataset.examples[0].request, max_tokens=8)
    assert kinds(check(request=request)) == ["truncated"]


def test_a_missing_stop_token_is_found(check: Check) -> None:
    def endless(example: Example, student: Trainable) -> Tokens:
        whole = tokenise(example, student)
        return Tokens(whole.ids[:-1], whole.start)

    assert kinds(check(endless)) == ["stop"]


def test_a_stop_token_that_ends_no_reply_is_found(check: Check, student: HfModel) -> None:
    def wrong_stop(example: Example, student: Trainable) -> Tokens:
        whole = tokenise(example, student)
        return Tokens((*whole.ids[:-1], whole.ids[0]), whole.start)

    assert kinds(check(wrong_stop)) == ["stop"]


def test_a_student_that_stops_at_another_token_than_its_template_writes_is_found(
    check: Check, student: HfModel
) -> None:
    student.tokenizer.chat_template = student.tokenizer.chat_template.replace("<|im_end|>", "#")
    assert "stop" in kinds(check())


@pytest.mark.parametrize("shift", [-3, 3])
def test_loss_on_the_prompt_or_not_on_all_of_the_completion_is_found(
    check: Check, shift: int
) -> None:
    def shift_loss(example: Example, student: Trainable) -> Tokens:
        whole = tokenise(example, student)
        return Tokens(whole.ids, whole.start + shift)

    assert kinds(check(shift_loss)) == ["mask"]


def test_a_training_with_a_chat_template_of_its_own_is_found(check: Check) -> None:
    def homemade(example: Example, student: Trainable) -> Tokens:
        _, tokenizer = student.bare()
        asked = f"### Question\n{example.request.prompt}\n### Answer\n"
        prompt = tokenizer(asked)["input_ids"]
        reply = [*tokenizer(example.completion)["input_ids"], tokenizer.eos_token_id]
        return Tokens((*prompt, *reply), len(prompt))

    assert "template" in kinds(check(homemade))


def test_a_student_whose_tokens_are_not_its_template_is_found(
    student_folder: Path, dataset: Dataset, recipe: Recipe
) -> None:
    class Drifted(HfModel):
        def chat(self, request: Request) -> str:
            return super().chat(request) + "Well, "

    drifted = Drifted(student_folder, device="cpu")
    assert kinds(check_dataset(dataset, drifted, recipe, {}, CLASSES)) == ["template"]


def test_a_held_out_problem_among_the_examples_is_found(
    dataset: Dataset, student: HfModel, recipe: Recipe
) -> None:
    held_out = {"val": {"train-3-4"}, "test": set(), "ood": {"train-4-4", "train-5-6"}}
    findings = check_dataset(dataset, student, recipe, held_out, CLASSES)
    assert [(f.check, f.problems) for f in findings] == [
        ("overlap", ("train-3-4",)),
        ("overlap", ("train-4-4", "train-5-6")),
    ]


def test_a_class_that_is_nearly_always_right_is_found(
    dataset: Dataset, student: HfModel, recipe: Recipe
) -> None:
    lopsided = Dataset(tuple(e for e in dataset.examples if e.answer == "NO")[:3])
    assert kinds(check_dataset(lopsided, student, recipe, {}, CLASSES)) == ["balance"]
    assert not check_dataset(lopsided, student, recipe, {}, ()), "answers need not be classes"
    assert kinds(check_dataset(dataset, student, recipe, {}, ("YES", "MAYBE"))) == ["balance"]


def test_no_examples_and_empty_completions_are_found(
    check: Check, student: HfModel, recipe: Recipe
) -> None:
    assert kinds(check_dataset(Dataset(()), student, recipe, {}, CLASSES)) == ["examples"]
    assert "examples" in kinds(check(completion=" "))


def test_every_fault_is_told_at_once_and_nothing_is_trained(
    dataset: Dataset, student: HfModel, recipe: Recipe, strategy: Strategy, tmp_path: Path
) -> None:
    short = recipe.model_copy(update={"max_tokens": 70})
    with pytest.raises(PreflightFailed) as failed:
        LoraTrainer().train(
            Training(
                student,
                TrainingInput(dataset),
                short,
                0,
                held_out={"val": {"train-3-4"}},
                classes=("YES", "MAYBE"),
            ),
            Destination(tmp_path, strategy, "parity@1"),
        )
    assert "- truncated:" in str(failed.value)
    assert "- overlap:" in str(failed.value)
    assert "- balance:" in str(failed.value)
    assert list(tmp_path.iterdir()) == []


def test_require_lets_good_examples_through(
    dataset: Dataset, student: HfModel, recipe: Recipe, domain: Domain
) -> None:
    assert not check_dataset(dataset, student, recipe, {}, domain.guide.classes)
