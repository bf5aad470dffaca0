"""Append-only event log, and the strategy versions projected from it."""

from .errors import StoreError
from .log import Log, open_log
from .rules import EMPTY, Rule, Strategy
from .strategies.diff import diff
from .strategies.import_export import export_json, import_json
from .strategies.versions import Strategies

__all__ = [
    "EMPTY",
    "Log",
    "Rule",
    "StoreError",
    "Strategies",
    "Strategy",
    "diff",
    "export_json",
    "import_json",
    "open_log",
]
