"""Measures of a text: words, sentences, paragraphs, reading ease, repetition."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

WORD = re.compile(r"[A-Za-z]+(?:['\u2019-][A-Za-z]+)*|\d+")
END = re.compile(r"(?<![.!?])[.!?]++[\"'\u201d\u2019)]*+(?=\s|$)")
BULLET = re.compile(r"^[-*\u2022] +", re.M)
DEAR = re.compile(r"Dear\b[^\n]{1,60},[ \t]*$", re.I)
YOURS = re.compile(r"Yours\b[^\n]{0,60}$", re.I)
_PLAIN = """
    a an the and or but nor so yet if when while as because of to in on at by for from with without
    into over under after before until through between near about is are was were be been being am
    has have had do does did will would can could may might must should shall not no it its he his
    him she her they them their we us our you your i my me this that these those who which what
    where there here then than all each every one some any more most other such only too very just
    up down out off again how why
"""
PLAIN = frozenset(_PLAIN.split())
"""Words that hold any English prose together."""


@dataclass(frozen=True)
class Text:
    """A text and its measures."""

    said: str

    @cached_property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.said.strip().splitlines()]

    @cached_property
    def title(self) -> str:
        """A first line that stands alone and is no sentence; empty without one."""
        first, rest = self.lines[0], self.lines[1:]
        alone = any(rest) and not END.search(first) and not first.endswith((",", ":", ";"))
        return first.strip("#*_ ") if alone and not BULLET.match(first) else ""

    @cached_property
    def greeting(self) -> str:
        return self.lines[0] if DEAR.match(self.lines[0]) else ""

    @cached_property
    def closing(self) -> str:
        return self.lines[-1] if YOURS.match(self.lines[-1]) else ""

    @cached_property
    def body(self) -> str:
        """The text without title, greeting and closing."""
        lines = self.lines[bool(self.title or self.greeting) :]
        return "\n".join(lines[: len(lines) - bool(self.closing and lines)]).strip()

    @cached_property
    def paragraphs(self) -> list[str]:
        return [part for part in re.split(r"\n\s*\n", self.body) if part.strip()]

    @cached_property
    def bullets(self) -> int:
        return len(BULLET.findall(self.body))

    @cached_property
    def sentences(self) -> list[str]:
        """A line that is a bullet or a paragraph's end also ends a sentence."""
        found: list[str] = []
        for part in re.split(r"\n\s*\n|\n(?=[-*\u2022] )", self.body):
            flat, begun = " ".join(BULLET.sub("", part).split()), 0
            for end in END.finditer(flat):
                found.append(flat[begun : end.end()].strip())
                begun = end.end()
            found.append(flat[begun:].strip())
        return [sentence for sentence in found if WORD.search(sentence)]

    @cached_property
    def words(self) -> list[str]:
        return words(self.said)

    @property
    def is_complete(self) -> bool:
        """Tell whether the last sentence comes to its end."""
        return bool(re.search(r"[.!?][\"'\u201d\u2019)*_]*$", self.body))

    @property
    def plain(self) -> float:
        """Share of words that hold prose together."""
        return sum(word in PLAIN for word in self.words) / max(1, len(self.words))

    @property
    def ease(self) -> float:
        """Flesch reading ease, from the words of the sentences; syllables are estimated."""
        said = words(" ".join(self.sentences))
        if not said:
            return 0.0
        syllables = sum(map(syllables_of, said))
        return 206.835 - 1.015 * len(said) / len(self.sentences) - 84.6 * syllables / len(said)

    @property
    def repetition(self) -> float:
        """Share of runs of four words that were there before."""
        found = runs(self.words, 4)
        return 1 - len(set(found)) / len(found) if found else 0.0

    def holds(self, word: str) -> bool:
        """Tell whether it names `word`, in the singular or the plural."""
        forms = {word, f"{word}s", f"{word}es", f"{word.removesuffix('f')}ves"}
        return not forms.isdisjoint(self.words)


def words(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return [word.lower() for word in WORD.findall(text)]


def runs(said: Sequence[str], length: int) -> list[tuple[str, ...]]:
    """Return every `length` words in a row."""
    return [tuple(said[at : at + length]) for at in range(len(said) - length + 1)]


def syllables_of(word: str) -> int:
    """Count the groups of vowels, without a silent e at the end."""
    silent = word.endswith("e") and not word.endswith(("le", "ee"))
    return max(1, len(re.findall(r"[aeiouy]+", word)) - silent)
