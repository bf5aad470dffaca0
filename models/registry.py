"""Kinds of models and their facts; a model is opened by its spec, its libraries only then."""

import inspect
import os
import re
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple, get_args

from ..paths import expand_home
from ..spelling import find_near
from ..weights import CATALOGUE, PackagedWeights
from .contract import EngineKnown, Model, ModelError, Request, Role
from .credentials import credential_in, public_name, without_keys
from .facts import Kind, ModelFacts, Size, folder_or_repository, folder_size, is_path
from .handoff import HandoffModel
from .llama.files import gguf_size, has_gguf
from .packaged import torch_can_open

_MESSAGES, _CHAT = "Messages API", "Chat Completions API"
_TRANSFORMERS, _LLAMA, _SCRIPT = "transformers", "llama.cpp", "script"


def _packaged_kind(weights: PackagedWeights) -> Kind:
    """Return the kind of a model whose weights travel by name; the catalogue has its facts."""
    other = "; llama.cpp answers where it is only asked" if weights.llama_cpp_asks else ""
    return Kind(
        weights.name, f"{weights.name}[+adapter]", f"{weights.about}: trained by torch{other}",
        "hf.model:open_packaged", _TRANSFORMERS,
        "llama.model:open_file" if weights.llama_cpp_asks else "",
        trainable=True, takes_adapter=True, takes_names=True,
        size=lambda base: Size(weights.parameters, weights.context),
        asked_size=gguf_size if weights.llama_cpp_asks else None, finds_weights=torch_can_open,
    )  # fmt: skip


KINDS = (
    Kind(
        "anthropic:", "anthropic:<model>", "Claude; needs ANTHROPIC_API_KEY",
        "remote.messages:open_claude", _MESSAGES, remote=True,
        keys=("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"), needs_key=True, in_batches=True,
    ),
    Kind(
        "messages:", "messages:<url>#<model>",
        "any server that speaks the Messages API: Ollama, vLLM, llama.cpp",
        "remote.messages:open_server", _MESSAGES, remote=True,
        keys=("MESSAGES_API_KEY", "MESSAGES_AUTHORIZATION"),
    ),
    Kind(
        "openai:", "openai:<model>", "OpenAI's models; needs OPENAI_API_KEY",
        "remote.chat_completions:open_service", _CHAT, remote=True,
        keys=("OPENAI_API_KEY",), needs_key=True,
    ),
    Kind(
        "openai:http", "openai:<url>#<model>[+adapter]",
        "any server that speaks Chat Completions: vLLM, llama.cpp, Ollama, LM Studio, OpenRouter",
        "remote.chat_completions:open_server", _CHAT, remote=True,
        keys=("CHAT_COMPLETIONS_API_KEY", "CHAT_COMPLETIONS_AUTHORIZATION"),
    ),
    Kind(
        "hf:", "hf:<repo or path>[+adapter]",
        "a Hugging Face model on this machine, with a PEFT adapter if you like",
        "hf.model:open_folder", _TRANSFORMERS, trainable=True, takes_adapter=True,
        size=folder_size, finds_weights=folder_or_repository,
    ),
    *(_packaged_kind(weights) for weights in CATALOGUE.values() if weights.opens),
    Kind(
        "llama:", "llama:<file.gguf or name>[+adapter.gguf]",
        "a GGUF file, or packaged weights by name, by llama.cpp here; needs tutelage[llama]",
        "llama.model:open_file", _LLAMA, takes_adapter=True, takes_names=True,
        size=gguf_size, finds_weights=has_gguf,
    ),
    Kind(
        "handoff:", "handoff:<folder>",
        "people, or a coding agent: requests are files, and so are their answers; needs no key",
        "handoff:open_handoff", "people", size=lambda base: Size(0.0), asks_people=True,
    ),
    Kind(
        "scripted:", "scripted:<file.json>", "answers read from a file, for tests and rehearsals",
        "scripted:open_script", _SCRIPT, size=lambda base: Size(0.0),
    ),
)  # fmt: skip
_OBJECT = Kind("", "an object", "a model passed from Python", "", "Python")

