"""From a dataset to an adapter on the disk, and what a sudden death leaves there."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tutelage.models.contract import ModelError
from tutelage.models.hf.model import HfModel
from tutelage.store import EMPTY, Strategy
from tutelage.trainer import (
    Dataset,
    LoraTrainer,
    Manifest,
    Recipe,
    TrainingStopped,
    is_whole,
    read_manifest,
)
from tutelage.trainer.contract import Destination, Trainer, Training, TrainingInput

LIMITS: dict[str, Any] = {"held_out": {"val": ["val-3-4"]}, "classes": ("YES", "NO")}


@pytest.fixture
def trainer() -> Trainer:
    return LoraTrainer()


def train(
    trainer: Trainer,
    student: HfModel,
    dataset: Dataset,
    recipe: Recipe,
    folder: Path,
    strategy: Strategy,
    **more: Any,
) -> Manifest:
    name, origin = more.pop("strategy_name", "parity@1"), more.pop("provenance", "")
    training = Training(student, TrainingInput(dataset), recipe, 0, **LIMITS)
    return trainer.train(training, Destination(folder, strategy, name, origin), **more)


def test_a_trained_adapter_stands_under_its_key_and_can_be_worn(
    trainer: Trainer,
    student: HfModel,
    dataset: Dataset,
    recipe: Recipe,
    strategy: Strategy,
    tmp_path: Path,
) -> None:
    manifest = train(
        trainer, student, dataset, recipe, tmp_path, strategy, provenance="run#c1/r1/propose"
    )
    home = tmp_path / Training(student, TrainingInput(dataset), recipe, 0, **LIMITS).key
    assert is_whole(home)
    assert read_manifest(home) == manifest
    assert (manifest.base, manifest.dataset) == (student.name, dataset.hash)
    assert (manifest.strategy, manifest.strategy_name) == (strategy.hash, "parity@1")
    assert manifest.provenance == "run#c1/r1/propose"
    assert set(manifest.versions) == {"torch", "peft", "transformers"}
    assert len(manifest.losses) == 6
    assert manifest.held_out is None
    adapted = student.with_adapter(home).reply([dataset.examples[0].request])
    assert adapted[0].outcome in ("ok", "truncated")


def test_what_was_trained_once_is_not_trained_again(
    trainer: Trainer,
    student: HfModel,
    dataset: Dataset,
    recipe: Recipe,
    strategy: Strategy,
    tmp_path: Path,
) -> None:
    first = train(trainer, student, dataset, recipe, tmp_path, strategy)
    steps: list[int] = []

    def on_step(done: int, total: int, loss: float) -> None:
        steps.append(done)

    again = train(trainer, student, dataset, recipe, tmp_path, strategy, on_step=on_step)
    assert again == first
    assert steps == []


def test_the_controls_stand_beside_it_under_keys_of_their_own(
    trainer: Trainer,
    student: HfModel,
    dataset: Dataset,
    labels_only: Dataset,
    recipe: Recipe,
    strategy: Strategy,
    tmp_path: Path,
) -> None:
    followed = train(trainer, student, dataset, recipe, tmp_path, strategy)
    control = train(
        trainer, student, labels_only, recipe, tmp_path, EMPTY, strategy_name="parity@0"
    )
    assert followed.key != control.key
    assert (followed.recipe, followed.seed, followed.base) == (
        control.recipe,
        control.seed,
        control.base,
    )
    assert "No rules: bare answers" in (tmp_path / control.key / "README.md").read_text()


def test_a_stopped_training_leaves_no_folder(
    trainer: Trainer,
    student: HfModel,
    dataset: Dataset,
    recipe: Recipe,
    strategy: Strategy,
    tmp_path: Path,
) -> None:
    with pytest.raises(TrainingStopped):
        train(trainer, student, dataset, recipe, tmp_path, strategy, stop=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_a_student_whose_weights_are_elsewhere_is_refused(
    trainer: Trainer, dataset: Dataset, recipe: Recipe, strategy: Strategy, tmp_path: Path
) -> None:
    class Far:
        name = "anthropic:somebody"
        batch_size = 1

        def reply(self, requests: Sequence[object]) -> list[object]:
            return []

    with pytest.raises(ModelError, match="anthropic:somebody cannot be trained"):
        train(trainer, Far(), dataset, recipe, tmp_path, strategy)  # type: ignore[arg-type]  # it never answers


def test_the_trainer_is_imported_without_torch() -> None:
    heavy = "{'torch', 'transformers', 'peft', 'accelerate'} & set(sys.modules)"
    subprocess.run(
        [sys.executable, "-c", f"import sys, tutelage.trainer; sys.exit(bool({heavy}))"], check=True
    )


CHILD = """
import json, sys, time
from pathlib import Path
import torch
from tutelage.models.hf.model import HfModel
from tutelage.store import Strategy
from tutelage.trainer import Dataset, LoraTrainer, Recipe
from tutelage.trainer.contract import Destination, Training, TrainingInput

