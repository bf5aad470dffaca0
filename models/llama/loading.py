"""Loading of a GGUF file into llama.cpp, tried in another process first.

llama.cpp ends the whole process at some damages of a file (of 80 copies of a header with one to
five changed bytes, 3 ended it), and tells why it refuses others on stderr alone.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from ..contract import ModelError

_TRIAL = """
import sys, xllamacpp
from {module} import Settings, start
server = start(Settings(sys.argv[1], sys.argv[2], context=256, threads=1), xllamacpp, verbosity=1)
asked = {{"messages": [{{"role": "user", "content": "Hello."}}], "max_tokens": 1}}
sys.exit("choices" not in server.handle_chat_completions(asked))
"""
PATIENCE = 900
"""Seconds that a trial may take: a large file comes from a slow disk once."""


class Settings(NamedTuple):
    """All that a loaded model depends on."""

    path: str
    adapter: str = ""
    """A LoRA adapter as GGUF, or none."""
    context: int = 4096
    """Tokens of a prompt and its reply, in each slot."""
    threads: int = 1
    slots: int = 1
    """Replies that are made at once."""


def require_llama_cpp(spec: str) -> Any:
    """Import and return xllamacpp. Raises ModelError that says how to install it."""
    # Read once, when its OpenMP is loaded: threads that spin take cores that others use.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        import xllamacpp
    except ImportError as error:
        raise ModelError(
            f"{spec} is answered by llama.cpp, which is not here. Run `pip install "
            f"'tutelage[llama]'`. ({error})"
        ) from error
    return xllamacpp


@cache
def engine_name() -> str:
    """Return llama.cpp with its build, such as `llama.cpp b11549`."""
    return f"llama.cpp b{metadata.version('xllamacpp').rpartition('.')[2]}"


def count_cores() -> int:
    """Return how many cores this process may use; a core that runs two threads counts once."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(psutil.cpu_count(logical=False) or 1, allowed or 1))


def try_loading(settings: Settings) -> None:
    """Load the file and answer one token in another process.

    Raises ModelError with the words of llama.cpp where that does not work.
    """
    module = __name__
    command = [sys.executable, "-c", _TRIAL.format(module=module), settings.path, settings.adapter]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=PATIENCE, env=_environment(), check=False
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"{settings.path} was not loaded in {PATIENCE} s by llama.cpp.") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace")
        raise ModelError(_describe_failure(settings, said))


def start(settings: Settings, xllamacpp: Any, verbosity: int = -1) -> Any:
    """Load the file. Raises RuntimeError, without a reason, where llama.cpp refuses it."""
    params = xllamacpp.CommonParams()
    params.model.path = settings.path
    if settings.adapter:
        worn = xllamacpp.CommonAdapterLoraInfo()
        worn.path, worn.scale = settings.adapter, 1.0
        params.lora_adapters = [worn]
    params.n_parallel, params.n_ctx = settings.slots, settings.context * settings.slots
    for cores in (params.cpuparams, params.cpuparams_batch):
        cores.n_threads = settings.threads
    # A prompt is read in pieces of this many tokens; between two of them a call can be stopped.
    params.n_batch = params.n_ubatch = 512
    # What is asked decides the reply alone: no context by the memory that happens to be free, and
    # no store of what was asked before.
    params.fit_params, params.cache_ram_mib, params.swa_full = False, 0, True
    params.warmup, params.verbosity, params.offline, params.ui = False, verbosity, True, False
    # It always listens at 127.0.0.1 as well; nobody knows this key.
    params.api_keys = [os.urandom(32).hex()]
    server = xllamacpp.Server(params)
    # Freed before its loop runs, it would wait for that loop for ever: one call goes through it.
    server.handle_completions(
        {"prompt": [0], "n_predict": 0, "cache_prompt": False}, lambda _: None
    )
    return server


def _environment() -> Mapping[str, str]:
    """Return our environment, in which a child finds this very package and tells no backtrace."""
    root = str(Path(__file__).resolve().parents[3])
    paths = [*sys.path, root]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "GGML_NO_BACKTRACE": "1"}


def _describe_failure(settings: Settings, said: str) -> str:
    lines = [line for line in said.splitlines() if re.search("error|fail|ASSERT", line)]
    # Its lines begin with a time and a level.
    reason = re.sub(r"^[\d.]+ [A-Z] ", "", lines[0])[:300] if lines else "it said no reason"
    worn = f" with {settings.adapter}" if settings.adapter else ""
    return (
        f"{engine_name()} cannot load {settings.path}{worn}: {reason}. If the file is whole, it "
        "may be newer than this llama.cpp (`pip install -U xllamacpp`), or too large."
    )
