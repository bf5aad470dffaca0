"""Train a LoRA adapter on worked examples, as fast as the model's own forward pass allows.

Three things make it fast without changing the result. Logits are computed only where there
is loss: in a small model the head is a fifth of all work, and most of it would be thrown away.
Batches hold examples of like length. Padding stands on the right, where in a causal model no token
that counts can see it, so no attention mask is needed. Accelerate runs the loop wherever it is
launched: on one CPU it does nothing; under `accelerate launch` each process takes its share of
every batch, and the step is the same as with one.

The same key gives the same bytes on one machine with as many threads: everything random comes from
the seed. The global random state and the student's module are left as they were, to the bit, also
when training is stopped.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import peft
import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from ..models import facts_by_name
from .adapter import Trained
from .contract import OnStep, Stop, Trainable, Training, TrainingStopped
from .recipe import Recipe
from .tokens import Tokens


def train_lora(
    student: Trainable,
    examples: Sequence[Tokens],
    loss_of: Callable[[Any], "CompletionLoss"],
    training: Training,
    on_step: OnStep = None,
    stop: Stop = None,
) -> Trained:
    """Train a fresh adapter on the student's own module, and remove it again.

    `loss_of` makes the loss of the module with its adapter. Raises TrainingStopped when `stop`
    says so.
    """
    module, _ = student.bare()
    recipe = training.recipe
    with torch.random.fork_rng():
        torch.manual_seed(training.seed)
        with fresh_adapter(module, recipe) as model:
            learner = loss_of(model)
            try:
                losses = _learn(learner, examples, training, on_step, stop)
            finally:
                learner.release()
            config = model.peft_config["default"]
            config.base_model_name_or_path = facts_by_name(student.name).base
            config.inference_mode = True
            kept = peft.get_peft_model_state_dict(model, save_embedding_layers=False)
            weights = {name: w.detach().cpu().clone() for name, w in kept.items()}
    read = recipe.epochs * sum(len(example.ids) for example in examples)
    return Trained(weights, {**config.to_dict(), "peft_version": peft.__version__}, read, losses)


def _learn(
    learner: "CompletionLoss",
    examples: Sequence[Tokens],
    training: Training,
    on_step: OnStep,
    stop: Stop,
) -> tuple[float, ...]:
    recipe = training.recipe
    accelerator = Accelerator()
    adapter = [weight for weight in learner.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(adapter, lr=recipe.lr, weight_decay=recipe.weight_decay)
    total = recipe.epochs * math.ceil(len(examples) / recipe.batch_size)
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: learning_rate_share(step, total, recipe)
    )
    prepared, stepper = accelerator.prepare(learner, optimizer)
    losses: list[float] = []
    for batch in batches(examples, recipe, training.seed):
        if stop is not None and stop():
            accelerator.set_trigger()
        if accelerator.check_trigger():
            raise TrainingStopped(f"Stopped after {len(losses)} of {total} steps.")
        mine = share_of(batch, accelerator.process_index, accelerator.num_processes)
        learned = sum(len(example.ids) - example.start for example in batch)
        # Processes average their gradients, so each counts its sum as many times.
        loss = prepared(mine) / learned
        accelerator.backward(loss * accelerator.num_processes)
        accelerator.clip_grad_norm_(adapter, recipe.clip)
        stepper.step()
        rate.step()
        stepper.zero_grad()
        losses.append(float(accelerator.reduce(loss.detach())))
        if on_step is not None and accelerator.is_main_process:
            on_step(len(losses), total, losses[-1])
    return tuple(losses)


@contextmanager
def fresh_adapter(module: Any, recipe: Recipe) -> Iterator[Any]:
    """Add a fresh adapter to `module` for as long as the block lasts."""
    targets = recipe.targets if isinstance(recipe.targets, str) else list(recipe.targets)
    config = peft.LoraConfig(
        r=recipe.rank, lora_alpha=recipe.alpha, target_modules=targets, task_type="CAUSAL_LM"
    )
    device = next(module.parameters()).device
    trainable = [(weight, weight.requires_grad) for weight in module.parameters()]
    modes = [(part, part.training) for part in module.modules()]
    model = peft.get_peft_model(module, config)
    try:
        yield model.train()
    finally:
        model.unload()
        module.to(device)
        for weight, was in trainable:
            weight.requires_grad_(was)
        for part, mode in modes:
            part.training = mode


class Batch(NamedTuple):
    """Examples side by side, padded on the right, and the places where loss falls."""

    ids: Tensor
    """[examples, tokens]"""
    rows: Tensor
    """[learned]: the row in which each learned token stands..."""
    places: Tensor
    """[learned]: ...and the place before it, where it is predicted."""
    targets: Tensor
    """[learned]: the learned tokens."""

    @classmethod
    def of(cls, examples: Sequence[Tokens], device: torch.device) -> "Batch":
        ids = torch.zeros(len(examples), max(len(e.ids) for e in examples), dtype=torch.long)
        for row, example in enumerate(examples):
            ids[row, : len(example.ids)] = torch.tensor(example.ids)
        learned = [(row, at) for row, e in enumerate(examples) for at in range(e.start, len(e.ids))]
        rows, places = torch.tensor(learned, dtype=torch.long).reshape(-1, 2).unbind(1)
        parts = (ids, rows, places - 1, ids[rows, places])
        return cls(*(tensor.to(device) for tensor in parts))


class CompletionLoss(nn.Module):
    """Summed loss of a batch, with logits only where there is loss.

    A hook hands the head just the places to learn, so whatever a model does to its logits (scaling,
    capping) it still does.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self._batch: Batch | None = None
        self._hook = model.get_output_embeddings().register_forward_pre_hook(self._pick)

    def forward(self, examples: Sequence[Tokens]) -> Tensor:
        batch = Batch.of(examples, self.model.device)
        return cross_entropy(self.logits(batch), batch.targets, reduction="sum")

    def logits(self, batch: Batch) -> Tensor:
        """Return the logits [learned, vocabulary] at the places where loss falls."""
        self._batch = batch
        logits: Tensor = self.model(input_ids=batch.ids, use_cache=False).logits
        return logits.float()

    def release(self) -> None:
        """Remove the hook from the head."""
        self._hook.remove()

    def _pick(self, head: nn.Module, hidden: tuple[Tensor]) -> tuple[Tensor]:
        assert self._batch is not None, "the head is only run by logits"
        return (hidden[0][self._batch.rows, self._batch.places],)


def share_of(batch: Sequence[Tokens], process: int, processes: int) -> Sequence[Tokens]:
    """Take every `processes`-th example, or one without loss if none is left for `process`."""
    return batch[process::processes] or [Tokens(batch[0].ids, len(batch[0].ids))]


def batches(examples: Sequence[Tokens], recipe: Recipe, seed: int) -> Iterator[Sequence[Tokens]]:
    """Yield all epochs' batches: examples of like length together, batches in random order."""
    shuffled = random.Random(seed)
    for _ in range(recipe.epochs):
        order = list(examples)
        shuffled.shuffle(order)
        order.sort(key=lambda example: len(example.ids))
        starts = list(range(0, len(order), recipe.batch_size))
        shuffled.shuffle(starts)
        for start in starts:
            yield order[start : start + recipe.batch_size]


def learning_rate_share(step: int, total: int, recipe: Recipe) -> float:
    """Return the share of the peak rate at `step`: up in the warmup, then by the schedule."""
    warmup = round(recipe.warmup * total)
    if step < warmup:
        return (step + 1) / (warmup + 1)
    gone = (step - warmup) / max(1, total - warmup)
    if recipe.schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * gone))
    return 1 - gone if recipe.schedule == "linear" else 1.0
