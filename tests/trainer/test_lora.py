"""The training loop: what it learns, what it leaves as it was, and that it can be repeated."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from torch import Tensor

from tutelage.models.hf.model import HfModel
from tutelage.trainer import Dataset, Recipe, TrainingStopped
from tutelage.trainer.adapter import Trained
from tutelage.trainer.contract import Training, TrainingInput
from tutelage.trainer.lora import (
    Batch,
    CompletionLoss,
    batches,
    fresh_adapter,
    learning_rate_share,
    share_of,
)
from tutelage.trainer.sft import train
from tutelage.trainer.tokens import Tokens, tokenise

CPU = torch.device("cpu")
FILES = ("adapter_config.json", "adapter_model.safetensors")


def learn(student: HfModel, dataset: Dataset, recipe: Recipe, seed: int, **more: Any) -> Trained:
    """Train as the supervised method does."""
    training = Training(student, TrainingInput(dataset), recipe, seed, {}, ())
    return train(student, training, more.get("on_step"), more.get("stop"))


def bits(module: Any) -> dict[str, Tensor]:
    return {name: weight.detach().clone() for name, weight in module.state_dict().items()}


def same(before: dict[str, Tensor], after: dict[str, Tensor]) -> bool:
    return before.keys() == after.keys() and all(torch.equal(before[k], after[k]) for k in before)


def test_the_same_key_gives_the_same_bytes(
    student_folder: Path, student: HfModel, dataset: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    torch.manual_seed(1)
    for name, one in (("a", student), ("b", HfModel(student_folder, device="cpu"))):
        (tmp_path / name).mkdir()
        learn(one, dataset, recipe, seed=3).write(tmp_path / name)
        torch.manual_seed(2)
    for file in FILES:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_another_seed_gives_another_adapter(
    student: HfModel, dataset: Dataset, recipe: Recipe
) -> None:
    one, other = (learn(student, dataset, recipe, seed).weights for seed in (0, 1))
    assert not same(one, other)


def test_the_base_is_bit_for_bit_what_it_was(
    student: HfModel, dataset: Dataset, recipe: Recipe
) -> None:
    before, parts = bits(student.module), [type(part) for part in student.module.modules()]
    asked = [example.request for example in dataset.examples]
    said = student.reply(asked)
    dice = torch.get_rng_state()
    learn(student, dataset, recipe, seed=0)
    assert same(before, bits(student.module))
    assert [type(part) for part in student.module.modules()] == parts
    assert all(weight.requires_grad for weight in student.module.parameters())
    assert all(weight.grad is None for weight in student.module.parameters())
    assert not any(part.training for part in student.module.modules())
    assert not any(part._forward_pre_hooks for part in student.module.modules())
    assert torch.equal(torch.get_rng_state(), dice)
    assert student.reply(asked) == said


def test_a_training_that_is_stopped_leaves_the_base_clean(
    student: HfModel, dataset: Dataset, recipe: Recipe
) -> None:
    before, steps = bits(student.module), []
    with pytest.raises(TrainingStopped, match="after 2 of 6 steps"):
        learn(
            student,
            dataset,
            recipe,
            seed=0,
            on_step=lambda done, total, loss: steps.append(done),
            stop=lambda: len(steps) == 2,
        )
    assert same(before, bits(student.module))
    assert not any(part._forward_pre_hooks for part in student.module.modules())
    assert len(learn(student, dataset, recipe, seed=0).losses) == 6


def test_a_training_that_cannot_begin_leaves_no_hook(
    student: HfModel, dataset: Dataset, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutelage.trainer.lora.Accelerator", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        learn(student, dataset, recipe, seed=0)
    assert not any(part._forward_pre_hooks for part in student.module.modules())


def test_every_step_is_told_and_the_loss_falls(
    student: HfModel, dataset: Dataset, recipe: Recipe
) -> None:
    told: list[tuple[int, int, float]] = []
    longer = recipe.model_copy(update={"epochs": 20, "rank": 8, "alpha": 16, "lr": 0.02})
    trained = learn(student, dataset, longer, seed=0, on_step=lambda *step: told.append(step))
    assert [(done, total) for done, total, _ in told] == [(n, 60) for n in range(1, 61)]
    assert trained.losses == tuple(loss for _, _, loss in told)
    assert trained.losses[-1] < 0.6 * trained.losses[0]
    read = sum(len(tokenise(example, student).ids) for example in dataset.examples)
    assert trained.tokens == 20 * read


def test_loss_only_logits_give_the_loss_of_all_logits(
    student: HfModel, dataset: Dataset, recipe: Recipe
) -> None:
    examples = [tokenise(example, student) for example in dataset.examples[:5]]
    longest = max(len(example.ids) for example in examples)
    ids = torch.zeros(5, longest, dtype=torch.long)
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
    for row, example in enumerate(examples):
        end = len(example.ids)
        ids[row, :end] = torch.tensor(example.ids)
        mask[row, :end] = 1
        labels[row, example.start : end] = ids[row, example.start : end]
    with fresh_adapter(student.module, recipe) as model:
        plain = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        learner, learned = CompletionLoss(model), sum(len(e.ids) - e.start for e in examples)
        ours = learner(examples) / learned
        learner.release()
        assert model(input_ids=ids).logits.shape[:2] == ids.shape, "the head is whole again"
    assert ours.item() == pytest.approx(plain.item(), rel=1e-6)


def test_the_labels_only_control_shares_every_setting_and_every_step(
    student: HfModel, dataset: Dataset, labels_only: Dataset, recipe: Recipe
) -> None:
    worked, bare = (learn(student, data, recipe, 0) for data in (dataset, labels_only))
    assert worked.config == bare.config
    assert len(worked.losses) == len(bare.losses)
    assert worked.weights.keys() == bare.weights.keys()
    assert not same(worked.weights, bare.weights)


def test_an_adapter_is_an_ordinary_peft_folder_that_the_student_can_wear(
    student: HfModel, labels_only: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    much = recipe.model_copy(update={"epochs": 30, "rank": 8, "alpha": 16, "lr": 0.02})
    learn(student, labels_only, much, seed=0).write(tmp_path)
    asked = [example.request for example in labels_only.examples]
    bare, adapted = student.reply(asked), student.with_adapter(tmp_path).reply(asked)
    assert not {reply.text[:2] for reply in bare} & {"YE", "NO"}
    assert {reply.text[:2] for reply in adapted} <= {"YE", "NO"}, "random weights learn that much"

    module, tokenizer = student.bare()
    model: Any = PeftModel.from_pretrained(module, tmp_path)
    prefix, rest = student.encode(asked[0])
    ids = torch.tensor([[*prefix, *rest]])
    drawn = model.generate(input_ids=ids, max_new_tokens=64, do_sample=False)
    said = tokenizer.decode(drawn[0, ids.shape[1] :], skip_special_tokens=True)
    model.unload()
    assert said == adapted[0].text


def test_only_the_named_layers_are_adapted(
    student: HfModel, dataset: Dataset, recipe: Recipe
) -> None:
    few = recipe.model_copy(update={"targets": ("q_proj", "v_proj")})
    weights = learn(student, dataset, few, seed=0).weights
    assert {name.split(".")[-3] for name in weights} == {"q_proj", "v_proj"}


def test_every_epoch_reads_every_example_once_in_batches_of_like_length(recipe: Recipe) -> None:
    examples = [Tokens(tuple(range(length)), 1) for length in (9, 2, 5, 3, 8, 4, 7, 6, 10)]
    read = list(batches(examples, recipe, seed=0))
    assert [len(batch) for batch in read[:3]] != [len(batch) for batch in read[3:]] or read[
        :3
    ] != read[3:], "each epoch is shuffled anew"
    for epoch in (read[:3], read[3:]):
        assert sorted(len(e.ids) for batch in epoch for e in batch) == list(range(2, 11))
        spans = sorted((min(len(e.ids) for e in b), max(len(e.ids) for e in b)) for b in epoch)
        assert all(low > high for (_, high), (low, _) in pairwise(spans))
    assert read == list(batches(examples, recipe, seed=0))


def test_processes_share_a_batch_without_loss_or_doubling() -> None:
    examples = [Tokens(tuple(range(1, length)), 2) for length in (5, 6, 7)]
    whole = Batch.of(examples, CPU)
    parts = [Batch.of(share_of(examples, process, 4), CPU) for process in range(4)]
    assert sorted(whole.targets.tolist()) == sorted(t for p in parts for t in p.targets.tolist())
    assert parts[3].targets.numel() == 0, "a process without an example learns nothing"
    assert parts[3].ids.numel() > 0


@pytest.mark.parametrize(
    ("schedule", "middle", "end"),
    [
        ("cosine", 0.5, 0.0),
        ("linear", 0.5, 0.0),
        ("constant", 1.0, 1.0),
    ],
)
def test_the_learning_rate_climbs_and_then_goes_by_its_schedule(
    schedule: str, middle: float, end: float
) -> None:
    recipe = Recipe.model_validate({"schedule": schedule, "warmup": 0.1})
    rates = [learning_rate_share(step, 100, recipe) for step in range(101)]
    assert 0 < rates[0] < rates[9] < 1 == rates[10]
    assert rates[55] == pytest.approx(middle)
    assert rates[100] == pytest.approx(end)
