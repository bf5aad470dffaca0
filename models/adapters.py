"""Adapters on and off: merged into the weights for speed, undone to the bit."""

from pathlib import Path
from typing import Any, NamedTuple

from peft import LoraConfig, PeftConfig, get_peft_model
from peft.tuners.tuners_utils import BaseTunerLayer
from peft.utils import load_peft_weights, set_peft_model_state_dict
from safetensors import SafetensorError
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
        _config(adapter)
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

    def cleared(self) -> Any:
        """The module as it was loaded: nothing on, nothing frozen, no trace of an adapter."""
        self.wear(None)
        if hasattr(self._module, "peft_config"):
            del self._module.peft_config
        return self._module.requires_grad_(True)

    def _take_off(self) -> None:
        for parameter, original in self._kept:
            parameter.data.copy_(original)
        self._kept, self._on = [], None

    def _put_on(self, adapter: Path) -> None:
        wrapped = get_peft_model(self._module, _config(adapter))
        try:
            weights = load_peft_weights(str(adapter), device="cpu")
            found: Any = set_peft_model_state_dict(wrapped, weights)
            lacking = [name for name in found.missing_keys if ".lora_" in name]
            if odd := [*found.unexpected_keys, *lacking]:
                raise ValueError(f"{len(odd)} weights have no counterpart, such as {odd[0]}")
        except (RuntimeError, ValueError, OSError, SafetensorError) as error:
            wrapped.unload()
            why = " ".join(str(error).split())[:300]
            raise ModelError(f"{adapter} does not fit this model: {why}") from error
        layers = [m for m in self._module.modules() if isinstance(m, BaseTunerLayer)]
        self._kept = [
            _Kept(parameter, parameter.data.clone())
            for layer in layers
            for parameter in layer.get_base_layer().parameters(recurse=False)
        ]
        wrapped.merge_and_unload()
        self._on = adapter


def _config(adapter: Path) -> Any:
    if not (adapter / "adapter_config.json").exists():
        raise ModelError(f"{adapter} is no PEFT adapter: it holds no adapter_config.json.")
    config: Any = PeftConfig.from_pretrained(str(adapter))
    if not isinstance(config, LoraConfig) or config.modules_to_save:
        raise ModelError(f"{adapter} is not a plain LoRA; only weights that are added can be worn.")
    if config.init_lora_weights not in (True, False, "gaussian", "orthogonal"):
        raise ModelError(
            f"{adapter} began from {config.init_lora_weights!r}, which changes the base as well. "
            "Save it with path_initial_model_for_weight_conversion first."
        )
    return config


def _refuse_strangers(module: Any) -> None:
    if any(isinstance(part, BaseTunerLayer) for part in module.modules()):
        raise ModelError(
            "The model still carries an adapter that was put on outside. "
            "Call unload() on the PeftModel after training."
        )
