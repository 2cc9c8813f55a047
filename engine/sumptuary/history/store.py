"""The file: its schema, and a connection that survives a killed process, a second one, and a file of somebody else."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager

from sumptuary.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection

VERSION = 1
"""The schema's version, kept in ``user_version``. A file of a newer one is refused rather than guessed at."""

APPLICATION = 0x53554D50
"""``SUMP``, kept in ``application_id``: no other program's database is ever written to."""

PATIENCE = 30.0
"""Seconds to wait for another process that is writing."""

SCHEMA = (
    """CREATE TABLE scopes (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE)""",
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        scope INTEGER NOT NULL REFERENCES scopes,
        started TEXT NOT NULL,
        finished TEXT NOT NULL,
        stage TEXT NOT NULL,
        inputs TEXT NOT NULL,
        settles TEXT NOT NULL,
        exit_code INTEGER NOT NULL,
        resources INTEGER NOT NULL,
        policies INTEGER NOT NULL,
        violations INTEGER NOT NULL,
        blocking INTEGER NOT NULL,
        unknown INTEGER NOT NULL,
        waived INTEGER NOT NULL,
        approved INTEGER NOT NULL,
        baselined INTEGER NOT NULL,
        errors INTEGER NOT NULL,
        priced INTEGER NOT NULL,
        unpriced INTEGER NOT NULL,
        currency TEXT NOT NULL,
        cost_low TEXT, cost_expected TEXT, cost_high TEXT,
        savings_low TEXT NOT NULL, savings_expected TEXT NOT NULL, savings_high TEXT NOT NULL,
        catalogue TEXT NOT NULL,
        new INTEGER,
        reopened INTEGER,
        resolved INTEGER,
        open INTEGER)""",
    "CREATE INDEX runs_of_scope ON runs (scope, started)",
    """CREATE TABLE findings (
        scope INTEGER NOT NULL REFERENCES scopes,
        fingerprint TEXT NOT NULL,
        policy TEXT NOT NULL,
        rule TEXT NOT NULL,
        severity TEXT NOT NULL,
        status TEXT NOT NULL,
        root TEXT NOT NULL,
        address TEXT NOT NULL,
        account TEXT,
        region TEXT,
        path TEXT,
        uri TEXT,
        message TEXT NOT NULL,
        saving TEXT,
        count INTEGER NOT NULL,
        first_run INTEGER NOT NULL REFERENCES runs,
        first_seen TEXT NOT NULL,
        last_run INTEGER NOT NULL REFERENCES runs,
        last_seen TEXT NOT NULL,
        resolved TEXT,
        resolved_run INTEGER REFERENCES runs,
        reopened INTEGER NOT NULL DEFAULT 0,
        not_known_since TEXT,
        not_known TEXT,
        PRIMARY KEY (scope, fingerprint)) WITHOUT ROWID""",
)
"""``runs.settles`` is empty where the run resolves what it did not find, else why it does not; ``new`` to ``open`` are
null where a later run came first. Times are UTC with seconds (``2026-11-21T08:00:00Z``), money is decimal text."""


@contextmanager
def writing(path: str, patience: float = PATIENCE) -> Generator[Connection]:
    """A connection inside one transaction: all of it is kept when the block ends, nothing of it when it does not.

    The file is made where there is none.

    Raises:
        UsageError: the file cannot be written, is no history, or is a newer sumptuary's; or another process kept it
            for longer than ``patience`` seconds.
    """
    import sqlite3

    if not os.path.isdir(os.path.dirname(os.path.abspath(path))):
        raise UsageError(f"the history `{path}` cannot be written: its directory is not there")
    connection = None
    try:
        connection = sqlite3.connect(os.path.abspath(path), timeout=patience, isolation_level=None)
        known = _is_history(connection, path)
        _set_journal(connection, patience)
        connection.execute("BEGIN IMMEDIATE")
        if not known and not _is_history(connection, path):  # another process may have made it by now
            _create(connection)
        yield connection
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise _explained(error, path) from None
    finally:
        if connection is not None:
            connection.close()  # what was not committed is gone


@contextmanager
def reading(path: str, patience: float = PATIENCE) -> Generator[Connection | None]:
    """A connection that only reads, on one state of the file; None where the file is empty.

    Raises:
        UsageError: the file is not there, cannot be read, is no history, or is a newer sumptuary's.
    """
    import sqlite3

    if not os.path.isfile(path):
        hint = "`sumptuary check --history FILE` makes it"
        raise UsageError(f"the history `{path}` is not there", hint=hint)
    connection = None
    try:
        connection = _read_only(path, patience)
        connection.execute("BEGIN")
        yield connection if _is_history(connection, path) else None
    except sqlite3.Error as error:
        raise _explained(error, path) from None
    finally:
        if connection is not None:
            connection.close()


def _read_only(path: str, patience: float) -> Connection:
    """Where the directory cannot be written, SQLite cannot share a WAL file's index; nobody else writes it then."""
    import sqlite3

    uri = _uri(path)
    connection = sqlite3.connect(f"{uri}?mode=ro", timeout=patience, isolation_level=None, uri=True)
    try:
        connection.execute("PRAGMA application_id")
    except sqlite3.OperationalError:
        connection.close()
        if os.path.exists(f"{path}-wal") or os.access(os.path.dirname(os.path.abspath(path)), os.W_OK):
            raise
        connection = sqlite3.connect(f"{uri}?immutable=1", isolation_level=None, uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _uri(path: str) -> str:
    from pathlib import Path

    return Path(path).absolute().as_uri()


def _is_history(connection: Connection, path: str) -> bool:
    """Whether the file holds a history of this version; false when it holds nothing at all."""
    application = _number(connection, "application_id")
    if application == APPLICATION:
        version = _number(connection, "user_version")
        if version != VERSION:
            hint = "install that version, or give another file with --history"
            raise UsageError(f"the history `{path}` was written by a newer sumptuary (schema {version})", hint=hint)
        return True
    if application or connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        hint = "give another file with --history; nothing was written to this one"
        raise UsageError(f"`{path}` is a database of another program, not a history", hint=hint)
    return False


def _create(connection: Connection) -> None:
    for statement in SCHEMA:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _set_journal(connection: Connection, patience: float) -> None:
    """Write ahead. Several processes that make one file at once may refuse each other without waiting."""
    import sqlite3
    import time

    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() >= deadline:
                raise
            time.sleep(0.02)


def _number(connection: Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _is_busy(error: Exception) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _explained(error: Exception, path: str) -> UsageError:
    """What SQLite says, as what to do about it."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_NOTADB"):
        return UsageError(f"`{path}` is not a history: it is no SQLite database", hint="give another file")
    if name.startswith("SQLITE_CORRUPT"):
        return UsageError(f"the history `{path}` is damaged ({error})", hint="put back a copy, or begin a new file")
    if _is_busy(error):
        hint = "try again when it has finished"
        return UsageError(f"the history `{path}` is being written by another process", hint=hint)
    if name.startswith("SQLITE_READONLY"):
        return UsageError(f"the history `{path}` cannot be written: it is read-only")
    if name.startswith("SQLITE_CANTOPEN"):
        hint = "it has to be a file, in a directory that may be written"
        return UsageError(f"the history `{path}` cannot be opened", hint=hint)
    if name.startswith("SQLITE_FULL"):
        return UsageError(f"the history `{path}` cannot be written: the disk is full; the run is not in it")
    return UsageError(f"the history `{path}` cannot be used: {error}")