_OFTEN_MEANT = (
    (re.compile(r"ollama:(.+)"), r"openai:http://localhost:11434#\1"),
    (re.compile(r"((?:gpt|chatgpt|o[1-9])-.+)"), r"openai:\1"),
    (re.compile(r"(claude-.+)"), r"anthropic:\1"),
)
"""What people write who know a service, and not how its models are named here."""

RANGES = {
    "batch_size": (1, 10_000),
    "context": (256, 10_000_000),
    "max_retries": (0, 1000),
    "slots": (1, 256),
    "threads": (1, 1024),
}
"""Least and most of the options that are whole numbers."""
SECONDS = ("longest_wait", "timeout")
"""Options that are seconds."""
LONGEST = 7 * 24 * 3600
"""Most of them."""


def spec_forms() -> list[tuple[str, str]]:
    """List each form a spec can take, and the model it opens."""
    return [(kind.form, kind.about) for kind in KINDS]


def facts_of(spec: str) -> ModelFacts:
    """Tell what `spec` says of its model. Raises ModelError when the spec is unknown."""
    if fitting := [kind for kind in KINDS if spec.startswith(kind.start)]:
        return _parse(spec, max(fitting, key=lambda kind: len(kind.start)))
    forms = "\n".join(f"  {form:30} {about}" for form, about in spec_forms())
    raise ModelError(
        f"No model is called {public_name(spec)!r}.{_guess(spec)} `tutelage models list` lists "
        f"how a model is named.\n{forms}"
    )


def _guess(spec: str) -> str:
    """Return the question for the nearest spec there is; empty where none is near."""
    word, colon, rest = spec.partition(":")
    name = word.partition("+")[0]
    if name in CATALOGUE:
        return " Its weights are for the search by meaning, and answer nothing."
    for pattern, meant in _OFTEN_MEANT:
        if fitting := pattern.fullmatch(spec):
            return f" Did you mean {public_name(fitting.expand(meant))!r}?"
    starts = {kind.start.partition(":")[0] for kind in KINDS if (":" in kind.start) == bool(colon)}
    if not colon and name.endswith(".gguf"):
        near = f"llama:{spec}"
    elif not colon and name and (is_path(name) or re.fullmatch(r"[\w-]+/[\w.-]+", name)):
        near = f"hf:{spec}"
    elif found := find_near(name, starts):
        near = found + colon + rest
    else:
        return ""
    return f" Did you mean {public_name(near)!r}?"


def facts_by_name(name: str) -> ModelFacts:
    """Tell what the name of a model says of it: its spec, unless it was passed from Python.

    Such a model counts as one that is not remote and whose size is unknown. Its name does not make
    it trainable: the trainer takes it if the object is a `Trainable`.
    """
    try:
        return facts_of(name)
    except ModelError:
        return ModelFacts(_OBJECT, name, name.partition("+")[0])


def _parse(spec: str, kind: Kind) -> ModelFacts:
    word, colon, _ = kind.start.partition(":")
    is_name = not colon
    base, adapter = spec if is_name else spec.removeprefix(f"{word}:"), ""
    bare = spec
    if not kind.remote:
        base = expand_home(base)
    if kind.takes_adapter:
        base, adapter = _split(base, is_name)
        bare = spec.removesuffix(f"+{adapter}") if adapter else spec
        adapter = expand_home(adapter)
        if not adapter and spec.endswith("+") and not base.endswith("+"):
            raise ModelError(f"Which adapter? {public_name(spec)!r} names none. Write {kind.form}.")
    if is_name and base != kind.start:
        raise ModelError(f"No model is called {public_name(spec)!r}. Did you mean {kind.form}?")
    return ModelFacts(kind, spec, base, adapter, bare)


def _split(base: str, is_name: bool) -> tuple[str, str]:
    """Split a model from its adapter: at the first plus, unless that is part of a path here."""
    parts = base.split("+")
    for end in (len(parts), *range(1, len(parts))):
        if not is_name and is_path(found := "+".join(parts[:end])):
            return found, "+".join(parts[end:])
    return parts[0], "+".join(parts[1:])


