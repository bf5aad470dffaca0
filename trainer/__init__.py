"""From words to weights: examples that follow a strategy, checked, learned, kept whole."""

from .adapter import is_whole, write_card
from .contract import OnStep, Stop, Trainable, Trainer, TrainingStopped
from .examples import Dataset, Demonstrate, Example, follow
from .manifest import Manifest, adapter_key, read_manifest
from .preflight import Finding, Preflight, PreflightFailed
from .prompt import ask
from .recipe import Recipe
from .train import LoraTrainer

__all__ = [
    "Dataset",
    "Demonstrate",
    "Example",
    "Finding",
    "LoraTrainer",
    "Manifest",
    "OnStep",
    "Preflight",
    "PreflightFailed",
    "Recipe",
    "Stop",
    "Trainable",
    "Trainer",
    "TrainingStopped",
    "adapter_key",
    "ask",
    "follow",
    "is_whole",
    "read_manifest",
    "write_card",
]
