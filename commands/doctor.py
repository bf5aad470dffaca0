"""Check this machine: what is here, what is missing, what to do about it."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import psutil
import typer

from ..models.packaged import torch_can_open
from ..models.registry import KINDS, facts_by_name
from ..weights import CATALOGUE
from ..weights.cache import find_cache_fault, in_megabytes
from .errors import FAILED
from .output import Json, console, examples, print_json, table
from .workspace import Workspace, here

app = typer.Typer()

Level = Literal["ok", "note", "fault"]

MEMORY = 2.0
"""GB that the smallest real student needs to be trained in."""
SPACE = 2.0
"""GB that a first run with its model's cache should find."""
NETWORKED = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph"})
"""File systems on which SQLite's WAL cannot be relied on."""


class MachineCheck(NamedTuple):
    """One thing that was looked at. A note is worth knowing; a fault stands in the way."""

    level: Level
    what: str
    found: str


@app.command(
    epilog=examples(
        "tutelage doctor",
        ("tutelage doctor --quick", "without importing torch"),
        ("tutelage doctor --json | jq '.[] | select(.level == \"fault\")'", ""),
    ),
)
def doctor(
    ctx: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", help="Leave torch alone.")] = False,
    as_json: Json = False,
) -> None:
    """Look at this machine: cores, memory, libraries, disk, models, keys. Exits 1 on a fault."""
    findings = list(_look(here(ctx), quick))
    if as_json:
        print_json([finding._asdict() for finding in findings])
    else:
        console().print(table(("", "what", "found"), findings))
    if any(finding.level == "fault" for finding in findings):
        raise typer.Exit(FAILED)


def _look(workspace: Workspace, quick: bool) -> Iterator[MachineCheck]:
    yield _python()
    yield from _machine()
    if not quick:
        yield _torch()
    yield _threads()
    yield _libraries()
    yield from _store(workspace.home)
    yield from _models()
    yield from _sandbox()
    for key in (key for kind in KINDS for key in kind.keys):
        yield MachineCheck("ok", key, "set (never shown)" if os.environ.get(key) else "not set")


def _python() -> MachineCheck:
    level: Level = "ok" if sys.version_info >= (3, 11) else "fault"
    return MachineCheck(level, "python", f"{platform.python_version()} at {sys.executable}")


def _machine() -> Iterator[MachineCheck]:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield MachineCheck("ok", "cores", f"{usable} usable, {platform.machine()}")
    memory = psutil.virtual_memory()
    free, whole = memory.available / 1e9, memory.total / 1e9
    level: Level = "ok" if free >= MEMORY else "note"
    advice = "" if level == "ok" else f"; training the small student wants {MEMORY:.0f} GB"
    yield MachineCheck(level, "memory", f"{free:.1f} GB free of {whole:.1f}{advice}")


def _torch() -> MachineCheck:
    try:
        import torch
    except ImportError as error:
        return MachineCheck("fault", "torch", f"does not load ({error}): no student can be trained")
    where = "cuda" if torch.cuda.is_available() else "cpu"
    return MachineCheck(
        "ok", "torch", f"{torch.__version__}, {torch.get_num_threads()} threads, {where}"
    )


def _threads() -> MachineCheck:
    policy = os.environ.get("OMP_WAIT_POLICY")
    if policy is None:
        return MachineCheck(
            "ok", "OMP_WAIT_POLICY", "not set; local models are opened with PASSIVE"
        )
    if policy.upper() == "PASSIVE":
        return MachineCheck("ok", "OMP_WAIT_POLICY", policy)
    said = f"{policy}: on shared cores spinning threads make torch 3-8 times slower; use PASSIVE"
    return MachineCheck("note", "OMP_WAIT_POLICY", said)


