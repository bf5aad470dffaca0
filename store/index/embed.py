"""Embeds texts without a network: MiniLM, from its packaged weights."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import torch
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging

from ...weights import path_of

Vectors = npt.NDArray[np.float32]
WEIGHTS = "all-minilm-l6-v2"
"""Their name in the catalogue."""


class MiniLM:
    """all-MiniLM-L6-v2: masked mean over the last layer, then length one.

    Raises WeightsError where the weights are not here: it says which command fetches them.
    """

    id = "all-MiniLM-L6-v2/mean/256"
    dimension = 384
    longest = 256
    """Tokens; the model was trained with no more, the rest of a text is not read."""

    def __init__(self, batch: int = 32) -> None:
        folder = path_of(WEIGHTS)
        with _no_progress():
            self._tokenizer = AutoTokenizer.from_pretrained(folder)
            self._model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
        self._batch = batch

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row a text; texts of similar length share a batch, so little is padded."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), self._batch):
            places = order[start : start + self._batch]
            vectors[places] = self._pool([texts[place] for place in places])
        return vectors

    @torch.inference_mode()
    def _pool(self, texts: list[str]) -> Vectors:
        batch = self._tokenizer(
            texts, padding=True, truncation=True, max_length=self.longest, return_tensors="pt"
        )
        states = self._model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1).to(states.dtype)
        means = (states * mask).sum(1) / mask.sum(1)
        rows: Vectors = torch.nn.functional.normalize(means, dim=1).numpy()
        return rows


@contextmanager
def _no_progress() -> Iterator[None]:
    """Hide progress bars: two seconds need none, and a command's output is no place for one."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # theirs
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]  # theirs
