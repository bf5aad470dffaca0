"""Reads the final answer of a reply, whatever it is wrapped in. docs/reading.md has the rules."""

import operator
from collections.abc import Callable
from typing import Generic, TypeVar

from .behind import find_objection
from .candidates import Passage, drop_next_question, earlier_marks, passages, variants
from .contract import Reading, Step, Unreadable
from .dress import undress
from .thinking import drop_thinking
from .wrappers import open_markdown

T = TypeVar("T")
PARSES, OBJECTIONS = 20, 120
"""No more candidates of one passage are parsed, and of what stands behind an answer."""
_LONGEST_PART = 60
"""Characters of an answer that stands between two marks."""


def read_reply(
    reply: str,
    parse: Callable[[str], T],
    *,
    same: Callable[[T, T], bool] = operator.eq,
    words: bool = False,
) -> Reading[T]:
    """Return the final answer of `reply`, as `parse` reads it from what stands for it.

    `parse` gets an unwrapped candidate and raises Unreadable where it is no answer. `same` tells
    whether two answers are one. `words` says that `parse` takes nearly any words: then what stands
    behind the answer must say that it is another one. Never raises, whatever the reply.
    """
    return _Reader(parse, same, words).read_reply(reply)


class _Reader(Generic[T]):
    """One reading; it counts how often it parses, and keeps its steps."""

    def __init__(
        self, parse: Callable[[str], T], same: Callable[[T, T], bool], words: bool
    ) -> None:
        self._parse, self._same, self._words = parse, same, words
        self._left = 0
        self._steps: list[Step] = []
        self._parsed: dict[str, tuple[T, str] | None] = {}

    def read_reply(self, reply: str) -> Reading[T]:
        kept = drop_thinking(reply)
        text = drop_next_question(open_markdown(undress(kept)).strip())
        self._steps += [Step("without thinking", kept), Step("undressed", text)]
        if not text:
            thinks = "The reply only thinks." if reply.strip() else "The reply is empty."
            return self._refuse(thinks, "")
        for passage in passages(text, self._words):
            self._left = PARSES
            for shown, end in passage.spans:
                if found := self._value_of(shown):
                    return self._stand(text, passage, found, end)
            if passage.parts and None not in [*map(self._value_of, passage.parts)]:
                one, other = passage.parts[0], passage.parts[-1]
                return self._refuse(_two(one, other), text[: passage.start], other)
        tried = next((f" {it.text}" for it in self._steps if it.name == "no answer"), "")
        return self._refuse(f"The reply gives no answer that can be read.{tried}", text)

    def _value_of(self, shown: str) -> tuple[T, str] | None:
        """Return the answer that `shown` is, and its bare text; None where it is none."""
        for bare in variants(shown, self._words):
            if bare not in self._parsed:
                self._left -= 1
                if self._left < 0:
                    break
                self._parsed[bare] = self._parse_once(bare)
            if found := self._parsed[bare]:
                return found
        return None

    def _parse_once(self, bare: str) -> tuple[T, str] | None:
        try:
            return self._parse(bare), bare
        except (Unreadable, RecursionError) as error:
            why = f"`{bare[:80]}` is none: {str(error).rstrip('.')}."
            self._steps.append(Step("no answer", why))
        return None

    def _stand(self, text: str, passage: Passage, found: tuple[T, str], end: int) -> Reading[T]:
        """Return the answer that was found, unless the reply gives another one or takes it back."""
        start, self._left = passage.start, OBJECTIONS
        self._steps.append(Step("read", f"{passage.where}: {found[1]}"))
        for between, place in earlier_marks(text, start) if passage.where == "the mark" else ():
            short = len(between) <= _LONGEST_PART and (not self._words or len(between.split()) <= 3)
            earlier = self._value_of(between) if short else None
            if earlier is None:
                break
            start = place
            if not self._same(earlier[0], found[0]):
                joined = None if self._words else self._value_of(f"{earlier[1]}\n{found[1]}")
                if joined is None:
                    return self._refuse(_two(earlier[1], found[1]), text[:start], found[1])
                found = joined
        answer, bare = found

        def same(said: str) -> bool | None:
            other = self._value_of(said)
            return None if other is None else self._same(other[0], answer)

        if refusal := find_objection(bare, text[end:], same, words=self._words):
            return self._refuse(refusal, text[:start], bare)
        if self._left < 0:
            return self._refuse("The reply says too much behind its answer.", text[:start], bare)
        return Reading(answer, bare, working=text[:start], steps=tuple(self._steps))

    def _refuse(self, why: str, working: str, withdrawn: str = "") -> Reading[T]:
        return Reading(None, None, why, withdrawn, working, (*self._steps, Step("refused", why)))


def _two(one: str, other: str) -> str:
    return f"The reply gives two answers, `{one[:60]}` and `{other[:60]}`."
