"""Models: Claude, any server of a known protocol, and students on this machine."""

from .contract import Model, ModelError, ModelRefused, Reply, Request, Role, Usage
from .registry import (
    check_model,
    engine_of,
    facts_by_name,
    facts_of,
    open_model,
    open_recorded_model,
    spec_forms,
)
from .scripted import ScriptedModel

__all__ = [
    "Model",
    "ModelError",
    "ModelRefused",
    "Reply",
    "Request",
    "Role",
    "ScriptedModel",
    "Usage",
    "check_model",
    "engine_of",
    "facts_by_name",
    "facts_of",
    "open_model",
    "open_recorded_model",
    "spec_forms",
]
