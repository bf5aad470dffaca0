"""Rules, and the strategies they form."""

import hashlib
import json
from typing import Literal

from pydantic import BaseModel, ConfigDict

Level = Literal["principle", "method", "detail"]
"""How abstract a rule is: holds in any domain, in this one, or for one kind of its problems."""


class Rule(BaseModel):
    """One instruction of a strategy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """Stable; comes from the slot of the edit that added it."""
    section: str
    text: str
    when: str = ""
    when_not: str = ""
    steps: tuple[str, ...] = ()
    """Kinds of steps it asks a solution to write out, sorted."""
    level: Level = "method"
    """No part of the version's hash: it changes nothing that a model reads."""
    made_from: tuple[str, ...] = ()
    """Ids of the rules it was merged or split from. No part of the hash either."""

    @property
    def scope(self) -> str:
        """Return where it holds, as the model reads it: ` (when: ...) (not when: ...)`."""
        scope = (("when", self.when), ("not when", self.when_not))
        return "".join(f" ({word}: {text})" for word, text in scope if text)


class Strategy(BaseModel):
    """An ordered set of rules. Immutable; named by the hash of its content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[Rule, ...] = ()

    @property
    def hash(self) -> str:
        """Return the SHA-256 (hex) over id, order, section, text, scope and steps of the rules."""
        beside = {"level", "made_from"}
        content = [rule.model_dump(mode="json", exclude=beside) for rule in self.rules]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def by_id(self) -> dict[str, Rule]:
        """Return the rules by their ids, in order."""
        return {rule.id: rule for rule in self.rules}

    @property
    def steps(self) -> frozenset[str]:
        """Return the union of the rules' steps: what a solution that follows it writes out."""
        return frozenset(step for rule in self.rules for step in rule.steps)

    def render(self) -> str:
        """Return the text for the model: sections in order of first appearance, one line a rule."""
        sections: dict[str, list[str]] = {}
        for rule in self.rules:
            sections.setdefault(rule.section, []).append(f"- {rule.text}{rule.scope}")
        return "\n".join(f"{name}:\n" + "\n".join(lines) for name, lines in sections.items())


EMPTY = Strategy()
"""No rules: what every line of descent starts from, `domain@0`."""
