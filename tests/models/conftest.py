"""Students small enough to answer at once, and one that is real."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tutelage.models import open_model
from tutelage.models.hf.model import HfModel

from .tiny import save_tiny


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """A second thread costs more than it brings where the weights are so few."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    save_tiny(folder)
    return folder


@pytest.fixture
def tiny(tiny_folder: Path) -> HfModel:
    return HfModel(tiny_folder, device="cpu", batch_size=8)


@pytest.fixture(scope="session")
def real() -> HfModel:
    """The real thing, SmolLM2, converted once for all sessions."""
    student = open_model("smollm2-135m", device="cpu", batch_size=16)
    assert isinstance(student, HfModel)
    return student
