"""All patches at once: they go together, keep the plan of the house, and the page is true."""

import re
from pathlib import Path

import pytest

from .harness import LIMITS, ROOT, Patched, apply_patch, copy_package

HOUSE = ("tests/__init__.py", "tests/conftest.py", "tests/lints.py", "tests/test_house.py",
         "tests/participles.txt")  # fmt: skip


@pytest.fixture(scope="module")
def all_patched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Patched, dict[str, int]]:
    """One copy with every patch, one after the other; and how many files each touched."""
    root = copy_package(tmp_path_factory.mktemp("together"), *HOUSE)
    patches = Path(__file__).parent
    touched = {kind: apply_patch(root, patches / f"{kind}.patch") for kind in LIMITS}
    files = tuple(name for names in touched.values() for name in names)
    return Patched(root, files), {kind: len(names) for kind, names in touched.items()}


def test_no_patch_touches_more_than_its_limit_and_the_page_tells_how_many(
    all_patched: tuple[Patched, dict[str, int]],
) -> None:
    _, touched = all_patched
    assert all(touched[kind] <= most for kind, most in LIMITS.items())
    page = (ROOT / "docs" / "extending.md").read_text()
    told = re.findall(r"^\| \[[^|]*\| (\d)[^|]*\| `(\w+)\.patch` \|$", page, re.M)
    assert {kind: int(number) for number, kind in told} == touched


def test_the_patched_package_keeps_the_plan_of_the_house(
    all_patched: tuple[Patched, dict[str, int]],
) -> None:
    # Neither what a wheel needs nor the editable links are copied.
    said = all_patched[0].pytest("tests/test_house.py", "-k", "not wheel and not links")
    assert said.code == 0, said.out + said.err


def test_the_patched_package_is_clean_to_lint(
    all_patched: tuple[Patched, dict[str, int]],
) -> None:
    for words in (("check",), ("format", "--check")):
        said = all_patched[0].python("-m", "ruff", *words, "tutelage")
        assert said.code == 0, said.out + said.err
