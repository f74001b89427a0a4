"""Connections to Postgres, and transactions that survive the death of the server."""

import time
from collections.abc import Callable
from typing import TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from hpsearch.errors import DatabaseUnavailableError

T = TypeVar("T")

DRIVER = "postgresql+psycopg"
CONNECT_TIMEOUT_S = 10
CONDUCTOR = "hpsearch conductor"
"""How the connections of conductors are named, so that a service can see whether there is one."""
SESSION = {
    "timezone": "UTC",
    "statement_timeout": "60s",
    "lock_timeout": "15s",
    # A stopped process must not keep a study locked.
    "idle_in_transaction_session_timeout": "30s",
}

ATTEMPTS = 6
FIRST_PAUSE_S = 0.1  # doubled each time: 3.1 s in all, plus what ``ensure`` takes
HOPELESS = (psycopg.errors.QueryCanceled, psycopg.errors.DiskFull)
"""Breakdowns after which another try would only take as long again."""


def postgres_url(url: str) -> URL:
    """The URL with psycopg as its driver; raises DatabaseUnavailableError for anything but a Postgres URL."""
    advice = "Set HPSEARCH_DATABASE_URL to postgresql://USER:PASSWORD@HOST/DATABASE."
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # the message would show the password
        raise DatabaseUnavailableError(f"The URL of the database cannot be read. {advice}") from error
    if parsed.drivername.split("+")[0] not in {"postgresql", "postgres"}:
        raise DatabaseUnavailableError(f"hpsearch keeps its studies in Postgres, not {parsed.drivername}. {advice}")
    return parsed.set(drivername=DRIVER)


def open_engine(url: str, name: str = "hpsearch") -> Engine:
    """An engine for a few threads of one process; nothing is connected yet. The database's server shows the name.

    Connections that have died are replaced before use, sessions are in UTC, nothing waits for ever.
    """
    parsed = postgres_url(url)
    given = parsed.query.get("options", ())
    options = [given] if isinstance(given, str) else [*given]
    options += [f"-c {name}={value}" for name, value in SESSION.items()]
    try:
        return create_engine(
            parsed.update_query_dict({"options": " ".join(options)}),
            pool_pre_ping=True,
            pool_size=4,
            max_overflow=4,
            pool_timeout=CONNECT_TIMEOUT_S,
            connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": name},
        )
    except (ImportError, NoSuchModuleError) as error:
        raise DatabaseUnavailableError(f"The driver of Postgres cannot be loaded: {error}.") from error


def optuna_url(url: str) -> str:
    """What to give ``optuna.load_study`` as storage: the same database, seen through the views."""
    views = postgres_url(url).update_query_dict({"options": "-csearch_path=optuna"})
    return views.render_as_string(hide_password=False)


def nothing() -> None:
    """The ``ensure`` of a server that others keep alive."""


def transact(
    engine: Engine, work: Callable[[Connection], T], ensure: Callable[[], None] = nothing, *, snapshot: bool = False
) -> T:
    """``work`` within one transaction, repeated where the server or the connection breaks down.

    ``ensure`` is called before each repetition and brings the server back, if it can. A transaction whose end was not
    heard may have been committed: what ``work`` does twice must be the same as once. With ``snapshot`` all of its
    statements see the same moment. Raises DatabaseUnavailableError if the last attempt breaks down too.
    """
    level = "REPEATABLE READ" if snapshot else "READ COMMITTED"
    pause = FIRST_PAUSE_S
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with engine.connect().execution_options(isolation_level=level) as connection, connection.begin():
                return work(connection)
        except (DBAPIError, PoolTimeoutError) as error:
            if not _is_breakdown(error):
                raise
            if attempt == ATTEMPTS or isinstance(getattr(error, "orig", None), HOPELESS):
                raise unavailable(engine, error) from error
        time.sleep(pause)
        pause *= 2
        ensure()
    raise AssertionError("the last attempt returns or raises")


def unavailable(engine: Engine, error: Exception) -> DatabaseUnavailableError:
    """The error for a database that cannot be reached, in the server's or the driver's words."""
    cause = getattr(error, "orig", None) or error
    place = engine.url.difference_update_query(["options"]).render_as_string(hide_password=True)
    return DatabaseUnavailableError(
        f"The database {place} cannot be reached: {str(cause).strip()}. Check that the server runs and that "
        "HPSEARCH_DATABASE_URL names it; the same command goes on where it stopped."
    )


def _is_breakdown(error: DBAPIError | PoolTimeoutError) -> bool:
    """Whether trying again may help: a broken connection, a server that stops or starts, a lost race for a lock."""
    if isinstance(error, PoolTimeoutError):
        return True
    return error.connection_invalidated or isinstance(error.orig, psycopg.OperationalError)
