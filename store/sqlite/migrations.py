"""Migrations of a store of an older version: each a function, run once, in one transaction."""

from collections.abc import Callable

from sqlalchemy import Connection, inspect, select

from ..errors import StoreCorrupt
from ..hash_chain import NO_EVENTS, link_after
from .tables import EVENT, LINK, META, STORE_VERSION, create_tables, create_triggers


def bring_up_to_date(connection: Connection) -> None:
    """Make the tables, or lift them to STORE_VERSION, inside the caller's write transaction.

    Another process may have done so while this one waited; then nothing is left to do. Events,
    texts and ends stay as they are. Raises StoreCorrupt for tables that are not of their version.
    """
    if not inspect(connection).has_table(META.name):
        create_tables(connection)
        return
    named = select(META.c.value).where(META.c.name == "version")
    version = int(connection.scalar(named) or 0)
    for migrate in MIGRATIONS[version - 1 :]:
        migrate(connection)
    newest = META.update().where(META.c.name == "version").values(value=str(STORE_VERSION))
    connection.execute(newest)


def _link_events(connection: Connection) -> None:
    """Lift version 1 to 2: chain all events in the order of the store, as they stand."""
    if inspect(connection).has_table(LINK.name):
        raise StoreCorrupt(
            "The store says that it is of version 1 and has a table of version 2: somebody changed "
            "it. Restore it from a copy; it was left as it was."
        )
    LINK.create(connection)
    end, links = NO_EVENTS, []
    rows = connection.execute(select(EVENT.c.seq, EVENT.c.hash).order_by(EVENT.c.seq))
    for seq, hash_ in rows:
        end = link_after(end, seq, hash_)
        links.append({"seq": seq, "hash": end.hash})
    if links:
        connection.execute(LINK.insert(), links)
    create_triggers(connection, LINK)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_link_events,)
"""The first lifts version 1 to 2."""
