"""A running service for the tests of each file."""

from collections.abc import Iterator

import pytest

from hpsearch.store.engine import open_engine
from tests.conftest import Databases
from tests.fuzz.server import Server, fill, serving


@pytest.fixture(scope="module")
def server(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service of its own, with a few studies."""
    with databases.fresh() as url:
        engine = open_engine(url)
        fill(engine)
        try:
            with serving(url, engine, tmp_path_factory.mktemp("service")) as made:
                yield made
        finally:
            engine.dispose()
