"""How fast SmolLM2 learns on this machine, and what logits only where there is loss are worth.

Goals are set in processor time, which a busy machine stretches little; the wall clock's figure is
only as good as the machine is quiet. The two ways to compute the loss take turns on the same
batches.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("KMP_BLOCKTIME", "0")

import torch
from torch import Tensor

from tutelage.domains import get
from tutelage.models import open_model
from tutelage.store import EMPTY, Rule, Strategy
from tutelage.trainer import Dataset, Recipe, follow
from tutelage.trainer.contract import Trainable
from tutelage.trainer.lora import Batch, CompletionLoss, adapted, batches, train_lora
from tutelage.trainer.tokens import Tokens, tokenise

EXAMPLES, PAIRS = 48, 8


class Figure(NamedTuple):
    """One line of the table."""

    name: str
    value: float
    unit: str
    most: float | None = None
    """The goal: not more than this."""
    least: float | None = None
    """The goal: not less than this."""

    @property
    def met(self) -> bool:
        low = self.least is None or self.value >= self.least
        return low and (self.most is None or self.value <= self.most)

    @property
    def goal(self) -> str:
        if self.most is not None:
            return f"<= {self.most:g}"
        return "" if self.least is None else f">= {self.least:g}"


def measure(student: Trainable, dataset: Dataset, labels: Dataset, recipe: Recipe) -> list[Figure]:
    """Train for one epoch on worked steps, then compare the two ways to compute the loss."""
    examples = [tokenise(example, student) for example in dataset.examples]
    start, busy = time.perf_counter(), time.process_time()
    tokens = train_lora(student, dataset, recipe, seed=0).tokens
    took, busy = time.perf_counter() - start, time.process_time() - busy
    ratio, apart = _loss_only_against_all(student, examples, recipe)
    bare = [tokenise(example, student) for example in labels.examples]
    bare_ratio, bare_apart = _loss_only_against_all(student, bare, recipe)
    learned = sum(len(example.ids) - example.start for example in examples)
    return [
        Figure("training", tokens / took, "tokens/s"),
        Figure("training, a processor second", tokens / busy, "tokens", least=120),
        Figure("speed, loss only / all logits", ratio, "x", least=1.02),
        Figure("the same on bare labels", bare_ratio, "x", least=1.07),
        Figure("loss apart", max(apart, bare_apart) * 1e6, "millionths", most=10),
        Figure("tokens an example", tokens / len(examples), "tokens"),
        Figure("learned of them", learned / len(examples), "tokens"),
        Figure("threads", torch.get_num_threads(), ""),
    ]


def _loss_only_against_all(
    student: Trainable, examples: list[Tokens], recipe: Recipe
) -> tuple[float, float]:
    """Median ratio of the two times, and the largest relative difference of the two losses."""
    module, _ = student.bare()
    ratios, apart = [], []
    with adapted(module, recipe) as model:
        for chosen in list(batches(examples, recipe, seed=0))[:PAIRS]:
            batch = Batch.of(chosen)
            learner = CompletionLoss(model)
            ours, ours_took = _timed(partial(learner, batch))
            learner.release()
            full, full_took = _timed(partial(_all_logits, model, batch))
            ratios.append(full_took / ours_took)
            apart.append(abs(ours / full - 1))
    return statistics.median(ratios), max(apart)


def _all_logits(model: Any, batch: Batch) -> Tensor:
    """The usual way: the loss of every place, most of them masked."""
    labels = torch.full_like(batch.ids, -100)
    labels[batch.rows, batch.places + 1] = batch.targets
    loss: Tensor = model(input_ids=batch.ids, labels=labels, use_cache=False).loss
    return loss * len(batch.targets)


def _timed(loss_of: Callable[[], Any]) -> tuple[float, float]:
    start = time.process_time()
    loss = loss_of()
    loss.backward()
    return loss.item(), time.process_time() - start


def _datasets(examples: int) -> tuple[Dataset, Dataset]:
    """Worked steps, and the same problems with bare labels."""
    domain = get("scheduling")
    steps = tuple(sorted(domain.guide.step_kinds))
    strategy = Strategy(rules=(Rule(id="all", section="All", text="Show all.", steps=steps),))
    problems = domain.problems("train", examples, seed=0)
    return follow(domain, problems, strategy), follow(domain, problems, EMPTY)


def main() -> int:
    """Print the figures beside their goals; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--report-only", action="store_true", help="a missed goal exits 0")
    parser.add_argument("--student", default="smollm2-135m", help="the model to train")
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    options = parser.parse_args()
    student = open_model(options.student)
    assert isinstance(student, Trainable), f"{options.student} is not a local model"
    figures = measure(student, *_datasets(options.examples), Recipe(epochs=1))
    print(f"{'training':36}{'figure':>12}  {'unit':12}{'goal':>10}")
    for figure in figures:
        missed = "" if figure.met else "  missed"
        print(f"{figure.name:36}{figure.value:12.2f}  {figure.unit:12}{figure.goal:>10}{missed}")
    if options.json:
        rows = [figure._asdict() | {"met": figure.met} for figure in figures]
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return int(not options.report_only and not all(figure.met for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
