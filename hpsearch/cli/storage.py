"""Opens the store of studies that the settings name."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from hpsearch.errors import NotFoundError
from hpsearch.results import StudyRecord
from hpsearch.settings import Settings
from hpsearch.store.embedded import EmbeddedPostgres
from hpsearch.store.engine import nothing, open_engine
from hpsearch.store.port import StudyStore
from hpsearch.store.postgres import PostgresStore
from hpsearch.store.schema import upgrade


@contextmanager
def open_store(settings: Settings) -> Iterator[StudyStore]:
    """The store, its schema up to date; the embedded Postgres runs for as long as it is open."""
    with ExitStack() as stack:
        url, ensure = settings.database_url, nothing
        if url is None:
            embedded = stack.enter_context(EmbeddedPostgres(settings.home))
            url, ensure = embedded.url, embedded.ensure
        engine = open_engine(url)
        stack.callback(engine.dispose)
        upgrade(engine)
        yield PostgresStore(engine, ensure)


def study_called(store: StudyStore, name: str | None) -> StudyRecord:
    """The study of that name, the newest one without a name; raises NotFoundError if there is none."""
    if name is not None:
        return store.named(name)
    newest = next(iter(store.studies()), None)
    if newest is None:
        raise NotFoundError("there are no studies yet. Start one with `hpsearch run STUDY.yaml`.")
    return newest
