"""One Ray and one nursery for the tests of a module: starting them takes seconds."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpsearch.executors.in_process import InProcessExecutor
from hpsearch.executors.processes import ProcessExecutor
from hpsearch.executors.ray_tune import RayTuneExecutor
from tests.executors.executor_cases import USER_CODE

IDLE_S = 3600.0
"""Workers stay warm however long another process of the tests is not let onto a processor."""


@pytest.fixture(scope="module")
def short_home() -> Iterator[Path]:
    """A home whose path is short enough for sockets; those of pytest are not."""
    with tempfile.TemporaryDirectory(prefix="hps-", ignore_cleanup_errors=True) as home:
        yield Path(home)


@pytest.fixture(scope="module")
def ray_tune(short_home: Path) -> Iterator[RayTuneExecutor]:
    """Two workers on a Ray of our own, in surroundings that ask for two threads each."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OMP_NUM_THREADS", "2")
        with RayTuneExecutor(short_home, workers=2, import_paths=(USER_CODE,), idle_s=IDLE_S) as executor:
            yield executor


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessExecutor]:
    """Two worker processes of this machine, in surroundings that ask for two threads each."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OMP_NUM_THREADS", "2")
        with ProcessExecutor(workers=2, import_paths=(USER_CODE,), idle_s=IDLE_S) as executor:
            yield executor


@pytest.fixture(scope="module")
def in_process() -> Iterator[InProcessExecutor]:
    """This process."""
    with InProcessExecutor(import_paths=(USER_CODE,)) as executor:
        yield executor
