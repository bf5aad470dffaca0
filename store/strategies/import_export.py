"""Export and import of a strategy: Markdown to read, one JSON document for another store."""

import hashlib
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...bounded_json import UnreadableJson, read_json
from .. import slots
from ..edits import Body
from ..edits.difference import rule_fields
from ..errors import StoreError
from ..events import StrategyProposed
from ..log import Log
from ..rules import Rule, Strategy
from .diff import gate_line
from .versions import Version

LONGEST_DOCUMENT = 5_000_000
"""Characters of a document that is imported, at most."""
MOST_RULES = 500
"""Rules of it."""
LONGEST_NAME = 200
"""Characters of each name in it: the strategy's, a rule's, a kind of step's."""


class ImportRefused(StoreError):
    """The document is no strategy of ours, or its content is not what its hash names."""


class StrategyDocument(BaseModel):
    """Document that `export_json` writes and `import_json` reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["tutelage-strategy"] = "tutelage-strategy"
    format_version: Literal[1] = 1
    domain: str = Field(pattern=r"^[^\s/@#]+$", max_length=LONGEST_NAME)
    name: str = Field(max_length=LONGEST_NAME)
    """What it was called where it comes from; numbers differ from store to store."""
    strategy: str
    """Hash of the content."""
    rules: tuple[Rule, ...] = Field(min_length=1, max_length=MOST_RULES)
    measured: tuple[dict[str, Any], ...] = ()
    """The gates of the store it comes from: a claim there, no evidence here."""


def to_markdown(version: Version) -> str:
    """Return Markdown for people: the rules by section, then what the gates measured."""
    parents = ", ".join(f"`{parent[:12]}`" for parent in version.parents) or "none"
    lines = [
        f"# {version.name}",
        "",
        f"Status: {version.status}. Hash: `{version.hash}`. Parents: {parents}.",
    ]
    sections: dict[str, list[str]] = {}
    for rule in version.strategy.rules:
        sections.setdefault(rule.section, []).extend(_rule_lines(rule))
    for name, rules in sections.items():
        lines += ["", f"## {_flat(name)}", "", *rules]
    if not sections:
        lines += ["", "No rules: the empty strategy."]
    measured = [f"- against `{gate.incumbent[:12]}`: {gate_line(gate)}" for gate in version.gates]
    lines += ["", "## Measured", "", *(measured or ["Not yet: no gate has decided about it."])]
    return "\n".join(lines) + "\n"


def export_json(version: Version) -> str:
    """Return JSON for another store: the rules, the hash of their content, and the gates here."""
    if not version.strategy.rules:
        raise ValueError(f"{version.name} has no rules: there is nothing to export.")
    document = StrategyDocument(
        domain=version.domain,
        name=version.name,
        strategy=version.hash,
        rules=version.strategy.rules,
        measured=tuple(gate.model_dump(mode="json") for gate in version.gates),
    )
    return document.model_dump_json(indent=2) + "\n"


def import_json(log: Log, text: str) -> StrategyProposed:
    """Record an exported strategy as a proposal on branch `domain/import`.

    It is not current: a gate here has to accept it first, or a person promotes it. The same
    document twice is one proposal. Raises ImportRefused when the document is not whole.
    """
    document = _parse_document(text)
    branch = f"{document.domain}/import"
    source = hashlib.sha256(text.encode()).hexdigest()[:12]
    return log.record(
        StrategyProposed(
            stream="store",
            slot=slots.run_step("import", document.domain, document.strategy),
            domain=document.domain,
            branch=branch,
            strategy=document.strategy,
            rules=document.rules,
            parents=(),
            edits=(),
            origin="import",
            rationale=f"Imported: {document.name} of another store, from document {source}.",
        )
    )


def _parse_document(text: str) -> StrategyDocument:
    try:
        document = StrategyDocument.model_validate(read_json(text, longest=LONGEST_DOCUMENT))
    except UnreadableJson as error:
        raise _refusal("the document", f"{error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part)[:40] for part in first["loc"]) or "the document"
        raise _refusal(where, first["msg"]) from error
    for rule in document.rules:
        _check_rule(rule)
    content = Strategy(rules=document.rules)
    ids = [rule.id for rule in document.rules]
    if len(set(ids)) < len(ids):
        twice = next(rule_id for rule_id in ids if ids.count(rule_id) > 1)
        raise ImportRefused(f"Rule id {twice!r} stands twice in {document.name}. Nothing was kept.")
    if content.hash != document.strategy:
        raise ImportRefused(
            f"{document.name} says that its hash is {document.strategy[:12]}, and its content "
            f"has {content.hash[:12]}: it was changed after the export. Nothing was kept. Get "
            "an unchanged copy, or propose the changes as edits."
        )
    return document


def _refusal(where: str, said: str) -> ImportRefused:
    return ImportRefused(
        f"This is no strategy that can be imported: {where}: {said[:300]}. Nothing was kept. "
        "Export it again with `tutelage strategy export` of a version that is not newer."
    )


def _check_rule(rule: Rule) -> None:
    """Raise ImportRefused for a rule that no edit could have written: a prompt would hold it."""
    where, names = f"rule {rule.id[:40]!r}", (rule.id, *rule.steps, *rule.made_from)
    try:
        Body(**rule_fields(rule))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _refusal(f"{where}, {first['loc'][0]}", first["msg"]) from error
    if len(names) > MOST_RULES or any(len(name) > LONGEST_NAME for name in names):
        raise _refusal(where, f"a name is longer than {LONGEST_NAME} characters, or too many are")


def _rule_lines(rule: Rule) -> list[str]:
    lines = [f"- {_flat(rule.text)} `{rule.id}`"]
    lines += [
        f"  - {word}: {_flat(text)}"
        for word, text in (
            ("when", rule.when),
            ("not when", rule.when_not),
            ("writes out", ", ".join(rule.steps)),
            ("level", rule.level if rule.level != "method" else ""),
            ("made from", ", ".join(f"`{source}`" for source in rule.made_from)),
        )
        if text
    ]
    return lines


def _flat(text: str) -> str:
    return " ".join(text.split())
