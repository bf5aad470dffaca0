"""Adapters on and off: merged into the weights for speed, undone to the bit."""

from pathlib import Path
from typing import Any, NamedTuple

from peft import PeftConfig, PeftModel
from peft.tuners.tuners_utils import BaseTunerLayer
from torch import Tensor

from .contract import ModelError


class _Kept(NamedTuple):
    parameter: Any
    original: Tensor


class Wardrobe:
    """What a module wears: nothing, or one adapter merged into it.

    Adding an adapter's product and subtracting it again would leave rounding errors behind, so
    the weights it touches are kept and put back.
    """

    def __init__(self, module: Any) -> None:
        self._module = module
        self._on: Path | None = None
        self._kept: list[_Kept] = []

    def found(self, adapter: Path) -> Path:
        """Return `adapter` if it is a folder that can be worn."""
        if not (adapter / "adapter_config.json").exists():
            raise ModelError(f"{adapter} is no PEFT adapter: it holds no adapter_config.json.")
        if PeftConfig.from_pretrained(str(adapter)).to_dict().get("modules_to_save"):
            raise ModelError(f"{adapter} replaces whole modules; only added weights can be worn.")
        return adapter

    def wear(self, adapter: Path | None) -> bool:
        """Put `adapter` on, or take everything off for None; say whether weights changed."""
        _refuse_strangers(self._module)
        if adapter == self._on:
            return False
        self._take_off()
        if adapter is not None:
            self._put_on(adapter)
        return True

    def _take_off(self) -> None:
        for parameter, original in self._kept:
            parameter.data.copy_(original)
        self._kept, self._on = [], None

    def _put_on(self, adapter: Path) -> None:
        frozen = {id(p): p.requires_grad for p in self._module.parameters()}
        try:
            wrapped = PeftModel.from_pretrained(self._module, adapter)
        except (RuntimeError, ValueError, OSError) as error:
            first = str(error).splitlines()[0]
            raise ModelError(f"{adapter} does not fit this model: {first}") from error
        layers = [m for m in self._module.modules() if isinstance(m, BaseTunerLayer)]
        self._kept = [
            _Kept(parameter, parameter.data.clone())
            for layer in layers
            for parameter in layer.get_base_layer().parameters(recurse=False)
        ]
        wrapped.merge_and_unload()
        for parameter in self._module.parameters():
            parameter.requires_grad_(frozen[id(parameter)])
        self._on = adapter


def _refuse_strangers(module: Any) -> None:
    if any(isinstance(part, BaseTunerLayer) for part in module.modules()):
        raise ModelError(
            "The model still carries an adapter that was put on outside. "
            "Call unload() on the PeftModel after training."
        )
