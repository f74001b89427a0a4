"""Forward passes in half precision: really computed so, close enough, and no member disturbs another."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from hpsearch.cohort import Arranged, Arrangement, Cohort, shape
from hpsearch.errors import TrialError
from hpsearch.job import Budget, Job, NetworkSettings, job_for
from hpsearch.stage import StageName
from hpsearch.store.codecs import arrangement_of, arrangement_row
from hpsearch.study import StudyDefinition
from hpsearch.training.closeness import refuse_other_gradients
from hpsearch.training.cohort import train_cohort
from hpsearch.training.precision import BF16_CAPABILITY, FIRST_SCALE, Autocast, LossScale
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.samples.order import DataOrder
from hpsearch.training.timing import Timing, chosen, following
from hpsearch.trial import TrialResult, TrialState
from tests.training.training_cases import classes, job, optimizer, own, values

CPU = torch.device("cpu")
HALVES = ("bf16", "fp16")
STACKED = Arrangement(2, stacked=True)


class Telling(nn.Module):
    """A network that notes in which types its last layer computes."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int, told: str) -> None:
        super().__init__()
        self.last = nn.Linear(input_shape[0] * input_shape[1] * input_shape[2], outputs)
        self.told = Path(told)

    def forward(self, images: Tensor) -> Tensor:
        made = self.last(images.flatten(1))
        with self.told.open("a") as file:
            file.write(f"{self.training} {made.dtype}\n")
        return made


