"""A service for each test."""

from collections.abc import Iterator

import pytest

from hpsearch.api.parts import ServiceParts, open_parts
from tests.api.service import Service


@pytest.fixture
def parts(database_url: str) -> Iterator[ServiceParts]:
    """What a service is made of, on a fresh database."""
    with open_parts(database_url, "a database for tests") as opened:
        yield opened


@pytest.fixture
def service(parts: ServiceParts) -> Iterator[Service]:
    """A service on a fresh database, without keys."""
    with Service(parts) as made:
        yield made
