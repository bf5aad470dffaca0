"""More than two hundred attacks: none leaves a trace, and with the protections off many do.

The attacks are in attacks/; each is judged by canaries outside its process. They touch nothing but
a temporary folder and loopback, so that nothing is harmed where one succeeds.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tutelage.domains.sandbox import component
from tutelage.domains.sandbox import seccomp as filters

from .levels import lack_of_wasi

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("TUTELAGE_CACHE") or Path.home() / ".cache" / "tutelage")
CODE = Path(filters.__file__).parent
NOBODY = 65534
FLOORS = {"false pass": 40, "secrets": 30, "host": 30, "resources": 50, "control": 10}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The sandbox and the attacks where anybody may read them, with nothing else of ours."""
    home = Path(tempfile.mkdtemp(prefix="attacks-"))
    try:
        for package in (home / "tutelage", home / "tutelage/domains"):
            package.mkdir()
            (package / "__init__.py").write_text("")
        shutil.copytree(CODE, home / "tutelage/domains/sandbox")
        shutil.copytree(HERE / "attacks", home / "attacks")
        shutil.copy(HERE / "lacking.py", home)
        subprocess.run(["chmod", "-R", "a+rX", str(home)], check=True)
        yield home
    finally:
        shutil.rmtree(home)


def let_loose(folder: Path, *arguments: str, uid: int | None = None, before: str = "") -> dict:  # type: ignore[type-arg]
    """Run the attacks in a process that has a secret in its environment and in its arguments."""
    token = secrets.token_hex(16)
    answers = f"ANSWERS={[secrets.randbelow(10**5) for _ in range(5)]}"
    python = sys.executable if uid is None else readable_python(uid)
    code = f"import sys; sys.path.insert(0, {str(folder)!r})\n{before}\n"
    ran = subprocess.run(
        [python, "-c", f"{code}from attacks.run import main; main()", *arguments, token, answers],
        env={
            **{"CANARY_TOKEN": token, "CANARY_ANSWERS": answers, "PATH": os.environ["PATH"]},
            **({"TUTELAGE_CACHE": str(CACHE)} if "wasi" in arguments else {}),
        },
        capture_output=True,
        text=True,
        cwd="/",
        user=uid,
        group=uid,
        extra_groups=None if uid is None else [],
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout)  # type: ignore[no-any-return]


def readable_python(uid: int) -> str:
    """An interpreter that `uid` may start; ours may lie in a home that is closed to others."""
    for python in (sys.executable, "/usr/bin/python3"):
        with_it = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            subprocess.run(with_it, user=uid, group=uid, extra_groups=[], check=True)
            return python
        except (OSError, subprocess.CalledProcessError):
            continue
    pytest.skip("no Python 3.11 that nobody could start")


def test_no_attack_on_secrets_leaves_a_trace(folder: Path) -> None:
    result = let_loose(folder, "secrets", "on", "namespaces")
    assert result["counts"]["secrets"] >= FLOORS["secrets"]
    assert result["traces"] == {}


LACK_PROTECTIONS = "import lacking; lacking.lack('landlock_create_ruleset'); lacking.lack_seccomp()"
FORBID_NAMESPACES = "import lacking; lacking.lack('unshare', 1)"


LEVELS: dict[str, tuple[int | None, str, str]] = {
    "as we are": (None, "namespaces", ""),
    "no namespaces": (None, "none", ""),
    "nobody": (NOBODY, "namespaces", ""),
    "namespaces forbidden": (None, "namespaces", FORBID_NAMESPACES),
    "nobody, and namespaces forbidden": (NOBODY, "namespaces", FORBID_NAMESPACES),
}
"""Name -> who runs it, what stands between, and what is taken from this machine before."""


@pytest.mark.slow
def test_no_attack_leaves_a_trace_at_any_level_of_the_zygote(folder: Path) -> None:
    """All levels at the same time, as each mostly waits for deadlines."""
    asked = {name: it for name, it in LEVELS.items() if it[0] is None or os.getuid() == 0}
    with ThreadPoolExecutor(len(asked)) as pool:
        running = {
            name: pool.submit(let_loose, folder, "all", "on", namespaces, uid=uid, before=before)
            for name, (uid, namespaces, before) in asked.items()
        }
    results = {name: each.result() for name, each in running.items()}
    assert {name: it["traces"] for name, it in results.items()} == {name: {} for name in results}
    for name, (uid, namespaces, before) in asked.items():
        result = results[name]
        assert all(result["counts"][kind] >= least for kind, least in FLOORS.items())
        assert sum(result["counts"].values()) - result["counts"]["control"] > 200
        assert uid is None or result["uid"] == uid
        assert result["level"] == "zygote" or (namespaces == "namespaces" and not before)


@pytest.mark.slow
@pytest.mark.skipif(bool(lack_of_wasi()), reason="pip install 'tutelage[wasi]'")
def test_no_attack_leaves_a_trace_in_webassembly(folder: Path) -> None:
    component.build_once()
    result = let_loose(folder, "all", "on", "wasi", before=LACK_PROTECTIONS)
    assert all(result["counts"][kind] >= least for kind, least in FLOORS.items())
    assert sum(result["counts"].values()) - result["counts"]["control"] > 200
    assert result["traces"] == {}
    assert result["level"] == "wasi"


@pytest.mark.slow
def test_without_protections_the_same_attacks_are_seen_to_succeed(folder: Path) -> None:
    result = let_loose(folder, "all", "off", "none")
    assert result["level"] == "unsafe"
    kinds = [name.partition(":")[0] for name in result["traces"]]
    counted = {kind: kinds.count(kind) for kind in FLOORS}
    assert counted["control"] == 0
    assert counted["secrets"] >= 20 and counted["host"] >= 25 and counted["resources"] >= 20
    assert len(result["fooled"]) >= 25, "an evaluator in one process believes what it is told"
