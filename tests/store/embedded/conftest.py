"""Homes of the embedded Postgres, whose processes are gone before and after each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hpsearch.store.embedded import EmbeddedPostgres
from tests.store.embedded.using_process import wait_until_gone


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose database has been made already; its server is down at the start of a test."""
    home = tmp_path_factory.mktemp("pg")
    with EmbeddedPostgres(home, grace_s=0):
        pass
    return home


@pytest.fixture
def home(made_home: Path) -> Iterator[Path]:
    wait_until_gone(made_home)
    yield made_home
    wait_until_gone(made_home)


@pytest.fixture
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("pg")
    yield home
    wait_until_gone(home)
