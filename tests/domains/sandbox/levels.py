"""Kinds of sandbox that every promise is tried with: all that this machine can have."""

import platform

import pytest

from tutelage.domains.sandbox import component
from tutelage.domains.sandbox.contract import SandboxUnavailable
from tutelage.domains.sandbox.runner import Runner
from tutelage.domains.sandbox.wasi import WasiSandbox
from tutelage.domains.sandbox.zygote import Protection
from tutelage.domains.sandbox.zygote_sandbox import ZygoteSandbox


def lack_of_wasi() -> str:
    """Return the reason that WebAssembly is not available here; empty where it is."""
    try:
        component.versions()
    except SandboxUnavailable as error:
        return str(error)
    return ""


WASI = pytest.mark.skipif(bool(lack_of_wasi()), reason=lack_of_wasi() or "it is here")
"""For tests that need the extra."""
KINDS = ["zygote", pytest.param("wasi", marks=WASI)]
LEVELS = ["zygote+ns", "zygote", pytest.param("wasi", marks=WASI)]


def make_runner(level: str) -> Runner:
    """Make a runner at `level`; skip where this machine has no such level."""
    if level == "wasi":
        return WasiSandbox()
    namespaces = level == "zygote+ns"
    runner = ZygoteSandbox(Protection(namespaces=namespaces, machine=platform.machine()))
    found, why = runner.level()
    if found != level or ("memory" in why and namespaces):
        runner.close()
        pytest.skip(f"this machine has no {level} with mounts: {found}: {why}")
    return runner
