"""How many workers there are and which share of a GPU each one gets."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from hpsearch.cli import begun
from hpsearch.cli.begun import Begun
from hpsearch.cli.packing import dearest_trial_bytes
from hpsearch.cli.workers import Workers, workers_for
from hpsearch.data.dataset import Place
from hpsearch.data.loading import load_dataset
from hpsearch.executors.machine import cores
from hpsearch.executors.processes import ProcessExecutor
from hpsearch.executors.ray_tune import RayTuneExecutor
from hpsearch.executors.room import placed_bytes
from hpsearch.job import data_settings
from hpsearch.settings import Settings
from hpsearch.study import Resources, StudyDefinition

AUTO = Resources()


@pytest.mark.parametrize(
    ("resources", "asked", "gpus", "expected"),
    [
        (AUTO, None, 0, Workers(None, 0.0)),
        (AUTO, 3, 0, Workers(3, 0.0)),
        (Resources(workers=2), None, 0, Workers(2, 0.0)),
        (Resources(workers=2), 3, 0, Workers(3, 0.0)),
        (Resources(gpus_per_worker=0.5), 3, 0, Workers(3, 0.5)),
        (Resources(gpus_per_worker=0), 3, 4, Workers(3, 0.0)),
        (AUTO, 2, 1, Workers(2, 0.5)),
        (AUTO, 2, 8, Workers(2, 1.0)),
        (AUTO, None, 1, Workers(min(cores(), 4), 1 / min(cores(), 4))),
    ],
)
def test_workers(resources: Resources, asked: int | None, gpus: int, expected: Workers) -> None:
    assert workers_for(resources, asked, gpus) == expected


@pytest.mark.parametrize(
    ("asked", "gpus", "fitting", "expected"),
    [
        (None, 1, 1, Workers(1, 1.0)),
        (None, 2, 1, Workers(min(cores(), 2), min(1.0, 2 / min(cores(), 2)))),
        (8, 2, 3, Workers(6, 1 / 3)),
        (2, 1, 100, Workers(2, 0.5)),
        (None, 0, 1, Workers(None, 0.0)),
    ],
)
def test_workers_are_no_more_than_fit_into_the_memory_of_the_gpus(
    asked: int | None, gpus: int, fitting: int, expected: Workers
) -> None:
    assert workers_for(AUTO, asked, gpus, fitting) == expected


def test_the_dearest_point_decides_how_many_trials_fit() -> None:
    def dearest(width: object, held: Place = "device") -> int:
        network = {"name": "convnet", "depth": 2, "width": width}
        definition = StudyDefinition.model_validate({"name": "a", "data": {"dataset": "digits"}, "network": network})
        dataset = replace(load_dataset(data_settings(definition)), held=held)
        found = dearest_trial_bytes(definition, dataset, placed_bytes(dataset, "cuda"))
        assert found is not None
        return found

    assert dearest(8) < dearest({"choice": [8, 64, 16]}) == dearest(64)
    assert dearest(8, held="host") < dearest(8)  # data that stay beside the GPU take nothing of it


@pytest.mark.parametrize(("platform", "expected"), [("linux", ProcessExecutor), ("darwin", RayTuneExecutor)])
def test_forks_train_on_linux_alone(
    platform: str, expected: type, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(begun, "sys", SimpleNamespace(platform=platform))
    with Begun(Settings(home=tmp_path)) as ours:
        assert type(ours.executor(Workers(1, 0.0))) is expected
