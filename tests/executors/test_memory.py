"""What cohorts take, and how many workers' share of the memory they get."""

import logging
from dataclasses import replace

import psutil
import pytest
import torch

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.cost.live import LiveMemory
from hpsearch.data.loading import load_dataset
from hpsearch.executors.measurement import Measurement, cohort_bytes, most_members
from hpsearch.executors.measuring import allocated_bytes, measurement
from hpsearch.executors.memory import Memory
from hpsearch.executors.room import machine_bytes, room_bytes, training_bytes
from hpsearch.job import Budget, NetworkSettings
from hpsearch.training.cohort import train_cohort
from tests.executors.executor_cases import DIGITS, job

NETWORK = NetworkSettings("convnet", None, {"depth": 2, "width": 16, "norm": "batch"})
JOBS = tuple(job(number, network=NETWORK, budget=Budget(epochs=2)) for number in range(8))
STACKED = Arrangement(8, stacked=True)


def test_the_first_steps_take_what_was_predicted() -> None:
    dataset = load_dataset(DIGITS)
    predicted = training_bytes(JOBS[0], dataset, "cpu").step_bytes
    assert allocated_bytes(JOBS[0], dataset, "cpu") == pytest.approx(predicted, rel=0.1)


def test_a_stacked_cohort_takes_no_more_than_is_allowed_for() -> None:
    dataset = load_dataset(DIGITS)
    predicted = training_bytes(JOBS[0], dataset, "cpu").step_bytes
    jobs = tuple(replace(one, budget=Budget(steps=2)) for one in JOBS)
    with LiveMemory(1) as memory:
        memory.add(one for split in (dataset.train, dataset.validation) for one in (split.images, split.targets))
        before = memory.live_bytes
        results = list(train_cohort(Cohort(jobs, STACKED), dataset))
    assert not any(result.failure for result in results)
    assert 4 * predicted < memory.peak_bytes - before < cohort_bytes(predicted, 8)


def test_no_more_members_are_measured_than_fit() -> None:
    torch.set_num_threads(1)
    dataset = load_dataset(DIGITS)
    member = training_bytes(JOBS[0], dataset, "cpu").peak_bytes
    jobs = tuple(replace(one, budget=Budget(epochs=50)) for one in JOBS)
    found = measurement(jobs, dataset, "cpu", cohort_bytes(member, 2))
    assert found.trouble is None
    assert found.member_bytes == member
    assert not found.arrangement.stacked or found.arrangement.members <= 2


def test_members_and_room_agree() -> None:
    for members in (1, 2, 7, 100):
        assert most_members(1000, cohort_bytes(1000, members) + 1) == members
        assert most_members(1000, cohort_bytes(1000, members) - 2) == max(1, members - 1)
    assert most_members(1000, 0) == 1


def test_a_cohort_gets_the_share_that_it_needs() -> None:
    memory, cohort = Memory(workers=4), Cohort(JOBS, STACKED)
    assert memory.share(cohort) == 1
    assert "not predicted" in memory.told(JOBS[0])
    memory.learn(JOBS[0], Measurement(STACKED, cohort_bytes(1000, 8), 1000))
    assert memory.share(cohort) == 1
    memory.learn(JOBS[0], Measurement(STACKED, cohort_bytes(1000, 8) - 1, 1000))
    assert memory.share(cohort) == 2
    assert memory.share(Cohort(JOBS)) == 1
    memory.learn(JOBS[0], Measurement(STACKED, 10, 1000))
    assert memory.share(cohort) == 4
    assert memory.told(JOBS[0]) == "1 kB were predicted, and a worker has 0.01 kB for training"


def test_what_was_measured_holds_for_rungs_and_other_lengths() -> None:
    memory = Memory(workers=4)
    memory.learn(JOBS[0], Measurement(STACKED, cohort_bytes(1000, 8) - 1, 1000))
    for budget, share in (
        (Budget(epochs=2, until_epoch=1), 2),
        (Budget(epochs=9, patience=3), 2),
        (Budget(steps=5), 2),  # does not evaluate, which makes a small difference
        (Budget(epochs=2, samples=20), 1),  # takes smaller batches
    ):
        jobs = tuple(replace(one, budget=budget, evaluate_test=True) for one in JOBS)
        assert memory.share(Cohort(jobs, STACKED)) == share
        assert ("not predicted" in memory.told(jobs[0])) == (share == 1)
    memory.learn(replace(JOBS[0], budget=Budget(steps=5)), Measurement(STACKED, cohort_bytes(1000, 8) // 2 - 1, 1000))
    assert memory.share(Cohort(JOBS, STACKED)) == 2
    assert memory.share(Cohort(tuple(replace(one, budget=Budget(steps=5)) for one in JOBS), STACKED)) == 3


def test_where_there_is_no_room_a_cohort_gets_all_workers() -> None:
    memory = Memory(workers=4)
    memory.learn(JOBS[0], Measurement(STACKED, 0, 1000))
    assert memory.share(Cohort(JOBS, STACKED)) == 4
    memory.learn(JOBS[0], Measurement(STACKED, 0, trouble="no data"))
    assert memory.share(Cohort(JOBS, STACKED)) == 1


def test_a_wrong_prediction_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "hpsearch.conductor.workers")
    for allocated in (109_000_000, 91_000_000, 120_000_000):
        Memory(1).learn(JOBS[0], Measurement(STACKED, 10**9, 10**8, 10**8, allocated))
    (line,) = caplog.records
    assert line.reason == "a step was predicted to take 100000000 bytes and takes 120000000"  # type: ignore[attr-defined]


def test_workers_share_the_memory_of_the_machine() -> None:
    dataset = load_dataset(DIGITS)
    alone = room_bytes("cpu", 1, 0.0, dataset)
    assert 0 < alone < machine_bytes() <= psutil.virtual_memory().total
    taken = psutil.Process().memory_info().rss
    if len(psutil.Process().cpu_affinity() or ()) > 1:
        assert room_bytes("cpu", 2, 0.0, dataset) == pytest.approx((alone + taken) / 2 - taken, rel=0.01)
