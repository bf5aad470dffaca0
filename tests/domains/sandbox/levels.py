"""Kinds of sandbox that every promise is tried with: all that this machine can have."""

import pytest

from tutelage.domains.sandbox import component
from tutelage.domains.sandbox.contract import SandboxUnavailable


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
