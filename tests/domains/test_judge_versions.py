"""Every judge has a name and a version; one that states none has its source's."""

import hashlib
import sys
from abc import ABC
from pathlib import Path
from typing import Any

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


def test_a_file_that_is_changed_after_it_was_loaded_does_not_change_the_judge(
    tmp_path: Path,
) -> None:
    loaded = mine(tmp_path / "a", SOURCE)
    other = mine(tmp_path / "b", SOURCE + "# Another file of the same name.\n")
    (tmp_path / "a" / "mine.py").write_text(SOURCE.replace("1.0", "0.5"))
    assert judge_of(loaded) == f"mine {hashlib.sha256(SOURCE.encode()).hexdigest()[:8]}"
    again = domains.get(f"{tmp_path / 'a' / 'mine.py'}:Mine")
    assert len({judge_of(it) for it in (loaded, other, again)}) == 3


def test_what_runs_is_what_the_file_holds_and_no_cache_of_it(tmp_path: Path) -> None:
    loaded = mine(tmp_path / "a", SOURCE)
    # Of the same size, and most likely of the same second.
    (tmp_path / "a" / "mine.py").write_text(SOURCE.replace("1.0", "0.5"))
    again = domains.get(f"{tmp_path / 'a' / 'mine.py'}:Mine")
    asked: Any = None
    assert (loaded.judge(asked, "").score, again.judge(asked, "").score) == (1.0, 0.5)


def test_a_domain_with_a_judges_name_is_no_stand_in(tmp_path: Path) -> None:
    named = mine(tmp_path / "a", SOURCE.replace("name = ", 'judge_name = "gpt-4"; name = '))
    assert judge_of(named).startswith("mine ") and len(judge_of(named)) == len("mine 01234567")


@pytest.mark.parametrize("said", ["None", "'7'", "True", "2.0"])
def test_a_version_that_is_no_whole_number_is_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(domains.BrokenDomain, match="state a whole number"):
        mine(tmp_path / "a", SOURCE.replace("name = ", f"judge_version = {said}; name = "))


def test_a_subclass_that_changes_what_the_judge_goes_by_inherits_no_version() -> None:
    class Stated(ABC):  # noqa: B024
        name, task_type, judge_version, tolerance = "stated", "toy", 3, 0.1
        guide: Any = None

        def problems(self, split: domains.Split, n: int, seed: int) -> list[domains.Problem]:
            return []

        def reading(self, problem: domains.Problem, reply: str) -> str:
            return reply

        def judge(self, problem: domains.Problem, reply: str) -> domains.Verdict:
            return domains.Verdict(0.0, "wrong", self.reading(problem, reply))

        def solution(self, problem: domains.Problem, steps: object = None) -> None:
            return None

    class Asks(Stated):
        name = "asks"

        def problems(self, split: domains.Split, n: int, seed: int) -> list[domains.Problem]:
            return super().problems(split, n, seed)

        def helper(self) -> None:
            """A name that no judge of the base can know."""

    class Reads(Stated):
        def reading(self, problem: domains.Problem, reply: str) -> str:
            return reply.upper()

    class Lenient(Asks):
        tolerance = 0.5

    class Mixin:
        def reading(self, problem: domains.Problem, reply: str) -> str:
            return ""

    class Mixed(Mixin, Stated):  # type: ignore[misc]
        pass

    class Again(Reads):
        judge_version = 4

    assert judge_of(Asks()) == "asks 3" and judge_of(Again()) == "stated 4"
    for kind in (Reads, Lenient, Mixed):
        assert len(judge_of(kind()).split()[1]) == 8


def test_a_judge_that_builds_on_another_file_or_on_ours_changes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    child = SOURCE.replace("class Mine:", "from {base} import {kind}\n\nclass Mine({kind}):")
    found = []
    for number, base in enumerate(("class Base: pass\n", "class Base:\n    less = 1\n")):
        (tmp_path / "base_of_mine.py").write_text(base)
        monkeypatch.delitem(sys.modules, "base_of_mine", raising=False)
        source = child.replace("{base}", "base_of_mine").replace("{kind}", "Base")
        found.append(judge_of(mine(tmp_path / str(number), source)))
    assert found[0] != found[1]
    ours = child.replace("{base}", "tutelage.domains.maths").replace("{kind}", "Maths")
    before = judge_of(mine(tmp_path / "c", ours))
    monkeypatch.setattr(Maths, "judge_version", Maths.judge_version + 1)
    assert judge_of(mine(tmp_path / "d", ours)) != before


def test_a_judge_without_a_file_is_named_all_the_same() -> None:
    space: dict[str, type[Domain]] = {"__name__": "nowhere"}  # type: ignore[dict-item]
    exec(SOURCE, space)
    assert len(judge_of(space["Mine"]()).split()[1]) == 8