def _libraries() -> MachineCheck:
    pinned = _read_constraints()
    if not pinned:
        return MachineCheck(
            "note", "libraries", "constraints.txt is not here: nothing to compare with"
        )
    ours = {_canonical(re.split(r"[^\w.-]", it)[0]) for it in metadata.requires("tutelage") or ()
            if "extra ==" not in it}  # fmt: skip
    strange = []
    for name, wanted in pinned.items():
        found = _version(name)
        if found is None and name in ours:
            return MachineCheck(
                "fault", "libraries", f"{name} is missing: pip install {name}=={wanted}"
            )
        if found is not None and found.partition("+")[0] != wanted:
            strange.append(f"{name} {found} (tested: {wanted})")
    if strange:
        return MachineCheck("note", "libraries", "not the tested versions: " + ", ".join(strange))
    return MachineCheck("ok", "libraries", f"all as in constraints.txt ({len(pinned)} pinned)")


def _read_constraints() -> dict[str, str]:
    """Return library -> tested version, where the constraints travel with the code."""
    path = Path(__file__).resolve().parent.parent / "constraints.txt"
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("==") for line in lines if "==" in line and not line.startswith("#")]
    return {_canonical(name): wanted.split(";")[0].strip() for name, _, wanted in pairs}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower().strip()


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _store(named: str) -> Iterator[MachineCheck]:
    from ..store.log import folder_of, lasts

    if not lasts(named):
        yield MachineCheck("note", "store", f"{named} ends with its process: nothing is kept")
        return
    there = home = folder_of(named)
    while not there.exists() and there != there.parent:
        there = there.parent
    free = shutil.disk_usage(there).free / 1e9
    yield MachineCheck(
        "ok" if free >= SPACE else "note",
        "store",
        f"{home.resolve()}{'' if home.exists() else ' (not there yet)'}, {free:.1f} GB free",
    )
    if not os.access(there, os.W_OK):
        yield MachineCheck(
            "fault", "store", f"{there.resolve()} is not writable: choose another --home"
        )
    kind = _file_system(there.resolve())
    if kind in NETWORKED:
        said = f"{kind}: SQLite's locks cannot be relied on there; put the store on a local disk"
        yield MachineCheck("note", "file system", said)
    else:
        yield MachineCheck("ok", "file system", kind or "not known")


def _file_system(path: Path) -> str:
    """The type of the file system that holds `path`; empty where the system does not tell."""
    holding = [
        part for part in psutil.disk_partitions(all=True) if path.is_relative_to(part.mountpoint)
    ]
    best = max(holding, key=lambda part: len(part.mountpoint), default=None)
    return str(best.fstype) if best else ""


def _models() -> Iterator[MachineCheck]:
    """Look for models without opening one: `tutelage models check SPEC` asks one."""
    if fault := find_cache_fault():
        yield MachineCheck("fault", "TUTELAGE_CACHE", fault)
    for name in CATALOGUE:
        yield _packaged_model(name)
    for kind in (it for it in KINDS if it.needs_key):
        said = f"no key: export {kind.keys[0]}=... (not needed otherwise)"
        if any(os.environ.get(key) for key in kind.keys):
            said = "a key is set"
        yield MachineCheck("ok", kind.form, said)


def _packaged_model(name: str) -> MachineCheck:
    """Look whether weights that have a name are here, and fit into memory for training."""
    if not torch_can_open(name):
        size = in_megabytes(CATALOGUE[name].size)
        return MachineCheck("note", name, f"not here: tutelage models fetch {name} ({size})")
    from ..graph.planning.memory import peak_memory

    parameters = facts_by_name(name).size.parameters
    needed = peak_memory(parameters, trains=True) if parameters else 0.0
    whole = psutil.virtual_memory().total / 1e9
    if needed > whole:
        said = f"training it takes about {needed:.1f} GB of memory; this machine has {whole:.1f}"
        return MachineCheck("note", name, f"its weights are here; {said}")
    return MachineCheck("ok", name, "its weights are here")


def _sandbox() -> Iterator[MachineCheck]:
    """Try what stands between a student's program and this machine."""
    from ..domains import sandbox

    level, why = sandbox.level()
    if level == "none":
        yield MachineCheck("note", "sandbox", f"none: programs are not judged here; {why}")
    elif level == "unsafe":
        yield MachineCheck("note", "sandbox", f"unsafe: programs run without protections; {why}")
    else:
        yield MachineCheck("ok", "sandbox", f"{level}: {why}")
    said = f"{sandbox.webassembly()}; {sandbox.ONLY}=wasi judges there, =zygote never does"
    yield MachineCheck("ok", "webassembly", said)
