"""The command line in a process of its own, with one more entry in its catalogue.

    python -m tests.weights.child ENTRY.json WORDS...

The variable MOST limits the bytes of any file it writes, as a full disk does.
"""

import json
import os
import resource
import sys
from pathlib import Path

from tutelage.__main__ import main
from tutelage.weights.catalogue import CATALOGUE, PackagedWeights, WeightFile, WheelPart


def entry(row: dict[str, object]) -> PackagedWeights:
    files = tuple(
        WeightFile(**{**file, "parts": tuple(WheelPart(**part) for part in file["parts"])})
        for file in row["files"]  # type: ignore[attr-defined]  # JSON
    )
    return PackagedWeights(**{**row, "files": files})  # type: ignore[arg-type]  # JSON


if __name__ == "__main__":
    added = entry(json.loads(Path(sys.argv[1]).read_text()))
    CATALOGUE[added.name] = added
    if most := os.environ.get("MOST"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
    if os.environ.get("NO_PIP"):
        sys.modules["pip"] = None  # type: ignore[assignment]  # as a Python without it has it
    sys.argv = ["tutelage", *sys.argv[2:]]
    main()
