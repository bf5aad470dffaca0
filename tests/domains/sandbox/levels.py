"""The sandboxes that a promise is tried with: all that this machine can have."""

import pytest

from tutelage.domains.sandbox import component
from tutelage.domains.sandbox.shapes import SandboxUnavailable


def lack_of_wasi() -> str:
    """Why there is no rung of WebAssembly here; empty where there is one."""
    try:
        component.versions()
    except SandboxUnavailable as error:
        return str(error)
    return ""


WASI = pytest.mark.skipif(bool(lack_of_wasi()), reason=lack_of_wasi() or "it is here")
"""For tests that need the extra."""
RUNGS = ["zygote", pytest.param("wasi", marks=WASI)]
