"""The schema comes into being once, whoever asks for it, and says so when it cannot."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import URL, CheckConstraint, Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from hpsearch.errors import DatabaseUnavailableError
from hpsearch.store.codecs import definition_document
from hpsearch.store.desk import StudyDesk
from hpsearch.store.engine import open_engine, postgres_url
from hpsearch.store.port import Lease
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.schema import MIGRATIONS, upgrade
from hpsearch.store.tables import METADATA, SCHEMA
from hpsearch.study import LOCAL, Origin, StudyState
from tests.store.study_samples import begun, definition, jobs, started


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
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert revisions[::-1] == [f"{number:04}" for number in range(1, len(revisions) + 1)]
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


def test_what_the_command_line_has_stored_is_there_after_the_service_has_come(empty: Engine) -> None:
    """A database of the first two migrations, with a study in it."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    with empty.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        context = MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA})
        with Operations.context(context):
            for revision in ("0001", "0002"):
                script = scripts.get_revision(revision)
                script.module.upgrade()
                context.stamp(scripts, revision)
    written = definition_document(definition())
    with empty.begin() as connection:
        old_study = text(
            "INSERT INTO hpsearch.studies (request, name, identity, definition, state, fence, holder, lease_until) "
            "VALUES (gen_random_uuid(), 'digits', 'x', :definition, 'running', 3, 'somebody', now() + interval '1 h')"
        )
        connection.execute(old_study, {"definition": json.dumps(written)})
        connection.execute(
            text("INSERT INTO hpsearch.stages (study_id, stage, distributions) VALUES (1, 'fine', '{}')")
        )
        connection.execute(
            text("INSERT INTO hpsearch.rounds (stage_id, round, space) VALUES (1, 0, '{}'), (1, 1, '{}')")
        )
        old_trials = text(
            "INSERT INTO hpsearch.trials "
            "(stage_id, round, number, parameters, weights_seed, order_seed, state, value, duration_s) VALUES "
            "(1, 0, 0, '{}', 1, 1, 'complete', 0.5, 1.5), (1, 0, 1, '{}', 1, 1, 'complete', 0.7, 2.5), "
            "(1, 0, 2, '{}', 1, 1, 'failed', NULL, 0.5), (1, 1, 3, '{}', 1, 1, 'waiting', NULL, NULL)"
        )
        connection.execute(old_trials)
    upgrade(empty)
    study = PostgresStore(empty).named("digits")
    assert (study.owner, study.origin, study.wish, study.deadline) == (LOCAL, Origin.RUN, None, None)
    assert study.definition == definition()
    with empty.connect() as connection:
        counters = "SELECT planned, complete, failed, duration_s FROM hpsearch.rounds ORDER BY round"
        assert connection.execute(text(counters)).all() == [(3, 2, 1, 4.5), (1, 0, 0, 0.0)]
    PostgresStore(empty).release(Lease(study.id, 3), StudyState.INTERRUPTED, None)
    assert StudyDesk(empty).page(None)[0].deadline is None


@pytest.mark.parametrize("value", ["nan", "infinity", "-infinity"])
def test_the_database_itself_refuses_a_value_that_is_not_finite(engine: Engine, value: str) -> None:
    store = PostgresStore(engine)
    lease = begun(store)
    started(store, lease, jobs())
    with pytest.raises(IntegrityError, match="trials_value_check"):
        execute(engine, f"UPDATE hpsearch.trials SET state = 'complete', value = '{value}'")  # noqa: S608
    with pytest.raises(IntegrityError, match="trials_value_check"):
        execute(engine, "UPDATE hpsearch.trials SET state = 'failed', value = 0.5")
