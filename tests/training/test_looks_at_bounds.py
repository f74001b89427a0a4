"""Between what bounds the outputs of a network stay whatever its weights are, and what a rule says of it."""

from collections.abc import Callable
from dataclasses import astuple, replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from hpsearch.diagnosis.inside.bounds import held_within_bounds
from hpsearch.diagnosis.inside.seen import Inside
from hpsearch.job import Budget, NetworkSettings
from hpsearch.look import Look, OutputBounds, look_document, look_of
from hpsearch.task import Task
from hpsearch.training.looks import bounds_of
from hpsearch.training.looks.bounds import asks_for_bounds
from hpsearch.training.member import train_member
from hpsearch.training.samples.arrays import Shelf
from hpsearch.training.size import Arithmetic
from hpsearch.training.together import train_together
from hpsearch.trial import FinishedTrial
from tests.diagnosis.curve_cases import SOUND, TASK
from tests.training.test_tried import CLASSES, PLAIN, body, images, same
from tests.training.training_cases import classes, job, optimizer, train

VALUES = Task("l2", (3, 4, 4), 1, 64, 16, 0, (), 1.0)


def within(behind: Callable[[Tensor], Tensor], task: Task = CLASSES) -> OutputBounds | None:
    """Between what the outputs stay; the network is afterwards what it was."""
    network = body(task.outputs, behind=behind)
    before = [one.clone() for one in network.state_dict().values()]
    targets = torch.arange(32) % 4 if task.is_classification else torch.linspace(-2, 2, 32).unsqueeze(1)
    found = bounds_of(network, images(), targets, task, PLAIN)
    assert all(map(torch.equal, before, network.state_dict().values()))
    return found


def cosines(values: Tensor) -> Tensor:
    """Of length one each."""
    return functional.normalize(values)


@pytest.mark.parametrize(
    "behind", [same, lambda values: values.log_softmax(1), lambda values: -values.square(), functional.relu]
)
def test_outputs_that_grow_with_the_weights_have_no_bounds(behind: Callable[[Tensor], Tensor]) -> None:
    assert within(behind) is None


@pytest.mark.parametrize(
    "behind",
    [torch.tanh, torch.sigmoid, cosines, lambda one: functional.layer_norm(one, (4,)), lambda one: one.clamp(0, 1)],
)
def test_outputs_that_do_not_have_bounds(behind: Callable[[Tensor], Tensor]) -> None:
    found = within(behind)
    assert found is not None
    assert found.apart is not None
    assert found.apart < 4
    assert held(found, 0.9)


class Kinds(nn.Module):
    """A linear layer on pixels, with something behind that may use its parameters."""

    def __init__(self, outputs: int, behind: Callable[["Kinds", Tensor], Tensor]) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.head, self.scale = nn.Linear(48, outputs), nn.Parameter(torch.tensor(2.0))
        self.complex = nn.Parameter(torch.randn(48, outputs, dtype=torch.cfloat))
        self.behind = behind

    def forward(self, images: Tensor) -> Tensor:
        return self.behind(self, images.flatten(1))


def converged(network: Kinds, values: Tensor) -> Tensor:
    """Halves until it is small."""
    values = torch.tanh(network.head(values))
    while (values.abs() > 0.1).any():
        values = values / 2
    return values


def of_kind(behind: Callable[[Kinds, Tensor], Tensor], task: Task = CLASSES) -> OutputBounds | None:
    """Of one with that behind its head."""
    network = Kinds(task.outputs, behind).eval()
    targets = torch.arange(32) % 4 if task.is_classification else torch.linspace(-2, 2, 32).unsqueeze(1)
    return bounds_of(network, images(), targets, task, PLAIN)


@pytest.mark.parametrize("task", [CLASSES, VALUES])
@pytest.mark.parametrize(
    "behind",
    [
        lambda network, values: (
            network.scale * functional.layer_norm(network.head(values), (network.head.out_features,))
        ),
        lambda network, values: network.head(functional.layer_norm(values, (48,))) / network.scale,
        lambda network, values: (
            network.head(functional.layer_norm(values * network.scale.abs(), (48,), eps=0.01)) / network.scale
        ),
        lambda network, values: (values.to(torch.cfloat) @ network.complex).real,
        lambda network, values: (values.to(torch.cfloat) @ network.complex).real + torch.tanh(network.head(values)),
        lambda network, values: network.head(values).detach() * 0 + values[:, : network.head.out_features].clamp(-1, 1),
    ],
    ids=["scale", "temperature", "temperature behind a norm", "complex", "complex beside others", "no weights"],
)
def test_what_grows_with_some_weights_has_no_bounds(behind: Callable[[Kinds, Tensor], Tensor], task: Task) -> None:
    assert of_kind(behind, task) is None


def test_a_network_whose_loops_depend_on_its_weights_is_not_tried() -> None:
    assert of_kind(lambda network, values: torch.tanh(network.head(values)) / 16) is not None
    assert of_kind(converged) is None


