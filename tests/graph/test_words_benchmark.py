"""Table of who can use words: made of whole cells, and gone on with after a kill."""

import importlib.util
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tutelage.domains import get
from tutelage.models.contract import Request
from tutelage.models.scripted import ScriptedModel

ROOT = Path(__file__).parents[2]
MODEL, DOMAIN, N = "scripted:reader", "scheduling", 16


def _load() -> ModuleType:
    """Load the benchmark, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("words_benchmark", ROOT / "benchmarks/words.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


words = _load()


def reader() -> ScriptedModel:
    """A model that solves what it is told the rules for, and says YES to all else."""
    domain = get(DOMAIN)
    solutions = {p.text: domain.solution(p) or "" for p in domain.problems("train", 2 * N + 2, 0)}

    def answer(request: Request) -> str:
        return solutions[request.prompt] if request.context else "Answer: YES"

    return ScriptedModel(answer, MODEL)


DYING = f"""
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from tests.graph.test_words_benchmark import DOMAIN, MODEL, N, reader, words
from tutelage.models.scripted import ScriptedModel

home, most = Path(sys.argv[1]), int(sys.argv[2])
alive = reader()

def answer(request):
    if len(alive.asked) == most:
        os.kill(os.getpid(), signal.SIGKILL)
    return alive.reply([request])[0]

words.measure(home, words.Cell(MODEL, DOMAIN, N), lambda spec: ScriptedModel(answer, MODEL))
"""


def test_a_killed_measurement_goes_on_where_it_was(tmp_path: Path) -> None:
    cell, answered = words.Cell(MODEL, DOMAIN, N), N + 5
    child = [sys.executable, "-c", DYING, str(tmp_path), str(answered)]
    died = subprocess.run(
        child, env={"PYTHONPATH": str(ROOT / ".dev")}, capture_output=True, text=True, check=False
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert "not measured yet" in words.table(tmp_path, [cell])
    model = reader()
    words.measure(tmp_path, cell, lambda spec: model)
    assert len(model.asked) == 2 * N - answered, "no recorded reply is asked for again"
    words.measure(tmp_path, cell, lambda spec: pytest.fail("a whole cell opens no model"))
    row = words.table(tmp_path, [cell]).splitlines()[2]
    assert f"| {DOMAIN} | {N} | 44 % | 100 % | 0 | 0 | 9 | 0 | +56.2 (" in row
    assert row.endswith("| 0.0039 | **yes** |")


def test_a_cell_is_a_run_of_its_own() -> None:
    specs = ("llama:/a/student.gguf", "llama:/b/student.gguf", "llama:/a/Student.gguf")
    cells = [words.Cell(*it) for it in ((spec, DOMAIN, n) for spec in specs for n in (8, 40))]
    runs = {cell.config().name for cell in cells}
    assert len(runs) == len(cells)


def test_the_table_goes_between_the_marks_of_a_document(tmp_path: Path) -> None:
    document = tmp_path / "words.md"
    document.write_text(f"before\n{words.BEGIN}\nold\n{words.END}\nafter\n")
    words.write_between_marks(document, "new")
    assert document.read_text() == f"before\n{words.BEGIN}\nnew\n{words.END}\nafter\n"
    document.write_text("no place")
    with pytest.raises(ValueError, match="no place for the table"):
        words.write_between_marks(document, "new")
    assert document.read_text() == "no place", "and nothing is lost"
