"""The house keeps its plan: arrows point down, the wheel holds nothing else, the README is true."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SHIPPED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]

GROUND = frozenset({"store", "domains", "models", "evidence"})
MAY_IMPORT = {
    **dict.fromkeys(GROUND, frozenset[str]()),
    "trainer": GROUND,
    "graph": GROUND | {"trainer"},
    "commands": GROUND | {"trainer", "graph"},
    "__main__": GROUND | {"trainer", "graph", "commands"},
    "__init__": frozenset[str](),
}


def sources() -> Iterator[Path]:
    for name in SHIPPED:
        place = ROOT / name
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def room(file: Path) -> str:
    """The folder or root file that a source belongs to."""
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_rooms(file: Path) -> Iterator[tuple[int, str]]:
    """Line and room of each import of another part of the package."""
    depth = len(file.relative_to(ROOT).parts)
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == depth:
            names = [node.module.split(".")[0]] if node.module else [a.name for a in node.names]
            yield from ((node.lineno, name) for name in names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module and not node.module.startswith("tutelage"), f"{file}:{node.lineno}"
        elif isinstance(node, ast.Import):
            assert not any(a.name.startswith("tutelage") for a in node.names), f"{file}"


def test_arrows_only_point_down() -> None:
    seen = 0
    for file in sources():
        if file.suffix != ".py":
            continue
        for line, target in imported_rooms(file):
            if target in ("__version__", room(file)):
                continue
            seen += 1
            assert target in MAY_IMPORT[room(file)], (
                f"{file.relative_to(ROOT)}:{line}: {room(file)} may not import {target}"
            )
    assert seen > 50, "the test must see the imports that it judges"


def test_importing_a_ground_floor_loads_nothing_heavy() -> None:
    heavy = ["torch", "transformers", "peft", "chromadb", "anthropic", "langgraph"]
    code = (
        "import sys, tutelage, tutelage.store, tutelage.domains, tutelage.models, "
        "tutelage.evidence, tutelage.trainer\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Names of the files in a freshly built wheel."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1"},
        capture_output=True,
        check=True,
    )
    (built,) = out.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return archive.namelist()


def test_the_wheel_holds_nothing_but_the_package(wheel: list[str]) -> None:
    strangers = [n for n in wheel if not re.match(r"tutelage(-[^/]+\.dist-info)?/", n)]
    assert strangers == []
    assert not any("test" in name for name in wheel)


def test_the_wheel_holds_every_source(wheel: list[str]) -> None:
    for file in sources():
        assert f"tutelage/{file.relative_to(ROOT).as_posix()}" in wheel


def test_the_editable_links_name_what_is_shipped() -> None:
    # Python may keep what it compiled beside the links.
    links = [it for it in (ROOT / ".dev" / "tutelage").iterdir() if it.name != "__pycache__"]
    assert {link.name for link in links} == set(SHIPPED)
    for link in links:
        assert link.is_symlink() and link.resolve() == ROOT / link.name


def tracked() -> list[str]:
    """Every file a person may open, as git lists them; links and golden data aside."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [
        name
        for name in listed
        if (
            not name.startswith(".dev/")
            and not name.endswith(("__init__.py", ".jsonl", ".gitignore", "py.typed"))
        )
        or name == "__init__.py"
    ]


def tree() -> dict[str, str]:
    """Path -> phrase, from the README's annotated tree."""
    text = (ROOT / "README.md").read_text()
    block = text.split("<!-- tree -->")[1].split("```")[1]
    found: dict[str, str] = {}
    folders: list[str] = []
    for line in block.strip("\n").splitlines()[1:]:
        indent, entry, phrase = re.fullmatch(r"( *)(\S+)(?: +(.*))?", line).groups()  # type: ignore[union-attr]
        folders = folders[: len(indent) // 2 - 1]
        if entry.endswith("/"):
            folders.append(entry)
        else:
            found["".join(folders) + entry] = phrase or ""
    return found


def test_the_readme_names_every_file_with_one_phrase() -> None:
    told = tree()
    assert sorted(told) == sorted(tracked())
    empty = [name for name, phrase in told.items() if not phrase]
    assert empty == []
