"""What the service writes into its log is not printed bare between the lines of ``hpsearch run``."""

import logging
from pathlib import Path

import pytest

from hpsearch.cli.begun import Begun
from hpsearch.cli.search import searched
from hpsearch.conductor.logs import LOGGER
from hpsearch.errors import DefinitionError
from hpsearch.executors.memory import LOG
from hpsearch.settings import Settings
from hpsearch.store.memory import MemoryStore
from hpsearch.study import StudyDefinition

DEFINITION = StudyDefinition.model_validate(
    {"name": "missing", "data": {"dataset": "numpy", "path": "/nowhere.npz"}, "network": {"name": "convnet"}}
)


def test_a_measurement_that_failed_is_no_matter_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for logger in (logging.root, logging.getLogger(LOGGER)):
        monkeypatch.setattr(logger, "handlers", [])  # as in a process that asks for no log
    settings = Settings(home=tmp_path)
    with Begun(settings) as begun:
        begun.examine(DEFINITION, tmp_path)
        with pytest.raises(DefinitionError):
            searched(MemoryStore(), settings, DEFINITION, None, again=False, begun=begun)
    capsys.readouterr()
    LOG.warning("measurement failed", extra={"reason": "MemoryError: it does not fit"})
    assert capsys.readouterr().err == ""
