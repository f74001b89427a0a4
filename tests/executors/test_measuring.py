"""A measurement tries both layouts of the data and leaves the worker with those of one."""

import pytest
import torch

from hpsearch.executors.in_process import InProcessExecutor
from hpsearch.executors.measuring import allocated_bytes, measurement
from hpsearch.executors.room import training_bytes
from hpsearch.job import Budget, NetworkSettings
from hpsearch.training.formats import stacked_channels_last
from hpsearch.training.samples.arrays import Shelf
from tests.executors.executor_cases import USER_CODE, job
from tests.training.training_cases import classes

COLOURED = classes(shape=(3, 8, 8), sizes=(600, 30, 30))
NETWORK = NetworkSettings("convnet", None, {"depth": 1, "width": 8})
JOBS = tuple(job(number, network=NETWORK, budget=Budget(epochs=40)) for number in range(4))


def placed(shelf: Shelf) -> set[bool]:
    """The layouts whose training images are in memory."""
    return {last for last in (False, True) if "train" in vars(shelf.arrays(channels_last=last))}


def test_only_the_layout_that_was_chosen_stays_in_memory() -> None:
    torch.set_num_threads(1)
    shelf = Shelf(COLOURED, "cpu")
    for last in (False, True):
        assert len(shelf.arrays(channels_last=last).train.images) == 600
    arrangement = measurement(JOBS, COLOURED, "cpu", 10**9, shelf).arrangement
    if arrangement.stacked:
        expected = stacked_channels_last(arrangement, "cpu")
    else:
        expected = arrangement.memory_format in ("auto", "channels_last")
    assert placed(shelf) == {expected}
    assert len(shelf.arrays(channels_last=not expected).train.images) == 600  # whoever needs it has it back


def test_the_first_steps_train_on_the_data_that_are_there() -> None:
    shelf = Shelf(COLOURED, "cpu")
    taken = allocated_bytes(JOBS[0], COLOURED, "cpu", shelf)
    assert taken == pytest.approx(training_bytes(JOBS[0], COLOURED, "cpu").step_bytes, rel=0.1)
    assert placed(shelf) == {True}  # no copy of their own
    assert allocated_bytes(JOBS[0], COLOURED, "cpu", shelf) == taken
    assert allocated_bytes(JOBS[0], COLOURED, "cpu") == taken


def test_a_measurement_that_fails_finds_nothing_out() -> None:
    executor = InProcessExecutor(import_paths=[USER_CODE])
    assert executor.measure([job(0, "raise"), job(1, "raise")]) is None
