"""Parts that a generated reply is put together from: productions, spellings, templates, cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tutelage.domains import Domain, Problem

Mode = Literal["any", "prose", "tex"]
"""`prose` stands outside of formulas only, `tex` only inside."""


class Production(NamedTuple):
    """One way of writing, or of missing, an answer."""

    name: str
    group: str
    new: bool
    """In no list of ours: neither in misread-replies.md nor in a test that was there before."""


class Spelling(NamedTuple):
    """An answer as it may be written, and the production that writes it so."""

    text: str
    production: Production
    mode: Mode = "any"

    def prose(self) -> str:
        return f"${self.text}$" if self.mode == "tex" else self.text


class Template(NamedTuple):
    """A reply with places: @A @M @P for the answer, @B @N for a rival, @W working, @Q question.

    @A and @B are written in prose, @M and @N inside a formula, @P without any signs around it.
    """

    production: Production
    kinds: str
    text: str

    def suits(self, spelling: Spelling) -> bool:
        if "@M" in self.text and spelling.mode == "prose":
            return False
        if "@A!" in self.text and spelling.prose().endswith("!"):
            return False  # A factorial.
        if "**" in spelling.text and ("**@A" in self.text or "@A**" in self.text):
            return False  # No power within bold letters.
        return not ("@P" in self.text and spelling.mode == "tex")


ALL = "vmntxcsp"
"""Kinds of answers: v a value in maths, m other maths, n a number elsewhere, t words, x words to
the letter, c classes, s sets of words, p plans."""


class Whole(NamedTuple):
    """A reply that is written out as a whole."""

    production: Production
    right: bool
    text: str


@dataclass(frozen=True)
class Case:
    """A problem, and the spellings of what is right, of what is not, and of its rivals."""

    label: str
    domain: Domain
    problem: Problem
    kind: str
    rights: tuple[Spelling, ...]
    """The first is the plain one."""
    wrongs: tuple[Spelling, ...]
    rivals: tuple[Spelling, ...]
    """Wrong answers that share nothing with the right one, to stand beside it."""
    wholes: tuple[Whole, ...] = ()


@dataclass(frozen=True)
class Reply:
    """A generated reply, and what everybody would say of it."""

    label: str
    domain: Domain
    problem: Problem
    text: str
    right: bool
    productions: tuple[Production, ...]
    group: str
    """The class of what is special about it, or of what is wrong with it."""

    @property
    def wanted(self) -> str:
        return "right" if self.right else "not right"

    @property
    def name(self) -> str:
        return " + ".join(it.name for it in self.productions)

    @property
    def new(self) -> bool:
        return any(it.new for it in self.productions)


PLAIN = Production("as it stands", "plain", False)


def plain(text: str, mode: Mode = "any") -> Spelling:
    return Spelling(text, PLAIN, mode)


def spell(
    text: str, name: str, group: str = "notation", mode: Mode = "any", *, new: bool = False
) -> Spelling:
    return Spelling(text, Production(name, group, new), mode)


def unique(spellings: Iterator[Spelling]) -> tuple[Spelling, ...]:
    """Return the spellings, of those with the same text the first."""
    return tuple({it.text: it for it in reversed(list(spellings))}.values())[::-1]
