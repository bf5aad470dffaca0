"""Training: turn a strategy into examples, check them, and train a LoRA adapter on them."""

from .adapter import is_whole, write_card
from .contract import TrainingStopped
from .examples import Dataset, Example, build_dataset
from .manifest import Manifest, adapter_key, read_manifest
from .preflight import PreflightFailed
from .recipe import Recipe
from .student_prompt import build_request
from .train import LoraTrainer

__all__ = [
    "Dataset",
    "Example",
    "LoraTrainer",
    "Manifest",
    "PreflightFailed",
    "Recipe",
    "TrainingStopped",
    "adapter_key",
    "build_dataset",
    "build_request",
    "is_whole",
    "read_manifest",
    "write_card",
]
