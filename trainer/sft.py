"""Supervised fine-tuning: learn to write the completions of the examples, token by token."""

from .adapter import Trained
from .contract import OnStep, Stop, Trainable, Training
from .lora import CompletionLoss, train_lora
from .tokens import tokenise


def train(student: Trainable, training: Training, on_step: OnStep, stop: Stop) -> Trained:
    """Train on the input's dataset; nothing else is read."""
    examples = [tokenise(example, student) for example in training.input.dataset.examples]
    return train_lora(student, examples, CompletionLoss, training, on_step, stop)
