"""Every judge has a name and a version; one that states none has its source's."""

import hashlib
from pathlib import Path

import pytest

from tutelage import domains
from tutelage.domains import Domain, Versioned, judge_of
from tutelage.domains.maths import Maths

SOURCE = """
from tutelage.domains import Guide, Verdict

class Mine:
    name = "mine"
    task_type = "toy"
    guide = Guide(description="", reply_format="", step_kinds={}, failure_modes={})
    def problems(self, split, n, seed): return []
    def judge(self, problem, reply): return Verdict(1.0, "right", "")
    def solution(self, problem, steps=None): return None
"""


def mine(folder: Path, source: str) -> Domain:
    folder.mkdir()
    (folder / "mine.py").write_text(source)
    return domains.get(f"{folder / 'mine.py'}:Mine")


@pytest.mark.parametrize("name", [it for it in domains.names() if it != "mbpp"])
def test_each_of_our_domains_states_the_version_of_its_judge(name: str) -> None:
    domain = domains.get(name)
    assert isinstance(domain, Versioned) and domain.judge_version >= 1
    assert judge_of(domain) == f"{domain.name} {domain.judge_version}"


def test_a_file_that_states_no_version_has_that_of_its_source(tmp_path: Path) -> None:
    first = mine(tmp_path / "a", SOURCE)
    assert judge_of(first) == f"mine {hashlib.sha256(SOURCE.encode()).hexdigest()[:8]}"
    changed = mine(tmp_path / "b", SOURCE.replace("1.0", "0.5"))
    assert judge_of(changed) != judge_of(first) == judge_of(mine(tmp_path / "c", SOURCE))
    stated = SOURCE.replace('name = "mine"', 'name, judge_version = "mine", 7')
    assert judge_of(mine(tmp_path / "d", stated)) == "mine 7"


def test_a_subclass_that_judges_itself_does_not_pass_for_the_judge_it_replaced() -> None:
    class Same(Maths):
        """Leaves the judging as it was."""

    class Other(Maths):
        def judge(self, problem: domains.Problem, reply: str) -> domains.Verdict:
            return domains.Verdict(0.0, "wrong", "No.")

    assert judge_of(Same()) == judge_of(Maths())
    assert judge_of(Other()) not in (judge_of(Maths()), judge_of(Same()))


def test_a_judge_without_a_file_is_named_all_the_same() -> None:
    space: dict[str, type[Domain]] = {"__name__": "nowhere"}  # type: ignore[dict-item]
    exec(SOURCE, space)
    assert len(judge_of(space["Mine"]()).split()[1]) == 8
