"""Tables of the store, and the triggers that make them append-only."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, UniqueConstraint
from sqlmodel import Field, SQLModel

STORE_VERSION = 2
"""Rises when the tables change, and `migrations.py` with it; a higher one is refused."""


class EventRow(SQLModel, table=True):
    """One event, in the order of the store."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("stream", "slot"),
        Index("event_of_stream", "stream", "seq"),
    )

    seq: int | None = Field(default=None, primary_key=True)
    stream: str
    slot: str
    kind: str
    schema_: int = Field(sa_column=Column("schema", Integer, nullable=False))
    payload: str
    """Canonical JSON, kept as text: the hash covers these very bytes."""
    at: datetime
    prev_hash: str
    hash: str


class BlobRow(SQLModel, table=True):
    """A text, stored once."""

    __tablename__ = "blob"

    sha256: str = Field(primary_key=True)
    text: str


class HeadRow(SQLModel, table=True):
    """End of a stream. It stands outside of the events, so that a cut tail is seen."""

    __tablename__ = "head"

    stream: str = Field(primary_key=True)
    first: int
    """`seq` of the first event."""
    last: int
    """`seq` of the last event."""
    count: int
    hash: str
    """Hash of the last event."""


class LinkRow(SQLModel, table=True):
    """Link of the chain over the whole store: seals in which order all events stand."""

    __tablename__ = "link"

    seq: int = Field(primary_key=True)
    hash: str


class MetaRow(SQLModel, table=True):
    """Facts about the store itself: `version`."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True)
    value: str


EVENT: Table = SQLModel.metadata.tables["event"]
BLOB: Table = SQLModel.metadata.tables["blob"]
HEAD: Table = SQLModel.metadata.tables["head"]
META: Table = SQLModel.metadata.tables["meta"]
LINK: Table = SQLModel.metadata.tables["link"]


def _refuse(name: str, table: str, when: str, reason: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{table} {reason}'); END"


def _ignore(name: str, table: str, taken: str) -> str:
    # INSERT OR REPLACE goes round a DELETE trigger: the second row must never get that far.
    return (
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken}) BEGIN SELECT RAISE(IGNORE); END"
    )


_ONLY = "is append-only"
_TAKEN = "seq = NEW.seq OR (stream = NEW.stream AND slot = NEW.slot)"

_GROWS = "only grows"
_BACK = (
    "UPDATE ON head WHEN NEW.count <= OLD.count OR NEW.last <= OLD.last "
    "OR NEW.first != OLD.first OR NEW.stream != OLD.stream"
)
_GAP = "INSERT ON link WHEN NEW.seq != (SELECT COALESCE(MAX(seq), 0) + 1 FROM link)"

# The database itself refuses, whoever writes: no code path can forget the rule.
TRIGGERS: dict[str, tuple[Table, str]] = {
    "event_no_update": (EVENT, _refuse("event_no_update", "event", "UPDATE ON event", _ONLY)),
    "event_no_delete": (EVENT, _refuse("event_no_delete", "event", "DELETE ON event", _ONLY)),
    "event_no_replace": (EVENT, _ignore("event_no_replace", "event", _TAKEN)),
    "blob_no_update": (BLOB, _refuse("blob_no_update", "blob", "UPDATE ON blob", _ONLY)),
    "blob_no_delete": (BLOB, _refuse("blob_no_delete", "blob", "DELETE ON blob", _ONLY)),
    "blob_no_replace": (BLOB, _ignore("blob_no_replace", "blob", "sha256 = NEW.sha256")),
    "head_no_delete": (HEAD, _refuse("head_no_delete", "head", "DELETE ON head", _GROWS)),
    "head_no_replace": (HEAD, _ignore("head_no_replace", "head", "stream = NEW.stream")),
    "head_only_grows": (HEAD, _refuse("head_only_grows", "head", _BACK, _GROWS)),
    "link_no_update": (LINK, _refuse("link_no_update", "link", "UPDATE ON link", _ONLY)),
    "link_no_delete": (LINK, _refuse("link_no_delete", "link", "DELETE ON link", _ONLY)),
    "link_no_gap": (LINK, _refuse("link_no_gap", "link", _GAP, "follows the link before it")),
    # A tutelage of before there were links, which still has the store open, must not go on.
    "event_needs_link": (
        LINK,
        "CREATE TRIGGER event_needs_link AFTER INSERT ON event WHEN NOT EXISTS "
        "(SELECT 1 FROM link WHERE seq = NEW.seq) "
        "BEGIN SELECT RAISE(ABORT, 'event needs a link'); END",
    ),
}
"""Name of each trigger -> the table with which it comes, and its SQL."""


def create_tables(connection: Connection) -> None:
    """Make the tables, their triggers and the version, inside the caller's transaction."""
    tables = [EVENT, BLOB, HEAD, LINK, META]
    SQLModel.metadata.create_all(connection, tables=tables)
    for table in tables:
        create_triggers(connection, table)
    row: dict[str, Any] = {"name": "version", "value": str(STORE_VERSION)}
    connection.execute(META.insert(), row)


def create_triggers(connection: Connection, of: Table) -> None:
    """Make the triggers that come with a table."""
    for table, sql in TRIGGERS.values():
        if table is of:
            connection.exec_driver_sql(sql)
