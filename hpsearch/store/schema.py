"""Brings the schema of a database to what this version of hpsearch needs."""

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from hpsearch.errors import DatabaseUnavailableError
from hpsearch.store.engine import unavailable
from hpsearch.store.tables import SCHEMA

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK = 0x6870736561726368  # "hpsearch", the key of the advisory lock


def upgrade(engine: Engine) -> None:
    """Runs the migrations that the database lacks, all or none. Several processes at once take turns.

    Raises DatabaseUnavailableError if the database cannot be reached, belongs to a newer version of hpsearch, or
    refuses the migrations (no rights, names that something else has).
    """
    try:
        with engine.begin() as connection:
            # The others may be migrating for long.
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            _migrate(connection)
    except OperationalError as error:
        raise unavailable(engine, error) from error
    except ProgrammingError as error:
        raise _refused(error) from error


def _migrate(connection: Connection) -> None:
    if not inspect(connection).has_schema(SCHEMA):
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    context = MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA})
    scripts = ScriptDirectory(str(MIGRATIONS))
    with Operations.context(context):
        for script in _pending(scripts, context.get_current_revision()):
            script.module.upgrade()
            context.stamp(scripts, script.revision)


def _pending(scripts: ScriptDirectory, current: str | None) -> list[Script]:
    """The migrations after ``current``, oldest first."""
    try:
        scripts.get_revisions(current or "base")
    except CommandError as error:
        raise DatabaseUnavailableError(
            f"The database was used by a newer version of hpsearch: its schema is {current}, and this version knows "
            f"up to {scripts.get_current_head()}. Upgrade hpsearch, or set HPSEARCH_DATABASE_URL to another database."
        ) from error
    return list(scripts.iterate_revisions("head", current or "base"))[::-1]


def _refused(error: DBAPIError) -> DatabaseUnavailableError:
    return DatabaseUnavailableError(
        f"The database refuses what hpsearch needs: {str(error.orig).strip()}. It needs a database in which it may "
        "create the schemas hpsearch and optuna; set HPSEARCH_DATABASE_URL to one of its own."
    )