def test_a_network_that_never_ends_with_other_weights_is_tried_no_further() -> None:
    calls = []

    def endless(network: Kinds, values: Tensor) -> Tensor:
        grown = network.head(values)
        while len(torch.where(grown.abs() > 50)[0]):
            calls.append(grown)
            grown = grown * 2
            assert len(calls) < 100, "it would never end"
        return torch.tanh(grown)

    assert of_kind(endless) is None
    assert len(calls) < 3


def test_what_a_copy_does_not_hold_is_not_tried() -> None:
    """Weights that a function encloses are those of the network itself."""
    network = body()
    network.behind = lambda values: network.scale * cosines(values)
    assert bounds_of(network, images(), torch.arange(32) % 4, CLASSES, PLAIN) is None


def test_bounds_of_a_regression() -> None:
    both, below = within(torch.sigmoid, VALUES), within(functional.relu, VALUES)
    assert both is not None
    assert both.lowest == pytest.approx(0, abs=0.05)
    assert both.highest == pytest.approx(1, abs=0.05)
    assert below is not None
    assert (below.lowest, below.highest) == (0, None)
    assert 0.3 < (below.loss or 0) < (both.loss or 0) < 1.4
    assert within(same, VALUES) is None


def test_outputs_that_come_closer_have_been_shut() -> None:
    assert (
        of_kind(lambda network, values: functional.normalize(values[:, :4]) * torch.exp(-network.scale.abs())) is None
    )


def test_nobody_asks_for_bounds_of_what_is_learned() -> None:
    guess = CLASSES.initial_loss
    assert [asks_for_bounds(CLASSES, share * guess, None) for share in (0.01, 0.1)] == [False, True]
    assert not asks_for_bounds(CLASSES, 0.5 * guess, 0.01 * guess), "one of its modes has learned it"


def test_members_have_the_bounds_that_they_have_alone() -> None:
    arrays, arithmetic = Shelf(classes(), "cpu").arrays(channels_last=False), Arithmetic()
    network = NetworkSettings(None, "tests.training.looked_networks:Body", {"fault": "softmax"})
    jobs = [replace(job(network, Budget(epochs=22)), number=number, weights_seed=number) for number in range(2)]
    for one in train_together(jobs, arrays, arrays, arithmetic):
        found, alone = one.looks[-1].bounds, train_member(jobs[one.number], arrays, arithmetic).looks[-1].bounds
        assert found is not None
        assert alone is not None
        assert astuple(found)[1:] == pytest.approx(astuple(alone)[1:], abs=0.01)


def test_ends_of_a_regression_that_were_only_seen_must_hold_its_loss_up() -> None:
    exact = OutputBounds(lowest=-1.0, highest=2.0, loss=0.2)
    seen = replace(exact, apart=3.0)
    assert [held(exact, 1.0, VALUES), held(seen, 1.0, VALUES), held(seen, 0.3, VALUES)] == [True, False, True]


def held(bounds: OutputBounds, loss: float, task: Task = TASK) -> bool:
    """Whether a rule says of a training that ended with such a loss that they hold it up."""
    look = Look(200, (), evaluated_loss=loss, trained_loss=loss, bounds=bounds)
    assert look_of(look_document(look)) == look
    trial = FinishedTrial(SOUND.trial.job, replace(SOUND.trial.result, looks=(look,)))
    return held_within_bounds(Inside(trial, task)) is not None


def test_normalised_outputs_with_a_scale_are_sound() -> None:
    assert held(OutputBounds(2.0, 1.4), 1.0)
    assert not held(OutputBounds(16.0, 11.0), 1.0)
    assert held(OutputBounds(2.0), 1.0)
    assert not held(OutputBounds(3.0), 1.0), "other weights may let them be further apart, and this loss has time"
    assert not held(OutputBounds(2.0, 1.4), 0.01), "it came further than that"


class Ending(nn.Module):
    """Ends with a linear layer, unless something is done to what it gives or to its weights."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.head, self.fault = nn.Linear(48, 4), fault
        if fault == "hook":
            self.head.register_forward_hook(lambda _module, _given, made: torch.tanh(made))

    def forward(self, images: Tensor) -> Tensor:
        if self.fault == "clipped":
            self.head.weight.data.clamp_(-0.01, 0.01)
        logits: Tensor = self.head(images.flatten(1))
        if self.fault == "in place":
            return logits.tanh_()
        return logits.sigmoid() * 1 if self.fault == "behind" else logits


def build(input_shape: tuple[int, int, int], outputs: int, fault: str) -> nn.Module:
    """One of them for images of 3·4·4."""
    del input_shape, outputs
    return Ending(fault)


@pytest.mark.parametrize("fault", ["", "hook", "clipped", "in place", "behind"])
def test_what_a_linear_layer_gives_last_needs_not_be_tried(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr("hpsearch.training.looks.bounds.bounds_of", lambda *_: tried.append(1))
    network = NetworkSettings(None, "tests.training.test_looks_at_bounds:build", {"fault": fault})
    looks = train(job(network, Budget(epochs=22), optimizer=optimizer(learning_rate=1e-4)), classes(4, (3, 4, 4))).looks
    assert asks_for_bounds(CLASSES, looks[-1].evaluated_loss, looks[-1].trained_loss)
    assert bool(tried) is bool(fault)
