"""Save an adapter whole or not at all, under a name made from all that made it.

`folder/<key>` is an ordinary PEFT folder with two more files: `manifest.json` and the card
`README.md`. Everything is written into a hidden folder beside it, flushed to the disk, the
manifest last, and only then renamed: a reader of `folder/<key>` sees all of it. The weights and
their config are hashed in the manifest and never change again; the card and the manifest's
`held_out` are outside those hashes, so that a score can be added after the evaluation.
"""

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from ..models.adapter_files import MANIFEST, find_damage, hash_file
from ..store.files import write_atomically
from ..store.rules import Strategy
from .card import CARD, render_card
from .manifest import Manifest, read_manifest


@dataclass(frozen=True)
class Trained:
    """An adapter in memory."""

    weights: dict[str, Any]
    """Name -> tensor."""
    config: dict[str, Any]
    tokens: int
    """Read in training, all epochs together, padding not counted."""
    losses: tuple[float, ...]
    """Mean loss of each step."""

    def write(self, folder: Path) -> None:
        """Write the two files of a PEFT folder. The same adapter gives the same bytes."""
        from safetensors.torch import save_file

        save_file(self.weights, folder / "adapter_model.safetensors", metadata={"format": "pt"})
        # PEFT keeps layer names in a set: sorted, or the file would differ from run to run.
        config = json.dumps(self.config, indent=2, sort_keys=True, default=sorted)
        (folder / "adapter_config.json").write_text(config + "\n", encoding="utf-8")


def save_adapter(
    folder: Path, manifest: Manifest, strategy: Strategy, write: Callable[[Path], None]
) -> Manifest:
    """Save an adapter as `folder/<key>`; `write` puts the PEFT files into the folder it is given.

    Returns the manifest with the files' hashes, or the one that stands there if another process
    was first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(folder, manifest.key)
    home = folder / manifest.key
    room = Path(tempfile.mkdtemp(prefix=f".{manifest.key}.{os.getpid()}.", dir=folder))
    try:
        write(room)
        files = {path.name: hash_file(path) for path in sorted(room.iterdir())}
        manifest = manifest.model_copy(update={"files": files})
        (room / CARD).write_text(render_card(manifest, strategy), encoding="utf-8")
        for path in room.iterdir():
            _flush(path)
        _write_manifest(room, manifest)
        _copy_permissions(room, folder)
        _flush(room)
        if home.exists() and not is_whole(home, manifest.key):
            home.replace(room.with_suffix(".damaged"))
        try:
            room.replace(home)
        except OSError:
            if not is_whole(home, manifest.key):
                raise
            return read_manifest(home)
        _flush(folder)
        return manifest
    finally:
        shutil.rmtree(room, ignore_errors=True)
        shutil.rmtree(room.with_suffix(".damaged"), ignore_errors=True)


def _copy_permissions(room: Path, folder: Path) -> None:
    """Give `room`, private as temporary files are, the permissions of the run's folder."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    room.chmod(mode)
    for path in room.iterdir():
        path.chmod(mode & 0o666)


def is_whole(folder: Path, key: str = "") -> bool:
    """Tell whether the adapter in `folder` has a manifest and every file matches its hash.

    With `key`, whether it is that adapter, too.
    """
    try:
        manifest = read_manifest(folder)
    except (OSError, ValueError):
        return False
    return key in ("", manifest.key) and not find_damage(folder, manifest.files)


def write_card(
    folder: Path, strategy: Strategy, scores: Mapping[str, float] | None = None
) -> Manifest:
    """Write the card of the adapter in `folder` anew, with its held-out `scores`, if given.

    `scores` (split -> accuracy) also go into the manifest's `held_out`; None leaves what stands
    there. Nothing that is hashed is touched.
    """
    manifest = read_manifest(folder)
    if strategy.hash != manifest.strategy:
        raise ValueError(
            f"The adapter {manifest.key} follows {manifest.strategy_name} "
            f"({manifest.strategy[:12]}), not the strategy {strategy.hash[:12]}: pass its own."
        )
    if scores is not None:
        manifest = manifest.model_copy(update={"held_out": dict(scores)})
        _write_manifest(folder, manifest)
    write_atomically(folder / CARD, render_card(manifest, strategy))
    return manifest


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    write_atomically(folder / MANIFEST, manifest.model_dump_json(indent=1) + "\n")


def _flush(path: Path) -> None:
    """Wait until the disk has `path`. A folder has to be flushed too, or its names may be lost."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_leftovers(folder: Path, key: str) -> None:
    """Remove the hidden folders of trainings of this key that were killed."""
    for left in folder.glob(f".{key}.*"):
        pid = left.name.split(".")[2]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
