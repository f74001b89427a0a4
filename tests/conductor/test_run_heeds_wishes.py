"""``hpsearch run`` as a process: paused and cancelled by its user from elsewhere, and resumed by the same command."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hpsearch.stage import StageName
from hpsearch.store.desk import StudyDesk
from hpsearch.study import StudyState, Wish
from tests.conductor.service_cases import wait_until

STUDY = """
name: long
data: {dataset: digits}
network: {name: convnet, depth: 1, width: 4}
recipe:
  overfit: {skip: true}
  lr_sweep: {skip: true}
  fine: {skip: true}
  coarse: {trials: 2, epochs: 100000}
"""


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hps-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.mark.timeout(300)
def test_a_run_is_paused_resumed_by_the_same_command_and_cancelled(
    home: Path, database_url: str, engine: Engine
) -> None:
    (home / "long.yaml").write_text(STUDY)
    desk = StudyDesk(engine)

    def asked(wish: Wish) -> tuple[int, str]:
        """The exit code and what is said, of a run to which this is asked while it trains."""
        process = subprocess.Popen(
            [sys.executable, "-m", "hpsearch.cli", "run", str(home / "long.yaml"), "--workers", "1"],
            env={
                **os.environ,
                "HPSEARCH_HOME": str(home),
                "HPSEARCH_DATABASE_URL": database_url,
                "HPSEARCH_LEASE_SECONDS": "3",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            wait_until(lambda: process.poll() is not None or trains())
            assert process.poll() is None
            desk.wish(None, 1, wish)
            said = process.communicate(timeout=100)[1]
            return process.returncode, said
        finally:
            process.kill()
            process.wait()

    def trains() -> bool:
        if not desk.page(None):
            return False
        found = desk.results(None, 1)
        return found.study.state is StudyState.RUNNING and bool(found.of_stage(StageName.COARSE))

    code, said = asked(Wish.PAUSE)
    assert (code, desk.results(None, 1).study.state) == (75, StudyState.PAUSED)
    assert said.endswith("study long was paused; nothing is lost: the same command resumes it\n")
    code, said = asked(Wish.CANCEL)
    assert (code, desk.results(None, 1).study.state) == (1, StudyState.CANCELLED)
    assert "Going on with study long, which is paused." in said
    assert said.endswith("Study long was cancelled; --again trains a copy.\n")
