"""What holds on the CPU holds on a GPU: ``pytest -m gpu tests/gpu tests/cost``."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.data.dataset import Dataset
from hpsearch.executors.measuring import allocated_bytes, measurement
from hpsearch.executors.room import room_bytes, training_bytes
from hpsearch.job import Budget, Job, NetworkSettings
from hpsearch.training.cohort import train_cohort
from hpsearch.training.samples.arrays import Arrays, Shelf
from hpsearch.training.timing import measured
from hpsearch.trial import TrialResult, TrialState
from tests.training.training_cases import classes, job, optimizer

DEVICE = "cuda"
pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here"),
]
SHAPE = (3, 16, 16)
NETWORKS = [
    NetworkSettings("lenet", None, {}),
    NetworkSettings("resnet_cifar", None, {"depth": 8}),
    NetworkSettings("convnet", None, {"depth": 2, "width": 8, "norm": "batch"}),
]


@pytest.fixture(autouse=True)
def exact() -> Iterator[None]:
    """Convolutions in full float32, by the same algorithms each time."""
    cudnn = torch.backends.cudnn
    before = cudnn.allow_tf32, cudnn.deterministic
    cudnn.allow_tf32, cudnn.deterministic = False, True
    yield
    cudnn.allow_tf32, cudnn.deterministic = before
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def data() -> Dataset:
    return classes(4, SHAPE, (160, 60, 20))


def members(count: int = 4, **changes: Any) -> list[Job]:
    settings: dict[str, Any] = {"network": NETWORKS[1], "budget": Budget(epochs=3), "batch_size": 32, **changes}
    rates = (0.01, 0.02, 0.005, 0.03)
    return [
        job(number=n, weights_seed=3 + n, order_seed=7 + n, optimizer=optimizer(learning_rate=rates[n % 4]), **settings)
        for n in range(count)
    ]


def trained(jobs: list[Job], arrangement: Arrangement, dataset: Dataset | None = None) -> list[TrialResult]:
    found = train_cohort(Cohort(tuple(jobs), arrangement), dataset or data(), DEVICE)
    return sorted(found, key=lambda one: one.number)


def losses(results: list[TrialResult]) -> list[list[float]]:
    return [[epoch.val_loss for epoch in one.epochs] for one in results]


STACKED = Arrangement(4, stacked=True)


@pytest.mark.parametrize("memory_format", ["contiguous", "channels_last"])
@pytest.mark.parametrize("network", NETWORKS, ids=lambda one: one.name)
def test_a_member_is_what_it_is_alone(network: NetworkSettings, memory_format: Any) -> None:
    jobs = members(network=network, budget=Budget(steps=10))
    alone = trained(jobs, Arrangement())
    together = trained(jobs, replace(STACKED, memory_format=memory_format))
    for one, other in zip(alone, together, strict=True):
        assert other.alone_because is None
        assert other.step_losses[:3] == pytest.approx(one.step_losses[:3], rel=1e-3)
        assert other.step_losses == pytest.approx(one.step_losses, rel=0.05, abs=0.02)


@pytest.mark.parametrize("precision", ["float32", "bf16", "fp16"])
def test_a_member_that_diverges_changes_no_bit_of_another(precision: str) -> None:
    jobs = members(precision=precision)
    strange = [*jobs[:2], replace(jobs[2], optimizer=optimizer(learning_rate=float("inf"))), jobs[3]]
    sound, beside = trained(jobs, STACKED), trained(strange, STACKED)
    assert beside[2].state is TrialState.FAILED
    assert [losses(sound)[n] for n in (0, 1, 3)] == [losses(beside)[n] for n in (0, 1, 3)]


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_is_close(precision: str, *, stacked: bool) -> None:
    how = replace(STACKED, stacked=stacked)
    full, half = (losses(trained(members(precision=one), how)) for one in ("float32", precision))
    assert half != full
    for one, other in zip(full, half, strict=True):
        assert other == pytest.approx(one, rel=0.15, abs=0.05)


def test_auto_measures_bf16_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hpsearch.training.timing.LIMIT_S", 60.0)
    jobs = members(8, precision="auto", budget=Budget(epochs=100_000))
    arrangement, timings = measured(jobs, data(), DEVICE)
    assert {timing.arrangement.precision for timing in timings} == {"float32", "bf16"}
    assert arrangement in {timing.arrangement for timing in timings}


@pytest.mark.parametrize("stacked", [False, True])
def test_samples_beside_the_gpu_give_the_same_bits(*, stacked: bool) -> None:
    near, far = replace(data(), held="device"), replace(data(), held="host")
    assert Arrays(near, torch.device(DEVICE)).near
    assert not Arrays(far, torch.device(DEVICE)).near
    how = replace(STACKED, stacked=stacked)
    assert losses(trained(members(), how, near)) == losses(trained(members(), how, far))


def test_what_is_too_large_as_one_network_is_trained_alone() -> None:
    jobs = members(16, network=NetworkSettings("vgg11", None, {"width": 0.25}), budget=Budget(steps=2), batch_size=128)
    need = training_bytes(jobs[0], data(), DEVICE).peak_bytes
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(DEVICE).total_memory
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + 6 * need) / total)
    try:
        results = trained(jobs, replace(STACKED, members=16))
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert [one.state for one in results] == [TrialState.COMPLETE] * 16
    assert all("memory" in (one.alone_because or "") for one in results)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda one: one.name)
def test_the_memory_of_training_is_predicted(network: NetworkSettings) -> None:
    (wanted,) = members(1, network=network, batch_size=128)
    allocated = allocated_bytes(wanted, data(), DEVICE)
    predicted = training_bytes(wanted, data(), DEVICE)
    assert allocated is not None
    assert predicted.step_bytes - predicted.workspace_bytes <= 1.15 * allocated
    assert allocated <= 1.15 * predicted.step_bytes + 2**20


def test_a_share_of_a_gpu_is_a_share_of_its_memory_and_of_what_is_tried_in_it() -> None:
    dataset = data()
    half, whole = (room_bytes(DEVICE, 1, share, dataset) for share in (0.5, 1.0))
    assert 0 < half < 0.51 * whole
    jobs = members(8, budget=Budget(epochs=10_000))
    member = training_bytes(jobs[0], dataset, DEVICE).peak_bytes
    found = measurement(jobs, dataset, DEVICE, room_bytes=4 * member, shelf=Shelf(dataset, DEVICE))
    assert found.trouble is None
    assert found.arrangement.members <= 4
