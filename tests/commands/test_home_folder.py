"""A leading ~ is the home folder in every path that a person writes, quoted or behind a `=`."""

from pathlib import Path
from typing import Any

import pytest

from tutelage.domains.registry import get
from tutelage.graph.run import transfer_knowledge
from tutelage.store.log import has_log
from tutelage.weights import cache_root

from ..graph.fakes import Parity
from ..graph.test_from_python import SETTINGS, pupil, teacher
from .conftest import at, write_desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder; what `~` names lies in another one."""
    home, desk = tmp_path / "home", tmp_path / "desk"
    home.mkdir()
    desk.mkdir()
    write_desk(home)
    fakes = Path(__file__).parents[1] / "graph" / "fakes.py"
    (home / "problems.py").write_text(
        f"import sys\nsys.path.insert(0, {str(fakes.parents[2])!r})\n"
        "from tests.graph.fakes import Parity\n"
    )
    config = (home / "small.toml").read_text().replace(f"{fakes}:", "~/problems.py:")
    (home / "small.toml").write_text(config.replace(":pupil", ":~/pupil"))
    lines = [f'{{"prompt": "{n} + 1?", "answer": "{n + 1}"}}\n' for n in range(60)]
    (home / "sums.jsonl").write_text("".join(lines))
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.chdir(desk)
    return desk


def test_a_run_goes_on_by_its_folders_in_the_home_folder(desk: Path) -> None:
    home = desk.parent / "home"
    assert at(desk, "plan", "~/small.toml").code == 0
    words = ("--home=~/store", "--runs=~/all")
    said = at(desk, *words, "run", "~/small.toml")
    assert said.code == 0, said
    assert has_log(home / "store") and (home / "all" / "small" / "attribution.json").exists()
    assert at(desk, *words, "resume", "small", "--config", "~/small.toml").code == 0
    assert at(desk, *words, "log", "verify").code == 0
    assert not [*desk.iterdir()]


def test_a_home_in_the_environment_needs_not_be_said_again(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTELAGE_HOME", "~/store")
    said = at(desk, "run", "~/small.toml")
    assert said.code == 0 and "--home" not in said.out and has_log(desk.parent / "home" / "store")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("~/sums.jsonl", {}),
        ("jsonl:~/sums.jsonl", {}),
        ("jsonl:~/sums.jsonl", {"ood": "~/hard.jsonl"}),
        ("~/problems.py:Parity", {}),
    ],
)
def test_a_domain_may_lie_there(desk: Path, name: str, options: dict[str, Any]) -> None:
    (desk.parent / "home" / "hard.jsonl").write_text('{"prompt": "900 + 1?", "answer": "901"}\n')
    assert get(name, options).problems("train", 2, 0)


def test_a_call_from_python_may_name_it(desk: Path) -> None:
    parts: dict[str, Any] = {"domain": Parity(), "teacher": teacher, "student": pupil}
    assert transfer_knowledge(**parts, home="~/a", folder="~/zz", **SETTINGS)["headline"]
    home = desk.parent / "home"
    assert has_log("~/a") and has_log(home / "a") and (home / "zz" / "transfer").is_dir()
    assert not [*desk.iterdir()]


def test_a_draft_and_an_answer_may_lie_there(desk: Path) -> None:
    home = desk.parent / "home"
    assert at(desk, "domains", "new", "counting", "--folder=~/").code == 0
    assert (home / "counting.py").exists()
    said = at(desk, "domains", "new", "counting", "--folder=~/none")
    assert said.code == 2 and "~/none is no folder here" in said.err


def test_results_and_adapters_may_lie_there(desk: Path) -> None:
    said = at(desk, "audit", "~/sums.jsonl")
    assert said.code == 2 and "cannot be read" not in said.err and "sums.jsonl" in said.err
    said = at(desk, "audit", "~/none.jsonl")
    assert said.code == 2 and "none.jsonl cannot be read: No such file" in said.err
    (desk.parent / "home" / "worn").mkdir()
    said = at(desk, "ask", "~/worn", "What now?")
    assert said.code == 1 and "worn holds no manifest.json" in said.err


def test_the_cache_may_lie_there_and_a_stranger_has_no_home(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTELAGE_CACHE", "~/cache")
    assert cache_root() == desk.parent / "home" / "cache"
    monkeypatch.setenv("TUTELAGE_CACHE", "~nobody-here/cache")
    assert cache_root() == desk / "~nobody-here" / "cache"
