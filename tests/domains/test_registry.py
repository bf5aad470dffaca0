"""A domain is found by name, by plugin, by file or by dotted path, and a bad one names itself."""

import sys
from pathlib import Path

import pytest

from tutelage.domains import BrokenDomain, NeedsOptions, UnknownDomain, get, names

DOMAIN = """
from tutelage.domains import Guide

class Echo:
    name, task_type, guide = "echo", "copying", Guide("Say it again.", "Say it.", {}, {})
    def __init__(self, loud=False):
        self.loud = loud
    def problems(self, split, n, seed): return []
    def judge(self, problem, reply): ...
    def solution(self, problem, steps=None): ...

class Half:
    name = "half"
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the import path with two installed plugins: one works, one does not."""
    (tmp_path / "echoing.py").write_text(DOMAIN)
    (tmp_path / "exploding.py").write_text("raise RuntimeError('out of powder')")
    info = tmp_path / "plugins-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugins\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[tutelage.domains]\n"
        "echo = echoing:Echo\nbang = exploding:Bang\nscheduling = echoing:Echo\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    for module in ("echoing", "exploding"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    return tmp_path


def test_plugins_stand_beside_ours_and_options_reach_them(site: Path) -> None:
    assert {"scheduling", "reasoning-gym", "echo", "bang"} <= set(names())
    assert get("echo", {"loud": True}).loud is True  # type: ignore[attr-defined]  # Echo's own


def test_a_broken_plugin_names_itself_and_the_others_still_work(site: Path) -> None:
    with pytest.raises(BrokenDomain, match=r"'bang' \(exploding:Bang\).*out of powder"):
        get("bang")
    assert get("echo").name == "echo"


def test_ours_wins_where_a_plugin_takes_our_name(site: Path) -> None:
    assert get("scheduling").name == "scheduling"
    assert names().count("scheduling") == 1


def test_a_users_file_and_a_dotted_path_are_domains_too(site: Path) -> None:
    assert get(f"{site / 'echoing.py'}:Echo").name == "echo"
    assert get("echoing:Echo").name == "echo"


def test_a_file_that_does_not_run_names_itself(site: Path) -> None:
    with pytest.raises(BrokenDomain, match="out of powder"):
        get(f"{site / 'exploding.py'}:Bang")


def test_something_that_is_no_domain_is_told_what_it_lacks(site: Path) -> None:
    with pytest.raises(BrokenDomain, match="lacks task_type, guide, problems, judge, solution"):
        get("echoing:Half")


def test_options_that_a_domain_does_not_take_are_named() -> None:
    with pytest.raises(BrokenDomain, match="'scheduling' takes no option 'rooms'"):
        get("scheduling", {"rooms": 3})


def test_an_option_that_nobody_takes_is_met_with_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text('{"prompt": "1 + 1?", "answer": "2"}\n')
    with pytest.raises(BrokenDomain, match=r"tolerence'\. Did you mean 'tolerance'") as it:
        get(str(file), {"tolerence": 1})
    assert "It takes: judge, " in str(it.value) and "path" not in str(it.value).split("takes: ")[1]
    with pytest.raises(BrokenDomain, match=r"asks no model as its judge.*`judge=`"):
        get(str(file), {"judge_model": len})


def test_a_domain_that_needs_options_says_which_and_what_it_is() -> None:
    with pytest.raises(NeedsOptions, match="'mbpp' needs path=FILE") as caught:
        get("mbpp")
    assert caught.value.about.startswith("Short Python programs")
    with pytest.raises(ValueError, match=r"No JSONL file to read at nowhere\.jsonl"):
        get("mbpp:nowhere.jsonl")


@pytest.mark.parametrize(
    "name", ["schedulling", "nowhere.py:X", "no.such.module:X", "os.path:nothing", "", ":", "a:b:c"]
)
def test_an_unknown_name_is_a_lookup_error_that_helps(name: str) -> None:
    with pytest.raises(UnknownDomain) as caught:
        get(name)
    assert repr(name) in str(caught.value)


def test_a_slip_of_the_pen_is_met_with_the_nearest_name() -> None:
    with pytest.raises(LookupError, match="Did you mean 'scheduling'"):
        get("shceduling")


@pytest.mark.parametrize(("old", "new"), [("planted", "planted_pairs"), ("believed", "belief")])
def test_an_optional_method_under_its_former_name_is_refused_by_both_names(
    old: str, new: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.py"
    former = f"\nclass Mine(Echo):\n    def {old}(self, *given): ...\n"
    path.write_text(DOMAIN + former)
    with pytest.raises(BrokenDomain, match=f"mine.py:Mine' defines `{old}`.* `{new}`"):
        get(f"{path}:Mine")
    path.write_text(DOMAIN + former.replace(f" {old}(", f" {new}("))
    assert hasattr(get(f"{path}:Mine"), new)
