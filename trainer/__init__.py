"""From words to weights: examples that follow a strategy, checked, learned, kept whole."""

from .contract import OnStep, Stop, Trainable, Trainer, TrainingStopped
from .examples import Dataset, Demonstrate, Example, follow
from .manifest import Manifest, adapter_key, read_manifest
from .prompt import ask
from .recipe import Recipe

__all__ = [
    "Dataset",
    "Demonstrate",
    "Example",
    "Manifest",
    "OnStep",
    "Recipe",
    "Stop",
    "Trainable",
    "Trainer",
    "TrainingStopped",
    "adapter_key",
    "ask",
    "follow",
    "read_manifest",
]
