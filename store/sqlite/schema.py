"""Comparison of what a database is made of with what a store is made of, however it is written.

Left out are SQLite's own notes for its planner (the table `sqlite_stat1`), which decide nothing
that is read, and the pragmas that live in the file, such as `user_version`: none has a meaning
here.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from .tables import BLOB, EVENT, HEAD, LINK, META, TRIGGERS

_TABLES = {1: (EVENT, BLOB, HEAD, META), 2: (EVENT, BLOB, HEAD, LINK, META)}
"""Version of a store -> its tables."""
_NAMES = {
    str(it.name) for table in _TABLES[2] for it in (table, *table.columns, *table.indexes)
} | TRIGGERS.keys()
"""Names that mean the same in quotes. A keyword in quotes is no keyword any more."""
_PLANNERS_NOTES = {
    ("table", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"),
    ("table", "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"),
}
"""What `ANALYZE` makes, as it writes it; whatever else has such a name is somebody's own."""
_TOKEN = re.compile(
    r"""(?:\s+|--[^\n]*|/\*.{0,1000}?\*/)|('(?:[^']|'')*'|\w+)|"([^"]*)"|`([^`]*)`|\[([^]]{0,1000})\]|(.)""",
    re.DOTALL,
)
_NOISE = re.compile(r"\b(if not exists|for each row|asc)\b ?|(?<! ;)( ;)++$")
_CONSTRAINTS = {"constraint", "primary", "unique", "check", "foreign", "not", "null", "default",
                "collate", "references", "generated", "as"}  # fmt: skip
"""Words with which a constraint of a table or of a column begins."""


class Part(NamedTuple):
    """One table, index, trigger or view."""

    kind: str
    name: str
    of: str
    """The table that it is, or belongs to."""
    meaning: str
    """The same for SQL that says the same."""


def compare_schema(connection: Connection, version: int) -> Iterator[str]:
    """Yield a sentence for each part that is missing, changed or too many in a store."""
    rows = connection.execute(text("SELECT type, name, tbl_name, sql FROM sqlite_master"))
    found = Counter(
        Part(kind, name, of, normal_sql(sql or ""))
        for kind, name, of, sql in rows
        if (kind, sql) not in _PLANNERS_NOTES
    )
    wanted = Counter(_parts_of(version))
    missing = {(part.kind, part.name): part for part in wanted - found}
    for part in missing.values():
        guards = f" that guards the table {part.of}" if part.kind == "trigger" else ""
        yield f"The {part.kind} {part.name}{guards} was dropped or changed."
    for part in found - wanted:
        if (part.kind, part.name) not in missing:
            yield f"The {part.kind} {part.name} is no part of a store: somebody added it."


def _parts_of(version: int) -> Iterator[Part]:
    """Yield all parts of a store of a version."""
    dialect = sqlite.dialect()
    for table in _TABLES[version]:
        sql = str(CreateTable(table).compile(dialect=dialect))
        yield Part("table", table.name, table.name, normal_sql(sql))
        for index in table.indexes:
            sql = str(CreateIndex(index).compile(dialect=dialect))
            yield Part("index", str(index.name), table.name, normal_sql(sql))
        if table is not LINK:  # whose key is the place of the row itself
            yield Part("index", f"sqlite_autoindex_{table.name}_1", table.name, "")
    for name, (table, sql) in TRIGGERS.items():
        if table in _TABLES[version]:
            of = re.search(r" on (\w+) ", normal_sql(sql))
            yield Part("trigger", name, of[1] if of else "", normal_sql(sql))


def normal_sql(sql: str) -> str:
    """Return one text for all ways to write a CREATE statement of the same meaning.

    Of no account are space, comments, quotes around our names, the case of words, names of
    constraints, the order of columns and constraints, whether a key stands with its column, and
    names of types that SQLite treats alike.
    """
    words = _NOISE.sub("", " ".join(_tokens(sql))).split(" ")
    if words[:2] != ["create", "table"] or "(" not in words:
        return " ".join(words)
    start = words.index("(")
    definitions, rest = _split_definitions(words[start + 1 :])
    found = sorted({" ".join(it) for one in definitions for it in _read_definition(one)})
    for it in found:  # a place of a row is never NULL
        if it.endswith(" integer") and f"primary key ( {it.split()[0]} )" in found:
            found = [one for one in found if one != f"{it.split()[0]} not null"]
    return " ".join([*words[:start], "(", " , ".join(found), ")", *rest])


def _tokens(sql: str) -> Iterator[str]:
    for word, *quoted, sign in _TOKEN.findall(sql):
        name = "".join(quoted).lower()
        if word or sign:
            yield word if word.startswith("'") else (word or sign).lower()
        elif name:
            yield name if name in _NAMES else f'"{name}"'


def _split_definitions(words: Sequence[str]) -> tuple[list[list[str]], Sequence[str]]:
    """Split the inside of a table at its commas; return as well what follows the last bracket."""
    depth, found = 1, [list[str]()]
    for place, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth == 0:
            return found, words[place + 1 :]
        if depth == 1 and word == ",":
            found.append([])
        else:
            found[-1].append(word)
    return found, []


def _read_definition(words: list[str]) -> Iterator[list[str]]:
    """Yield the constraint of a table, or a column's type and each of its constraints."""
    if words[:1] == ["constraint"]:
        words = words[2:]
    if not words or words[0] in _CONSTRAINTS:
        yield words
        return
    name, *rest = words
    starts = [
        n for n, word in enumerate(rest) if word in _CONSTRAINTS and rest[n - 1 : n] != ["not"]
    ]
    ends = [*starts, len(rest)]
    yield [name, _type_of(rest[: ends[0]])]
    for start, end in pairwise(ends):
        match rest[start:end]:
            case ["constraint", _]:
                pass
            case ["primary", "key", *more]:
                yield ["primary", "key", "(", name, ")", *more]
            case ["unique", *more]:
                yield ["unique", "(", name, ")", *more]
            case one:
                yield [name, *one]


def _type_of(words: list[str]) -> str:
    """Return the type of a column; `VARCHAR` is `TEXT`, and all others are what they say.

    A word that only contains either can be anything to SQLite: `POINTTEXT` is a number.
    """
    declared = " ".join(words)
    return "text" if re.fullmatch(r"text|varchar( \( \d+ \))?", declared) else declared
