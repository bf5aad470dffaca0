"""Size of a student model, told by its spec before it is loaded."""

import json
from pathlib import Path

SMOLLM2 = 135e6
"""Parameters of smollm2-135m."""


def student_size(spec: str) -> float | None:
    """Return a student's parameters by its spec, without loading it; 0 if it has none here."""
    if spec.startswith("smollm2-135m"):
        return SMOLLM2
    if spec.startswith("hf:"):
        folder = Path(spec.removeprefix("hf:"))
        files = [*folder.glob("*.safetensors"), *folder.glob("*.bin")] if folder.is_dir() else []
        return sum(file.stat().st_size for file in files) / _bytes_each(folder) or None
    return 0.0


def _bytes_each(folder: Path) -> int:
    """Return the bytes a parameter takes in the files of a model's folder."""
    try:
        said = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 4
    return 2 if "16" in str(said.get("dtype") or said.get("torch_dtype")) else 4