torch.set_num_threads(1)
work = Path(sys.argv[1])
told = json.loads((work / "told.json").read_text())
student = HfModel(told["student"], name="tiny", device="cpu")
LoraTrainer().train(
    Training(
        student,
        TrainingInput(Dataset.from_jsonl((work / "dataset.jsonl").read_text())),
        Recipe.model_validate(told["recipe"]),
        0,
        **told["limits"],
    ),
    Destination(work / "adapters", Strategy.model_validate(told["strategy"]), "parity@1"),
    on_step=lambda done, total, loss: (print(done, flush=True), time.sleep(600)),
)
"""


def test_a_killed_training_leaves_no_torn_adapter_and_the_next_one_finishes(
    student_folder: Path, dataset: Dataset, recipe: Recipe, strategy: Strategy, tmp_path: Path
) -> None:
    told = {
        "student": str(student_folder),
        "recipe": recipe.model_dump(mode="json"),
        "strategy": strategy.model_dump(mode="json"),
        "limits": LIMITS,
    }
    (tmp_path / "told.json").write_text(json.dumps(told))
    (tmp_path / "dataset.jsonl").write_text(dataset.as_jsonl())
    adapters = tmp_path / "adapters"
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "1\n"
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    child.stdout.close()
    assert not adapters.exists() or not any(is_whole(folder) for folder in adapters.iterdir())

    student = HfModel(student_folder, name="tiny", device="cpu")
    manifest = train(LoraTrainer(), student, dataset, recipe, adapters, strategy)
    assert [folder.name for folder in adapters.iterdir()] == [manifest.key]
    assert is_whole(adapters / manifest.key)


SAVER = """
import os, sys
from itertools import count
from pathlib import Path
from tutelage.store import EMPTY
from tutelage.trainer import Manifest, Recipe
from tutelage.trainer.adapter import save_adapter

def write(folder):
    for part in range(20):
        (folder / f"part-{part}").write_bytes(os.urandom(50_000))

for number in count():
    manifest = Manifest(key=f"{number:016x}", base="b", dataset="d", strategy=EMPTY.hash,
                        strategy_name="parity@0", recipe=Recipe(), seed=0)
    save_adapter(Path(sys.argv[1]), manifest, EMPTY, write)
    print(number, flush=True)
"""


def test_whenever_a_saving_process_is_killed_every_adapter_one_can_see_is_whole(
    tmp_path: Path,
) -> None:
    dice = random.Random(0)
    for round_ in range(4):
        folder = tmp_path / str(round_)
        child = subprocess.Popen(
            [sys.executable, "-c", SAVER, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "0\n"
        time.sleep(dice.uniform(0.0, 0.3))
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        visible = [each for each in folder.iterdir() if not each.name.startswith(".")]
        assert visible
        assert all(is_whole(each) for each in visible)
