"""The schema comes into being once, whoever asks for it, and says so when it cannot."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, CheckConstraint, Engine, create_engine, inspect, text

from hpsearch.errors import DatabaseUnavailableError
from hpsearch.store.engine import open_engine, postgres_url
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.schema import MIGRATIONS, upgrade
from hpsearch.store.tables import METADATA, SCHEMA
from tests.store.study_samples import definition


@contextmanager
def opened(url: URL) -> Iterator[Engine]:
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Engine]:
    with opened(postgres_url(empty_database_url)) as engine:
        yield engine


def execute(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_two_processes_at_once_make_it_once(empty: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: upgrade(empty), range(4)))
    assert PostgresStore(empty).create(definition()).name == "digits"


def test_an_upgrade_keeps_what_is_there(engine: Engine) -> None:
    made = PostgresStore(engine).create(definition())
    upgrade(engine)
    assert PostgresStore(engine).studies() == [made]


@pytest.mark.filterwarnings("ignore:Computed default on studies.metric")  # Postgres words the expression differently
def test_the_tables_in_code_are_the_tables_of_the_migrations(database_url: str) -> None:
    # The schema must not be the session's own, whose name is left out when tables are looked up.
    elsewhere = postgres_url(database_url).update_query_dict({"options": "-c search_path=public"})
    with opened(elsewhere) as engine, engine.connect() as connection:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_schemas": True,
            "include_name": lambda name, kind, _: kind != "schema" or name == SCHEMA,
            "version_table_schema": SCHEMA,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []
        for table in METADATA.tables.values():
            checks = {check["name"] for check in inspect(connection).get_check_constraints(table.name, SCHEMA)}
            assert checks == {check.name for check in table.constraints if isinstance(check, CheckConstraint)}


def test_the_migrations_are_one_line() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert [script.revision for script in scripts.walk_revisions()] == sorted(
        (script.revision for script in scripts.walk_revisions()), reverse=True
    )
    assert Path(scripts.get_revision("head").path).parent == MIGRATIONS / "versions"


def test_a_newer_schema_is_said_to_be_newer(engine: Engine) -> None:
    execute(engine, "UPDATE hpsearch.alembic_version SET version_num = '9999'")
    with pytest.raises(
        DatabaseUnavailableError, match=r"newer version of hpsearch: its schema is 9999.* knows up to \d+"
    ):
        upgrade(engine)


def test_a_foreign_schema_of_the_same_name_is_left_alone(empty: Engine) -> None:
    execute(empty, "CREATE SCHEMA optuna", "CREATE TABLE optuna.studies (study_id int)")
    with pytest.raises(DatabaseUnavailableError, match=r"\"optuna\" already exists.*one of its own"):
        upgrade(empty)
    assert not inspect(empty).has_schema(SCHEMA)  # all or none


def test_an_account_without_rights_is_told(empty: Engine, empty_database_url: str) -> None:
    execute(empty, "DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN")
    with (
        opened(postgres_url(empty_database_url).set(username="guest")) as guest,
        pytest.raises(DatabaseUnavailableError, match=r"permission denied.*may create the schemas"),
    ):
        upgrade(guest)


def test_a_reader_may_call_it_when_nothing_is_missing(engine: Engine, database_url: str) -> None:
    execute(
        engine,
        "DROP ROLE IF EXISTS reader",
        "CREATE ROLE reader LOGIN",
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO reader",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO reader",
    )
    PostgresStore(engine).create(definition())
    with opened(postgres_url(database_url).set(username="reader")) as reader:
        upgrade(reader)
        assert [study.name for study in PostgresStore(reader).studies()] == ["digits"]


def test_no_server_at_all(tmp_path: Path) -> None:
    url = f"postgresql://me:secret@/hpsearch?host={tmp_path}"
    with pytest.raises(DatabaseUnavailableError, match="cannot be reached") as caught:
        upgrade(open_engine(url))
    assert "secret" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)
