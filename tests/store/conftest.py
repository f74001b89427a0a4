"""Every store there is, for the tests of what they all promise."""

import pytest
from sqlalchemy import Engine

from hpsearch.store.memory import MemoryStore
from hpsearch.store.port import StudyStore
from hpsearch.store.postgres import PostgresStore


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest) -> StudyStore:
    if request.param == "memory":
        return MemoryStore()
    engine: Engine = request.getfixturevalue("engine")
    return PostgresStore(engine)
