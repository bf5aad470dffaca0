"""The judges accept no wrong reply of the bed, and refuse next to no right one."""

from collections.abc import Iterable

import pytest

from tutelage.domains import Verdict

from .bed import replies
from .parts import Reply
from .verdicts import verdicts

FEW = 0.005
"""Share of right replies that may be refused."""
UNSEEN = 0.003
"""Share of wrong replies that may be accepted in draws that no judge was mended by."""


def misjudged(
    judged: Iterable[tuple[Reply, Verdict]],
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return label and text of the wrong replies accepted, and of the right ones refused."""
    accepted, refused = list[tuple[str, str]](), list[tuple[str, str]]()
    for reply, verdict in judged:
        if (verdict.outcome == "right") is not reply.right:
            (refused if reply.right else accepted).append((reply.label, reply.text))
    return accepted, refused


def test_no_wrong_reply_is_accepted_and_hardly_a_right_one_refused() -> None:
    accepted, refused = misjudged(verdicts())
    assert accepted == []
    assert len(refused) <= FEW * sum(reply.right for reply, _ in verdicts()), refused


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["unseen 1", "unseen 2"])
def test_other_draws_of_the_same_grammar_are_hardly_ever_misjudged(seed: str) -> None:
    drawn = replies(seed)
    accepted, refused = misjudged((it, it.domain.judge(it.problem, it.text)) for it in drawn)
    assert len(accepted) <= UNSEEN * sum(not it.right for it in drawn), accepted
    assert len(refused) <= FEW * sum(it.right for it in drawn), refused


def test_a_judge_that_accepts_all_or_nothing_is_found_out() -> None:
    all_right = [(reply, Verdict(1.0, "right", "")) for reply in replies()]
    all_wrong = [(reply, Verdict(0.0, "wrong", "")) for reply in replies()]
    assert len(misjudged(all_right)[0]) == len(misjudged(all_wrong)[1]) >= 1_500
