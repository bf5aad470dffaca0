"""Copy of the package to which one patch is applied, and which then runs by itself.

A patch is a plain `git diff` against the root of the repository: what a user would write to add one
of a kind. `docs/extending.md` tells each; the tests here run them.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = tuple(
    tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]["only-include"]
)
LIMITS = {
    "backend": 2,
    "rule": 3,
    "method": 3,
    "event": 4,
    "edit": 4,
    "command": 2,
    "report_section": 2,
    "keeper": 3,
}
"""Kind, as its patch is called -> the most shipped files that the patch may touch."""
TYPE_ALL = """
import json, sys
from typer.testing import CliRunner
from tutelage.commands.app import app
typed = [CliRunner().invoke(app, words, prog_name="tutelage") for words in json.loads(sys.argv[1])]
print(json.dumps([[it.exit_code, it.stdout, it.stderr] for it in typed]))
"""


@dataclass(frozen=True)
class Done:
    """Output of a process that ran the patched package."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Patched:
    """Patched package in a folder of its own."""

    root: Path
    """The copy of the package; its parent is what PYTHONPATH names."""
    touched: tuple[str, ...]
    """The shipped files that the patch changes, makes or removes; tests and docs do not count."""

    def python(self, *words: str, at: Path | None = None) -> Done:
        """Run Python on the copy, in the folder `at`: `python("-c", "import tutelage")`."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=at or self.root.parent,
            env={
                # Nobody's own store is written to.
                **{name: it for name, it in os.environ.items() if name != "TUTELAGE_HOME"},
                "PYTHONPATH": str(self.root.parent),
                "COLUMNS": "200",
            },
            capture_output=True,
            text=True,
            timeout=300,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def tutelage(self, *words: str, at: Path | None = None) -> Done:
        """Type a command at the copy, in the folder `at`."""
        return self.python("-m", "tutelage", *words, at=at)

    def tutelage_all(self, *commands: Sequence[str], at: Path | None = None) -> list[Done]:
        """Type several commands, one after the other, in one process: its start takes seconds."""
        done = self.python("-c", TYPE_ALL, json.dumps(commands), at=at)
        assert done.code == 0, done.err
        return [Done(*each) for each in json.loads(done.out)]

    def pytest(self, *words: str) -> Done:
        """Run tests that were copied too: `pytest("tests/store/test_log.py", "-k", "slot")`."""
        options = ("-q", "-x", "-p", "no:cacheprovider")
        return self.python("-m", "pytest", *options, *words, at=self.root)


def patch(place: Path, kind: str, *also: str) -> Patched:
    """Copy the package into `place` and apply the patch of `kind`; keep to the kind's limit.

    `also` names what else is copied of the repository, such as "tests"; a patch may touch it.
    """
    file = Path(__file__).parent / f"{kind}.patch"
    root = copy_package(place, *also)
    patched = Patched(root, apply_patch(root, file))
    assert patched.touched, f"{file.name} touches nothing that is shipped"
    assert len(patched.touched) <= LIMITS[kind], (kind, LIMITS[kind], patched.touched)
    return patched


def copy_package(place: Path, *also: str) -> Path:
    """Copy what a wheel would hold, and `also`, into `place`/tutelage."""
    root = place / "tutelage"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", "pyproject.toml", *SHIPPED, *also],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    return root


def apply_patch(root: Path, file: Path) -> tuple[str, ...]:
    """Apply a patch as a whole; return the shipped files that it touches.

    Raises AssertionError that tells which hunk fits no longer.
    """
    applied = _git_apply(root, str(file))
    if applied.returncode:
        hunks = _git_apply(root, "--reject", "--verbose", str(file))
        raise AssertionError(f"{file.name} fits no longer: make it anew.\n{hunks.stderr}")
    listed = _git_apply(root, "--numstat", str(file)).stdout.splitlines()
    names = [line.split("\t")[2] for line in listed]
    return tuple(sorted(name for name in names if name.split("/")[0] in SHIPPED))


def _git_apply(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    # In no repository, or git would quietly leave out what lies outside of one.
    env = {**os.environ, "GIT_DIR": os.devnull, "GIT_CEILING_DIRECTORIES": str(root.parent)}
    return subprocess.run(
        ["git", "apply", *words], cwd=root, env=env, capture_output=True, text=True
    )
