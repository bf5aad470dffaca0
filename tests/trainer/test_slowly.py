"""The real student learns, and processes that share the work train the same adapter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tutelage.domains import get
from tutelage.models import open_model
from tutelage.models.hf.model import HfModel
from tutelage.store import Rule, Strategy
from tutelage.trainer import Dataset, LoraTrainer, Recipe, build_dataset
from tutelage.trainer.contract import Destination, Training, TrainingInput

pytestmark = pytest.mark.slow


def test_smollm2_learns_to_write_the_working_and_to_stop(tmp_path: Path) -> None:
    domain = get("scheduling")
    steps = tuple(sorted(domain.guide.step_kinds))
    strategy = Strategy(rules=(Rule(id="r-1", section="S", text="Show all.", steps=steps),))
    dataset = build_dataset(domain, domain.problems("train", 32, seed=0), strategy)
    student = open_model("smollm2-135m")
    assert isinstance(student, HfModel)
    manifest = LoraTrainer().train(
        Training(student, TrainingInput(dataset), Recipe(epochs=2), 0, {}, domain.guide.classes),
        Destination(tmp_path, strategy, "scheduling@1"),
    )
    assert manifest.losses[-1] < 0.5 * manifest.losses[0]
    adapted = student.with_adapter(tmp_path / manifest.key)
    replies = adapted.reply([example.request for example in dataset.examples[:8]])
    assert [reply.outcome for reply in replies] == ["ok"] * 8
    judged = [
        domain.judge(p, r.text)
        for p, r in zip(domain.problems("train", 8, 0), replies, strict=True)
    ]
    assert "unparsed" not in {verdict.outcome for verdict in judged}


LAUNCHED = """
import json, sys
from pathlib import Path
import torch
from accelerate import Accelerator
from tutelage.models.hf.model import HfModel
from tutelage.store import EMPTY
from tutelage.trainer import Dataset, LoraTrainer, Recipe
from tutelage.trainer.contract import Destination, Training, TrainingInput

torch.set_num_threads(1)
work = Path(sys.argv[1])
LoraTrainer().train(
    Training(
        HfModel(sys.argv[2], name="tiny", device="cpu"),
        TrainingInput(Dataset.from_jsonl((work / "dataset.jsonl").read_text())),
        Recipe.model_validate_json(sys.argv[3]),
        0,
        held_out={},
        classes=(),
    ),
    Destination(work / "adapters", EMPTY, "parity@0"),
)
print(Accelerator().num_processes, flush=True)
"""


def test_launched_in_two_processes_the_adapter_is_the_same(
    student_folder: Path, labels_only: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    weights = []
    odd = Dataset(labels_only.examples[:9])
    for processes in (1, 2):
        work = tmp_path / str(processes)
        work.mkdir()
        (work / "dataset.jsonl").write_text(odd.as_jsonl())
        (work / "launched.py").write_text(LAUNCHED)
        # What `accelerate launch` runs on many devices; by itself it starts one process on a CPU.
        launch = [sys.executable, "-m", "torch.distributed.run", f"--nproc-per-node={processes}"]
        launch += ["--standalone", str(work / "launched.py")]
        given = [str(work), str(student_folder), recipe.model_dump_json()]
        ran = subprocess.run(
            [*launch, *given],
            capture_output=True,
            text=True,
            env={**os.environ, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"},
        )
        assert ran.returncode == 0, ran.stderr[-3000:]
        assert ran.stdout.split() == [str(processes)] * processes
        (adapter,) = (work / "adapters").iterdir()
        weights.append(load_file(adapter / "adapter_model.safetensors"))
    alone, shared = weights
    assert alone.keys() == shared.keys()
    for name in alone:
        torch.testing.assert_close(alone[name], shared[name], rtol=1e-3, atol=1e-5)
