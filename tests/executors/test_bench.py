"""The bench, in this process: what it answers where data do not fit into memory."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from hpsearch.cohort import Cohort
from hpsearch.data.dataset import Split
from hpsearch.data.loading import load_dataset
from hpsearch.executors.answers import OutOfMemory
from hpsearch.executors.bench import Bench, importable
from hpsearch.job import NetworkSettings
from hpsearch.training.samples.arrays import Shelf
from tests.executors.executor_cases import DIGITS, USER_CODE, job


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A bench that finds the user's code."""
    with importable([USER_CODE]):
        yield Bench()


def test_data_that_do_not_fit_into_memory_are_a_lack_of_memory(bench: Bench) -> None:
    huge = replace(DIGITS, dataset=None, factory="faulty_network:load_too_much")
    answers = list(bench.results(Cohort((job(0, data=huge), job(1, data=huge)))))
    assert [type(answer) for answer in answers] == [OutOfMemory] * 2
    assert all("the data does not fit into memory" in (answer.reason or "") for answer in answers)


def test_data_that_do_not_fit_onto_the_device_are_a_lack_of_memory(bench: Bench) -> None:
    dataset = load_dataset(DIGITS)
    images = torch.zeros(1, 3, 1, 1).expand(2**34, 3, 2**7, 2**7)  # takes no memory before it is put into order
    huge = replace(dataset, train=Split(images, dataset.train.targets))
    bench._loaded, bench._shelf = (DIGITS, huge), Shelf(huge, "cpu")
    network = NetworkSettings("convnet", None, {"depth": 1, "width": 4})
    answers = list(bench.results(Cohort((job(0, network=network), job(1, network=network)))))
    assert [type(answer) for answer in answers] == [OutOfMemory] * 2
    assert all("can't allocate memory" in (answer.reason or "") for answer in answers)