def open_model(spec: str, *, role: Role = "other", **options: Any) -> Model:
    """Open the model that `spec` names; `options` go to its kind (`batch_size`, `device`, ...).

    A `student` can be trained, where its kind can be.

    Raises ModelError when the spec is unknown or holds a credential, or the model cannot be had
    here.
    """
    if found := credential_in(spec):
        raise ModelError(
            f"{public_name(spec)} cannot be opened: it holds {found}. A model's name is recorded "
            "and stands in reports. Take that out, and for a `messages:` server "
            "`export MESSAGES_API_KEY=...`, for an `openai:` server CHAT_COMPLETIONS_API_KEY, or "
            "MESSAGES_AUTHORIZATION or CHAT_COMPLETIONS_AUTHORIZATION with the whole header "
            "(`Basic ...`, `Bearer ...`)."
        )
    return open_recorded_model(spec, role=role, **options)


def open_recorded_model(spec: str, *, role: Role = "other", **options: Any) -> Model:
    """Open a model under the name that a run's log has, as it stands there."""
    facts = facts_of(spec)
    kind = facts.kind
    if not (facts.base or kind.remote):
        raise ModelError(f"Which one? Write {kind.form}.")
    if role not in get_args(Role):
        raise ModelError(f"There is no role {role!r:.40}: {', '.join(get_args(Role))}.")
    _check_ranges(options)
    if kind.backend == _TRANSFORMERS:
        # On cores that others use as well, spinning OpenMP threads made torch 3-8 times slower.
        # Both are read once, when torch is imported; whoever set them knows better.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        os.environ.setdefault("KMP_BLOCKTIME", "0")
    module, _, function = facts.opener(role).partition(":")
    opener: Callable[..., Model] = getattr(import_module(f".{module}", __package__), function)
    takes = list(inspect.signature(opener).parameters)[1:]
    if strangers := sorted(set(options) - set(takes)):
        raise ModelError(f"{kind.form} takes no option {strangers}. It takes: {', '.join(takes)}.")
    opened = opener(facts, **options)
    if kind.remote and opened.name != spec:
        raise ModelError(
            f"{public_name(spec)} opened as {public_name(opened.name)!r}: "
            "no budget would count its tokens."
        )
    return opened


def _check_ranges(options: Mapping[str, Any]) -> None:
    """Raise ModelError for a number that nothing could be opened with; None is none."""
    for name, value in options.items():
        least, most = RANGES.get(name, (0, 0))
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if most and value is not None and not (is_whole and least <= value <= most):
            raise ModelError(
                f"{name} = {value!r:.40} cannot be: give a whole number from {least} to {most}."
            )
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if name in SECONDS and not (is_number and 0 < value <= LONGEST):
            raise ModelError(
                f"{name} = {value!r:.40} cannot be: give seconds, above 0 and at most {LONGEST}."
            )


def engine_of(model: Model) -> str:
    """Return the program or protocol that answers for a model, as exactly as that is known."""
    if isinstance(model, EngineKnown):
        return model.engine
    return facts_by_name(model.name).kind.backend


class Health(NamedTuple):
    """Result of a check: can the model be used from here?"""

    ok: bool
    line: str
    """The result in one line."""


def check_model(spec: str, **options: Any) -> Health:
    """Open the model and ask it one short question; a script is only read, and people are not."""
    facts = facts_by_name(spec)
    if facts.remote:
        # Somebody waits for the answer, and a server that is down is the answer.
        options.setdefault("max_retries", 1)
    named, began = public_name(spec), time.perf_counter()
    try:
        model = open_model(spec, **options)
        by = engine_of(model)
        if facts.kind.backend == _SCRIPT:
            return Health(True, f"{named}: the script can be read")
        if isinstance(model, HandoffModel):
            return Health(True, f"{named}: {model.describe()}")
        question = Request("Reply with the word ready.", max_tokens=64)
        reply = model.reply([question])[0]
    except ModelError as error:
        # Whole, for what to do about it stands at its end, but without the table of all forms.
        said = " ".join(without_keys(str(error)).partition("\n  ")[0].split())
        return Health(False, said if said.startswith(named) else f"{named}: {said}")
    took = time.perf_counter() - began
    if reply.outcome in ("ok", "truncated"):
        return Health(True, f"{named}: answered in {took:.1f} s by {by}: {_line(reply.text)!r}")
    return Health(False, f"{named}: {reply.outcome}: {_line(without_keys(reply.detail))}")


def _line(text: str, width: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 3] + "..."
