"""The guide of Python coding, which debugging and the benchmarks share."""

from pathlib import Path

from ..guide_file import read_guide

GUIDE = read_guide(Path(__file__).with_suffix(".toml"))
