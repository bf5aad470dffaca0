"""Packaged weights as files: as they travel, and as a torch folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..bounded_json import read_json
from ..weights import WeightsError, cache_root, find, path_of
from ..weights.catalogue import look_up
from .contract import ModelError

TORCH_MANIFEST = "manifest.json"
"""Written last: its presence says that a torch folder is whole."""
WEIGHTS = "weights_sha256"
"""Key of the manifest: dtype -> hash of the weights as they lie in memory."""


def packaged_path(name: str) -> Path:
    """Return the file or folder of the weights that are called so, whole.

    Raises ModelError that says which command fetches them, or lists the known names.
    """
    try:
        return path_of(name)
    except WeightsError as error:
        raise ModelError(str(error)) from None


def torch_folder(name: str) -> Path:
    """Return where the weights lie in fp32, or will lie: a folder that torch opens."""
    return cache_root() / "torch" / name


def is_dequantised(name: str) -> bool:
    """Tell whether the torch folder is there, made of these weights, with all its sizes."""
    folder = torch_folder(name)
    try:
        manifest = read_json((folder / TORCH_MANIFEST).read_text(encoding="utf-8"))
        sizes = manifest["sizes"]
        return bool(
            manifest["made_of"] == _made_of(name)
            and "config.json" in sizes
            and sizes == {file: (folder / file).stat().st_size for file in sizes}
        )
    except (OSError, ValueError, LookupError, TypeError):
        return False


def written_weights(folder: Path) -> Mapping[str, str]:
    """Return dtype -> hash of the weights as they were written out; empty where none was kept."""
    try:
        return dict(read_json((folder / TORCH_MANIFEST).read_text(encoding="utf-8"))[WEIGHTS])
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def write_torch_manifest(name: str, folder: Path, more: Mapping[str, Any]) -> None:
    """Write what a torch folder was made of, and the sizes of its files."""
    sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
    manifest = {"made_of": _made_of(name), "sizes": sizes, **more}
    (folder / TORCH_MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _made_of(name: str) -> dict[str, str]:
    return {file.name: file.sha256 for file in look_up(name).files}


def torch_can_open(name: str) -> bool:
    """Tell whether the weights are here, as a torch folder or as what one is made of."""
    return is_dequantised(name) or find(name) is not None
