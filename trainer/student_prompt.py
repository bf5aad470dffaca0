"""Build the request for a problem: training, gates and serving all use this one."""

from ..domains.contract import Guide, Problem
from ..models.contract import Request
from ..store.rules import Strategy


def build_request(
    guide: Guide,
    problem: Problem,
    strategy: Strategy | None = None,
    *,
    temperature: float = 0.0,
    seed: int = 0,
) -> Request:
    """Build the request for one problem; a `strategy` with rules goes into its context."""
    return Request(
        prompt=problem.text,
        system=guide.reply_format,
        context=strategy.render() if strategy is not None else "",
        max_tokens=guide.max_tokens,
        temperature=temperature,
        seed=seed,
    )
