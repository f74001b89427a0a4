"""A session that names an owner or a stage sees nothing else, in any view."""

from collections.abc import Iterator

import optuna
import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from hpsearch.dashboard.session import escaped, views_of
from hpsearch.store.engine import open_engine
from hpsearch.store.postgres import PostgresStore
from tests.conftest import Databases
from tests.store.optuna_reading import searched
from tests.store.study_samples import verdict

STRANGE = "it's \"ö\" \\ b\\\\c -c hpsearch.owner= \t\n--{x}%41;'; DROP"
OWNERS = ("local", "ada", STRANGE)
ABOUT_ALL = {"version_info", "alembic_version", "trial_heartbeats", "trial_system_attributes"}
"""Views that say nothing of any study: two of constants and two that are always empty."""


@pytest.fixture(scope="module")
def owned(databases: Databases) -> Iterator[str]:
    """A database in which each owner has a judged stage of the same name."""
    with databases.fresh() as url:
        engine = open_engine(url)
        store = PostgresStore(engine)
        for owner in OWNERS:
            lease = searched(store)
            store.save_verdict(lease, verdict())
            with engine.begin() as connection:
                change = text("UPDATE hpsearch.studies SET owner = :owner, name = 'digits' WHERE id = :id")
                connection.execute(change, {"owner": owner, "id": lease.study_id})
        yield url
        engine.dispose()


def seen(connection: Connection) -> dict[str, list[str]]:
    """All rows of all views."""
    views = inspect(connection).get_view_names("optuna")
    return {
        view: sorted(map(str, connection.execute(text(f"SELECT * FROM optuna.{view}")).all()))  # noqa: S608
        for view in views
    }


def session(url: str, owner: str | None, stage: int | None = None) -> Engine:
    place, options = views_of(url, owner, stage)
    return create_engine(place, connect_args={"options": options})


def rows(url: str, owner: str | None, stage: int | None = None) -> dict[str, list[str]]:
    """What such a session sees, with the notes."""
    engine = session(url, owner, stage)
    with engine.connect() as connection:
        connection.execute(text("SET hpsearch.notes = ''"))
        found = seen(connection)
    engine.dispose()
    return found


def test_every_view_shows_an_owner_what_is_theirs_and_nothing_else(owned: str) -> None:
    everything = rows(owned, None)
    parts = [rows(owned, owner) for owner in OWNERS]
    assert len(everything) == 13
    for view, found in everything.items():
        if view in ABOUT_ALL:
            assert all(part[view] == found for part in parts), view
            continue
        assert all(part[view] for part in parts), view
        assert sorted(row for part in parts for row in part[view]) == found, view
        assert len(found) == len(set(found)), view


def test_an_owner_without_studies_sees_none(owned: str) -> None:
    for owner in ("eve", "", "loca", "local ", "LOCAL", "%", "ada'--", "ada\\"):
        if owner:
            found = rows(owned, owner)
            assert {view for view, content in found.items() if content} == {"version_info", "alembic_version"}


@pytest.mark.parametrize("owner", ["", "a\0b"])
def test_an_owner_that_would_not_count_is_refused(owned: str, owner: str) -> None:
    with pytest.raises(ValueError, match="an owner is a text"):
        views_of(owned, owner, None)


def test_an_unset_or_empty_setting_shows_all(owned: str) -> None:
    engine = session(owned, None)
    with engine.connect() as connection:
        before = seen(connection)
        connection.execute(text("SET hpsearch.owner = ''"))
        connection.execute(text("SET hpsearch.stage = ''"))
        assert seen(connection) == before
    engine.dispose()
    assert len(before["studies"]) == len(OWNERS)


def test_a_session_may_ask_for_one_stage(owned: str) -> None:
    everything = rows(owned, None)
    one, other, _ = (int(row.partition(",")[0][1:]) for row in everything["studies"])
    found = rows(owned, None, one)
    assert all(len(found[view]) * 3 == len(everything[view]) for view in everything if view not in ABOUT_ALL)
    mine = rows(owned, "local", one)
    assert mine == found
    assert rows(owned, "local", other)["studies"] == []


def test_a_list_of_studies_reads_no_notes(owned: str) -> None:
    engine = session(owned, None)
    with engine.connect() as connection:
        assert seen(connection)["study_system_attributes"] == []
    engine.dispose()


@pytest.mark.parametrize("owner", OWNERS)
def test_an_owner_is_one_word_of_the_options_whatever_it_says(owned: str, owner: str) -> None:
    engine = session(owned, owner)
    with engine.connect() as connection:
        for setting, value in {
            "hpsearch.owner": owner,
            "search_path": "optuna",
            "default_transaction_read_only": "on",
            "hpsearch.notes": "off",
        }.items():
            assert connection.scalar(text("SELECT current_setting(:name)"), {"name": setting}) == value
        connection.execute(text("RESET ALL"))
        assert connection.scalar(text("SELECT current_setting('hpsearch.owner')")) == owner
    engine.dispose()


def test_blanks_and_backslashes_are_kept() -> None:
    assert escaped("a b\\c\td") == "a\\ b\\\\c\\\td"


def test_options_of_the_url_come_first_and_ours_count(owned: str) -> None:
    place, options = views_of(owned + "&options=-csearch_path%3Dpublic -cwork_mem%3D5MB", "ada", None)
    engine = create_engine(place, connect_args={"options": options})
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW search_path")) == "optuna"
        assert connection.scalar(text("SHOW work_mem")) == "5MB"
    engine.dispose()


def test_names_of_other_owners_studies_tell_whose_they_are(owned: str) -> None:
    place, options = views_of(owned, None, None)
    storage = optuna.storages.RDBStorage(
        place.render_as_string(hide_password=False), {"connect_args": {"options": options}}, skip_table_creation=True
    )
    names = [study.study_name for study in storage.get_all_studies()]
    assert names == ["digits/coarse", "ada:digits/coarse", f"{STRANGE}:digits/coarse"]
    assert optuna.load_study(study_name="ada:digits/coarse", storage=storage).best_trial.number == 1
    storage.engine.dispose()