class Cancelling(nn.Module):
    """Adds a large number and takes it away again, which leaves nothing of narrow types."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(input_shape[0], 4, 3, bias=False)
        self.last = nn.Linear(4 * (input_shape[1] - 2) * (input_shape[2] - 2), outputs)

    def forward(self, images: Tensor) -> Tensor:
        return self.last(((self.first(images) + 1000) - 1000).relu().flatten(1))


def here(name: str, **parameters: Any) -> NetworkSettings:
    return NetworkSettings(None, f"{__name__}:{name}", parameters)


def trained(jobs: list[Job], arrangement: Arrangement = STACKED, **options: Any) -> dict[int, TrialResult]:
    data = options.pop("data", None) or classes()
    return {one.number: one for one in train_cohort(Cohort(tuple(jobs), arrangement, **options), data)}


def members(precision: str, **changes: Any) -> list[Job]:
    seeds = {"precision": precision, **changes}
    return [job(number=number, weights_seed=5 + number, order_seed=9 + number, **seeds) for number in range(2)]


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize(
    ("precision", "arranged", "expected"),
    [
        ("bf16", "float32", "torch.bfloat16"),
        ("fp16", "float32", "torch.float16"),
        ("auto", "bf16", "torch.bfloat16"),
        ("auto", "float32", "torch.float32"),
        ("float32", "bf16", "torch.float32"),
    ],
)
def test_every_pass_is_computed_as_asked(
    precision: str, arranged: Any, expected: str, *, stacked: bool, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    jobs = members(precision, network=here("Telling", told=str(told)), evaluate_test=True)
    results = trained(jobs, Arrangement(2, stacked=stacked, precision=arranged))
    assert all(one.state is TrialState.COMPLETE and one.alone_because is None for one in results.values())
    found = {line for line in told.read_text().splitlines() if expected in line}
    assert found == {f"True {expected}", f"False {expected}"}
    assert (expected == "torch.float32") == ("float16" not in told.read_text())


@pytest.mark.parametrize("precision", HALVES)
def test_members_in_half_precision_are_close_to_float32_alone_and_stacked(precision: str) -> None:
    network = NetworkSettings("convnet", None, {"depth": 1, "width": 6, "norm": "batch", "dropout": 0.2})
    data = classes(shape=(1, 8, 8))
    alone, full, together = (
        trained(members(which, network=network, optimizer=optimizer("adamw", 3e-3)), how, data=data)
        for which, how in ((precision, Arrangement()), ("float32", STACKED), (precision, STACKED))
    )
    for number in (0, 1):
        curves = [[epoch.val_loss for epoch in one[number].epochs] for one in (alone, full, together)]
        assert curves[0] != curves[1]
        for curve in (curves[0], curves[2]):
            assert curve == pytest.approx(curves[1], rel=0.1)
        assert together[number].alone_because is None


@pytest.mark.parametrize("stacked", [False, True])
def test_without_a_measurement_auto_is_float32_bit_for_bit(*, stacked: bool) -> None:
    how = Arrangement(2, stacked=stacked)
    of_auto, of_full = trained(members("auto"), how), trained(members("float32"), how)
    assert [one.epochs for one in of_auto.values()] == [one.epochs for one in of_full.values()]


@pytest.mark.parametrize("precision", HALVES)
@pytest.mark.parametrize("rate", [1e6, float("inf")])
def test_a_member_that_overflows_changes_no_bit_of_another(precision: str, rate: float) -> None:
    sound, other = members(precision)
    strange = replace(other, optimizer=optimizer(learning_rate=rate))
    beside_sound, beside_strange = trained([sound, other]), trained([sound, strange])
    assert (beside_strange[1].state is TrialState.FAILED) >= (rate == float("inf"))
    assert beside_strange[1].epochs != beside_sound[1].epochs
    assert beside_strange[0].epochs == beside_sound[0].epochs


def large_targets() -> Any:
    data = values()
    for split in (data.train, data.validation):
        split.targets.mul_(100.0)
    return data


@pytest.mark.parametrize("arrangement", [Arrangement(), STACKED])
def test_gradients_that_overflow_in_fp16_are_left_out_and_remembered_at_a_rung(
    arrangement: Arrangement, tmp_path: Path
) -> None:
    jobs = members("fp16", optimizer=optimizer("adam", 0.5), budget=Budget(epochs=8))
    whole = trained(jobs, arrangement, data=large_targets())
    first = whole[0].epochs
    assert first[-1].train_loss < 0.7 * first[0].train_loss, "and it learns all the same"
    at_rung = [replace(one, budget=replace(one.budget, until_epoch=1)) for one in jobs]
    folder = {"checkpoints": str(tmp_path), "data": large_targets()}
    trained(at_rung, arrangement, **folder)
    assert len(list(tmp_path.rglob("*.safetensors"))) == 2
    gone_on = trained(jobs, arrangement, **folder)
    assert [one.epochs for one in gone_on.values()] == [one.epochs for one in whole.values()]


def test_the_scale_of_a_loss_follows_what_overflows() -> None:
    scale = LossScale(CPU)
    sound, broken = torch.full((3,), 2 * FIRST_SCALE), torch.tensor([1.0, float("nan")])
    assert not scale.take_back([sound])
    assert sound.tolist() == [2.0, 2.0, 2.0]
    assert scale.take_back([sound, broken])
    assert float(scale.value) == FIRST_SCALE / 2
    for _ in range(2000):
        assert not scale.take_back([sound])
    assert float(scale.value) == FIRST_SCALE
    for _ in range(40):
        scale.take_back([broken])
    assert float(scale.value) == 1.0


def test_bf16_must_be_clearly_faster_and_is_tried_last() -> None:
    usual, last = Arrangement(), Arrangement(2, stacked=True, memory_format="channels_last")
    contiguous = replace(last, memory_format="contiguous")
    timings = [Timing(usual, 100.0), Timing(last, 150.0), Timing(contiguous, 140.0)]
    assert following(timings, None, 2) is None
    tried = [following(timings, None, 2, halves=True)]
    timings.append(Timing(replace(usual, precision="bf16"), 156.0))
    tried.append(following(timings, None, 2, halves=True))
    assert tried == [replace(usual, precision="bf16"), replace(last, precision="bf16")]
    assert chosen(timings) == last
    timings.append(Timing(replace(last, precision="bf16"), 158.0))
    assert following(timings, None, 2, halves=True) is None
    assert chosen(timings) == replace(last, precision="bf16")
    assert chosen([*timings[:-1], Timing(replace(last, precision="bf16"), 0.0)]) == last


def test_a_network_whose_gradient_is_lost_in_bf16_is_refused() -> None:
    arrays = Arrays(classes(), CPU)
    order = DataOrder(1, arrays.task.train_samples, None, 32)
    refuse_other_gradients(job(own("small"), precision="bf16"), arrays, order)
    with pytest.raises(TrialError, match="cosine"):
        refuse_other_gradients(job(here("Cancelling"), precision="bf16"), arrays, order)


def test_what_a_device_cannot_compute_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TrialError, match="mps"):
        Autocast("bf16", torch.device("mps"))
    Autocast("float32", torch.device("mps"))
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (BF16_CAPABILITY[0] - 1, 5))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "T4")
    with pytest.raises(TrialError, match="T4"):
        Autocast("bf16", torch.device("cuda"))


def test_what_a_definition_says_reaches_its_jobs_and_its_identity() -> None:
    document = {"data": {"dataset": "digits"}, "network": "lenet", "optimizer": {"learning_rate": 0.1}}
    usual, written, half = (
        StudyDefinition.model_validate({**document, **more})
        for more in ({}, {"training": {"precision": "float32"}}, {"training": {"precision": "bf16"}})
    )
    assert usual.identity == written.identity != half.identity
    point = {"optimizer.weight_decay": 0.0}
    assert job_for(half, StageName.COARSE, 0, point, Budget(epochs=1)).precision == "bf16"
    with pytest.raises(ValidationError, match="compile"):
        StudyDefinition.model_validate({**document, "training": {"compile": True}})


def test_precision_is_a_part_of_a_structure_and_of_what_is_written_down() -> None:
    assert len({shape(job(precision=one)) for one in ("float32", "bf16", "fp16", "auto")}) == 4
    for how in (Arrangement(8, stacked=True, memory_format="channels_last", precision="bf16"), Arrangement()):
        arranged = Arranged(StageName.COARSE, "0" * 64, how, 16)
        assert arrangement_of({**arrangement_row(arranged)}) == arranged
    assert arrangement_row(Arranged(StageName.COARSE, "", Arrangement(), 1))["memory_format"] == "auto"
