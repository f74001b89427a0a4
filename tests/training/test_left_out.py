"""Updates that fp16 leaves out: what looks tell of them, and when there are too many."""

from typing import Any

import pytest
import torch

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.job import Budget, Job
from hpsearch.look import Look
from hpsearch.training.cohort import train_cohort
from hpsearch.training.curves import Curves
from hpsearch.training.looks import ended, eye, tried, watch, weights
from hpsearch.training.member import Training
from hpsearch.training.precision import HOPELESS, TYPES, Autocast, LossScale
from hpsearch.training.samples.arrays import Shelf
from hpsearch.training.stacked_members import StackedMembers
from hpsearch.trial import Failure, TrialState
from tests.training.training_cases import classes, job, own, values

CPU = torch.device("cpu")
STACKED = Arrangement(2, stacked=True)
TOO_LARGE = 2.0**100
"""A scale with which every gradient overflows in fp16."""
SCALE = -3
"""Its place in the memory of an optimiser."""


def members(**changes: Any) -> list[Job]:
    wanted: dict[str, Any] = {"precision": "fp16", "budget": Budget(epochs=40), **changes}
    return [job(own("small"), number=number, weights_seed=number, order_seed=9, **wanted) for number in range(2)]


def graded(look: Look) -> list[float]:
    return [layer.gradient_norm for layer in look.layers if layer.gradient_norm is not None]


def test_a_look_at_an_update_that_is_left_out_tells_no_gradients() -> None:
    arrays = Shelf(classes(), "cpu").arrays(channels_last=False)
    training = Training(members()[0], arrays, Curves(members()[0], arrays.task))
    together = StackedMembers(members(), arrays, arrays)
    for memory in (training.optimizer.memory, together.optimizer.memory(1)):
        memory[SCALE].fill_(TOO_LARGE)
    training.open_eye()
    together.open_eye()
    training.iteration(torch.arange(8), 0, 240)
    together.iteration(torch.arange(8).expand(2, 8))
    sound, *others = (one.looks[0] for one in (*(seat.curves for seat in together.seats), training.curves))
    assert len(graded(sound)) == len([layer for layer in sound.layers if layer.update_norm])
    assert graded(sound)
    for look in others:
        assert [layer.weight_norm for layer in look.layers if layer.weight_norm]
        assert graded(look) == []
        assert {layer.update_norm for layer in look.layers} == {None}
        assert look.still == ()


@pytest.mark.parametrize("how", [Arrangement(), STACKED])
def test_gradients_in_looks_are_those_without_the_scale(how: Arrangement) -> None:
    half, full = (
        {one.number: one for one in train_cohort(Cohort(tuple(members(precision=which)), how), classes())}
        for which in ("fp16", "float32")
    )
    for number in (0, 1):
        assert graded(half[number].looks[0]) == pytest.approx(graded(full[number].looks[0]), rel=0.03)


@pytest.mark.parametrize("how", [Arrangement(), STACKED])
def test_a_training_whose_gradients_are_never_finite_ends(how: Arrangement) -> None:
    """Gradients of a loss so large overflow at every scale, and the loss stays finite."""
    data = values()
    for split in (data.train, data.validation):
        split.targets.mul_(1e9)
    results = train_cohort(Cohort(tuple(members()), how), data)
    for one in results:
        assert (one.state, one.failure) == (TrialState.FAILED, Failure.DIVERGED)
        assert "not finite in 16 iterations in a row in fp16" in (one.reason or "")
        assert len(one.step_losses) == 12 + HOPELESS, "from the first scale it is halved twelve times"
        assert one.alone_because is None


@pytest.mark.parametrize("how", [Arrangement(), STACKED])
@pytest.mark.parametrize(
    "broken", ["Weighed.after", "Watch.__enter__", "Watch.__exit__", "eye.in_mode", "Eye.named", "Eye.gradients"]
)
def test_a_look_that_fails_ends_no_trial(how: Arrangement, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> object:
        raise RuntimeError("a fault in looking")

    jobs = tuple(members(precision="float32", evaluate_test=True))
    whole = train_cohort(Cohort(jobs, how), classes())
    module = {"Weighed": weights, "Watch": watch, "eye": eye, "Eye": eye}[broken.partition(".")[0]]
    where = module if broken.startswith("eye.") else getattr(module, broken.partition(".")[0])
    name = broken.partition(".")[2]
    if name == "__exit__":
        real = where.__exit__
        monkeypatch.setattr(where, name, lambda *given: (real(*given), fail()))
    else:
        monkeypatch.setattr(where, name, fail)
    for one, expected in zip(train_cohort(Cohort(jobs, how), classes()), whole, strict=True):
        assert one.state is TrialState.COMPLETE
        assert one.epochs == expected.epochs
        assert one.alone_because is None


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_what_is_tried_in_evaluation_is_computed_as_it_is_evaluated(precision: str) -> None:
    image = classes().train.images[:24]
    seen: list[torch.dtype] = []

    class Telling(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.last = torch.nn.Linear(25, 3)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            made: torch.Tensor = self.last(images.flatten(1))
            seen.append(made.dtype)
            return made

    data, network, autocast = classes(), Telling().eval(), Autocast(precision, CPU)
    assert tried(network, image, data.task, autocast).influence is not None
    assert ended(network, image, data.train.targets[:24], data.task, autocast, 8).evaluated is not None
    assert set(seen) == {TYPES[precision]}


def test_a_sound_gradient_begins_the_count_again() -> None:
    scale, sound, broken = LossScale(CPU), torch.ones(1), torch.tensor([float("inf")])
    scale.value.fill_(1.0)
    for _ in range(HOPELESS - 1):
        scale.take_back([broken])
    scale.take_back([sound])
    for _ in range(HOPELESS - 1):
        scale.take_back([broken])
    assert not scale.hopeless
    scale.take_back([broken])
    assert scale.hopeless
