"""Who answers: Claude, any server that speaks the Messages API, a student on this machine."""

from .contract import Model, ModelError, Reply, ReplyOutcome, Request, Student, Usage
from .registry import Health, check, known, open_model
from .scripted import ScriptedModel

__all__ = [
    "Health",
    "Model",
    "ModelError",
    "Reply",
    "ReplyOutcome",
    "Request",
    "ScriptedModel",
    "Student",
    "Usage",
    "check",
    "known",
    "open_model",
]
