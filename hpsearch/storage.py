"""Opens the store of studies that the settings name."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

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


@contextmanager
def open_store(settings: Settings) -> Iterator[StudyStore]:
    """The store, its schema up to date; the embedded Postgres runs for as long as it is open."""
    with ExitStack() as stack:
        url, ensure = settings.database_url, nothing
        if url is None:
            require_writable_home(settings)
            embedded = stack.enter_context(EmbeddedPostgres(settings.home))
            url, ensure = embedded.url, embedded.ensure
        engine = open_engine(url)
        stack.callback(engine.dispose)
        upgrade(engine)
        yield PostgresStore(engine, ensure)


@contextmanager
def open_store_to_look(settings: Settings) -> Iterator[StudyStore]:
    """The store for a command that only looks: where there is no database yet none is made, and it is empty."""
    if settings.database_url is None and not PostgresHome(settings.home / "postgres").data.exists():
        require_writable_home(settings)
        yield MemoryStore()
        return
    with open_store(settings) as store:
        yield store


def abandoned(store: StudyStore, study: StudyRecord) -> bool:
    """Whether the study counts as running although nobody works on it: its process was killed."""
    if study.state is not StudyState.RUNNING:
        return False
    holder = store.holder(study.id)
    return holder is None or surely_dead(holder)


def study_called(store: StudyStore, name: str | None) -> StudyRecord:
    """The study of that name, the newest one without a name; raises NotFoundError if there is none."""
    if name is not None:
        return store.named(name)
    newest = next(iter(store.studies()), None)
    if newest is None:
        raise NotFoundError("there are no studies yet. Start one with `hpsearch run STUDY.yaml`.")
    return newest
