"""URLs are read, sessions are as they should be, and errors that no repetition heals are not repeated."""

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from hpsearch.errors import DatabaseUnavailableError
from hpsearch.store.engine import SESSION, open_engine, optuna_url, postgres_url, transact


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_way_to_write_postgres_means_psycopg(scheme: str) -> None:
    url = postgres_url(f"{scheme}://me:p%40ss@db:5433/studies?sslmode=require")
    assert url.render_as_string(hide_password=False) == "postgresql+psycopg://me:p%40ss@db:5433/studies?sslmode=require"


@pytest.mark.parametrize(
    "url", ["sqlite:///studies.db", "mysql://me:secret@db/x", "secret", "postgresql://me:secret@db:x/"]
)
def test_other_urls_are_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(DatabaseUnavailableError, match="HPSEARCH_DATABASE_URL") as caught:
        postgres_url(url)
    assert "secret" not in str(caught.value)


def test_sessions_are_in_utc_and_never_wait_for_ever(database_url: str) -> None:
    engine = open_engine(
        postgres_url(database_url).update_query_dict({"options": "-c search_path=mine"}).render_as_string()
    )
    with engine.connect() as connection:
        shown = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in (*SESSION, "search_path")}
    engine.dispose()
    assert shown == {
        "timezone": "UTC",
        "statement_timeout": "1min",
        "lock_timeout": "15s",
        "idle_in_transaction_session_timeout": "30s",
        "search_path": "mine",
    }


def test_the_url_for_optuna_names_the_views() -> None:
    assert optuna_url("postgresql://me:pw@db/studies") == (
        "postgresql+psycopg://me:pw@db/studies?options=-csearch_path%3Doptuna"
    )


def test_a_wrong_statement_is_not_repeated(engine: Engine) -> None:
    tries: list[int] = []

    def work(connection: Connection) -> None:
        tries.append(1)
        connection.execute(text("SELECT * FROM nowhere"))

    with pytest.raises(ProgrammingError):
        transact(engine, work)
    assert tries == [1]


def test_a_statement_that_takes_too_long_is_not_repeated(engine: Engine) -> None:
    tries: list[int] = []

    def work(connection: Connection) -> None:
        tries.append(1)
        connection.execute(text("SET LOCAL statement_timeout = '10ms'"))
        connection.execute(text("SELECT pg_sleep(60)"))

    with pytest.raises(DatabaseUnavailableError, match="statement timeout"):
        transact(engine, work)
    assert tries == [1]


def test_a_snapshot_sees_one_moment(engine: Engine) -> None:
    count = text("SELECT count(*) FROM numbers")
    with engine.begin() as other:
        other.execute(text("CREATE TABLE numbers (number int)"))

    def work(connection: Connection) -> tuple[int, int]:
        before = connection.execute(count).scalar_one()
        with engine.begin() as other:
            other.execute(text("INSERT INTO numbers VALUES (1)"))
        return before, connection.execute(count).scalar_one()

    assert transact(engine, work, snapshot=True) == (0, 0)
    assert transact(engine, work) == (1, 2)
