"""Opens the database and the store of studies that the settings name."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Engine

from hpsearch.conductor.holder import surely_dead
from hpsearch.errors import NotFoundError
from hpsearch.results import StudyRecord
from hpsearch.settings import Settings, require_writable_home
from hpsearch.store.embedded import EmbeddedPostgres
from hpsearch.store.engine import nothing, open_engine
from hpsearch.store.memory import MemoryStore
from hpsearch.store.port import StudyStore
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.postgres_home import PostgresHome
from hpsearch.store.schema import upgrade
from hpsearch.study import StudyState


@dataclass(frozen=True)
class Server:
    """A Postgres server with the database of the settings."""

    url: str = field(repr=False)
    """For SQLAlchemy and psycopg; it may hold a password."""
    ensure: Callable[[], None]
    """Brings the server back where that is up to this process; called before a broken transaction is repeated."""
    shown: str
    """Where it is, for a person to read."""


@dataclass(frozen=True)
class Database(Server):
    """The same with connections to it, and all tables and views in it."""

    engine: Engine


@contextmanager
def open_server(settings: Settings) -> Iterator[Server]:
    """The server that the settings name; the embedded Postgres runs for as long as it is open."""
    if settings.database_url is not None:
        yield Server(settings.database_url, nothing, settings.database_shown)
        return
    require_writable_home(settings)
    with EmbeddedPostgres(settings.home) as embedded:
        yield Server(embedded.url, embedded.ensure, settings.database_shown)


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database on that server, its schema up to date."""
    with ExitStack() as stack:
        server = stack.enter_context(open_server(settings))
        engine = open_engine(server.url)
        stack.callback(engine.dispose)
        upgrade(engine)
        yield Database(server.url, server.ensure, server.shown, engine)


@contextmanager
def open_store(settings: Settings) -> Iterator[StudyStore]:
    """The store in that database."""
    with open_database(settings) as database:
        yield PostgresStore(database.engine, database.ensure)


@contextmanager
def open_store_to_look(settings: Settings) -> Iterator[StudyStore]:
    """The store for a command that only looks: where there is no database yet none is made, and it is empty."""
    if has_database(settings):
        with open_store(settings) as store:
            yield store
    else:
        require_writable_home(settings)
        yield MemoryStore()


def has_database(settings: Settings) -> bool:
    """Whether there is one: the embedded Postgres is made by the first command that keeps something."""
    return settings.database_url is not None or PostgresHome(settings.home / "postgres").data.exists()


def abandoned(store: StudyStore, study: StudyRecord) -> bool:
    """Whether the study counts as running although nobody works on it: its process was killed."""
    if study.state is not StudyState.RUNNING:
        return False
    holder = store.holder(study.id)
    return holder is None or surely_dead(holder)


def study_called(store: StudyStore, name: str | None) -> StudyRecord:
    """The study with that id, else of that name, else the newest one; raises NotFoundError if there is none."""
    if name is not None and name.isascii() and name.isdecimal():
        found = next((study for study in store.studies() if study.id == int(name)), None)
        return found or store.named(name)
    if name is not None:
        return store.named(name)
    newest = next(iter(store.studies()), None)
    if newest is None:
        raise NotFoundError("there are no studies yet. Start one with `hpsearch run STUDY.yaml`.")
    return newest
