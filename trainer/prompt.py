"""The one way a problem is put to a model: training, gates and serving all ask through here."""

from ..domains.contract import Guide, Problem
from ..models.contract import Request
from ..store.rules import Strategy


def ask(
    guide: Guide,
    problem: Problem,
    strategy: Strategy | None = None,
    *,
    temperature: float = 0.0,
    seed: int = 0,
) -> Request:
    """The request for one problem, with `strategy` in its context (None or no rules: without)."""
    return Request(
        prompt=problem.text,
        system=guide.reply_format,
        context=strategy.render() if strategy is not None else "",
        max_tokens=guide.max_tokens,
        temperature=temperature,
        seed=seed,
    )
