"""Measure training of SmolLM2 here, and the gain from logits only where there is loss.

Goals are set in processor time, which a busy machine stretches little; the wall clock's figure is
only as good as the machine is quiet. The two ways to compute the loss take turns on the same
batches.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("KMP_BLOCKTIME", "0")

import torch
from _figures import Columns, Figure, finish, make_parser, print_table
from torch import Tensor

from tutelage.domains import get
from tutelage.models import open_model
from tutelage.store import EMPTY, Rule, Strategy
from tutelage.trainer import Dataset, Recipe, build_dataset
from tutelage.trainer.contract import Trainable, Training, TrainingInput
from tutelage.trainer.lora import Batch, CompletionLoss, batches, fresh_adapter
from tutelage.trainer.sft import train
from tutelage.trainer.tokens import Tokens, tokenise

EXAMPLES, PAIRS = 48, 8


def measure(student: Trainable, dataset: Dataset, labels: Dataset, recipe: Recipe) -> list[Figure]:
    """Train for one epoch on worked steps, then compare the two ways to compute the loss."""
    examples = [tokenise(example, student) for example in dataset.examples]
    training = Training(student, TrainingInput(dataset), recipe, 0, {}, ())
    start, busy = time.perf_counter(), time.process_time()
    tokens = train(student, training, None, None).tokens
    took, busy = time.perf_counter() - start, time.process_time() - busy
    ratio, difference = _compare_losses(student, examples, recipe)
    bare = [tokenise(example, student) for example in labels.examples]
    bare_ratio, bare_difference = _compare_losses(student, bare, recipe)
    learned = sum(len(example.ids) - example.start for example in examples)
    return [
        Figure("training", tokens / took, "tokens/s"),
        Figure("training, a processor second", tokens / busy, "tokens", least=120),
        Figure("speed, loss only / all logits", ratio, "x", least=1.02),
        Figure("the same on bare labels", bare_ratio, "x", least=1.07),
        Figure("loss apart", max(difference, bare_difference) * 1e6, "millionths", most=10),
        Figure("tokens an example", tokens / len(examples), "tokens"),
        Figure("learned of them", learned / len(examples), "tokens"),
        Figure("threads", torch.get_num_threads(), ""),
    ]


def _compare_losses(
    student: Trainable, examples: list[Tokens], recipe: Recipe
) -> tuple[float, float]:
    """Return the median ratio of the two times and the largest difference of the losses."""
    module, _ = student.bare()
    ratios, differences = [], []
    with fresh_adapter(module, recipe) as model:
        for chosen in list(batches(examples, recipe, seed=0))[:PAIRS]:
            batch = Batch.of(chosen, module.device)
            learner = CompletionLoss(model)
            ours, ours_took = _time(partial(learner, chosen))
            learner.release()
            full, full_took = _time(partial(_all_logits, model, batch))
            ratios.append(full_took / ours_took)
            differences.append(abs(ours / full - 1))
    return statistics.median(ratios), max(differences)


def _all_logits(model: Any, batch: Batch) -> Tensor:
    """Compute the loss in the usual way: of every place, most of them masked."""
    labels = torch.full_like(batch.ids, -100)
    labels[batch.rows, batch.places + 1] = batch.targets
    loss: Tensor = model(input_ids=batch.ids, labels=labels, use_cache=False).loss
    return loss * len(batch.targets)


def _time(loss_of: Callable[[], Any]) -> tuple[float, float]:
    start = time.process_time()
    loss = loss_of()
    loss.backward()
    return loss.item(), time.process_time() - start


def _datasets(examples: int) -> tuple[Dataset, Dataset]:
    """Make worked steps, and the same problems with bare labels."""
    domain = get("scheduling")
    steps = tuple(sorted(domain.guide.step_kinds))
    strategy = Strategy(rules=(Rule(id="all", section="All", text="Show all.", steps=steps),))
    problems = domain.problems("train", examples, seed=0)
    return build_dataset(domain, problems, strategy), build_dataset(domain, problems, EMPTY)


def main() -> int:
    """Print the figures beside their goals; return 1 when a goal is missed."""
    parser = make_parser(__doc__)
    parser.add_argument("--student", default="smollm2-135m", help="the model to train")
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    options = parser.parse_args()
    student = open_model(options.student, role="student")
    assert isinstance(student, Trainable), f"{options.student} is not a local model"
    figures = measure(student, *_datasets(options.examples), Recipe(epochs=1))
    print_table(figures, Columns(36, 12, 12), "training")
    return finish(figures, options)


if __name__ == "__main__":
    sys.exit(main())
