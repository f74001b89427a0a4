"""What is tried of a network beside its evaluation: noise, channels, and its modes."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Severity
from hpsearch.job import Budget, NetworkSettings
from hpsearch.look import Look
from hpsearch.task import Task
from hpsearch.training.looks import Eye, Minimised, Tried, tried
from hpsearch.training.looks.evaluated import passes_of, trained_loss
from hpsearch.training.precision import Autocast
from hpsearch.trial import FinishedTrial, TrialState
from tests.diagnosis.curve_cases import SOUND, STUDY, TASK
from tests.training.training_cases import classes, job, train

CLASSES = Task("cross_entropy", (3, 4, 4), 4, 64, 16, 0, (4, 4, 4, 4))
PLAIN = cast("Autocast", nullcontext)


class Body(nn.Module):
    """A convolution with a norm, a gate as large networks have them, and a linear layer between two changes."""

    def __init__(self, outputs: int, before: Callable[[Tensor], Tensor], behind: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)
        self.gate = nn.Linear(8, 8)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(8, outputs)
        self.scale = nn.Parameter(torch.tensor(10.0))
        self.before, self.behind = before, behind

    def forward(self, images: Tensor) -> Tensor:
        features = functional.relu(self.norm(self.conv(self.before(images)))).mean((2, 3))
        features = self.dropout(features * torch.sigmoid(self.gate(features)))
        return self.behind(self.head(features))


def same(values: Tensor) -> Tensor:
    """As it is."""
    return values


def body(
    outputs: int = 4, before: Callable[[Tensor], Tensor] = same, behind: Callable[[Tensor], Tensor] = same
) -> Body:
    """Always the same one, in evaluation mode, after a batch in training mode."""
    torch.manual_seed(0)
    network = Body(outputs, before, behind)
    network(torch.randn(64, 3, 4, 4))
    return network.eval()


def images() -> Tensor:
    """Always the same ones, whose first two channels say the same."""
    made = torch.randn(32, 3, 4, 4, generator=torch.Generator().manual_seed(1))
    made[:, 1] = 2 * made[:, 0] + 1
    return made


def seen(network: nn.Module) -> Tried:
    """What is tried."""
    return tried(network, images(), CLASSES, PLAIN)


@pytest.mark.parametrize("drop", [functional.dropout, lambda values: values + 0.3 * torch.randn_like(values)])
def test_noise_that_knows_no_mode_is_noise_and_no_influence(drop: Callable[[Tensor], Tensor]) -> None:
    found = seen(body(before=drop))
    assert (found.influence, (found.noise or 0.0) > 0.01) == (0.0, True)
    assert (seen(body()).noise or 0.0) < 1e-5


def test_noise_that_no_seed_reaches_is_no_influence_either() -> None:
    own = torch.Generator()
    found = seen(body(before=lambda values: values + torch.randn(values.shape, generator=own)))
    assert (found.influence, (found.noise or 0.0) > 0.01) == (0.0, True)


def test_samples_that_are_mixed_are_influence_and_no_noise() -> None:
    found = seen(body(before=lambda values: values.flatten(1).t().reshape(values.shape)))
    assert ((found.influence or 0.0) > 0.01, found.noise) == (True, 0.0)


def test_channels_that_nothing_depends_on() -> None:
    """The first two say the same: it is no matter which of them is taken."""
    assert seen(body()).unseen == ()
    assert seen(body(before=lambda values: values[:, :1].expand_as(values))).unseen == (2,)
    assert seen(body(before=lambda values: values[:, 2:].expand_as(values))).unseen == (0, 1)
    assert seen(body(before=lambda values: values[:, [1, 2, 2]])).unseen == ()
    assert seen(body(before=torch.zeros_like)).unseen == (), "nothing arrives at all"


def test_where_outputs_hardly_differ_no_channel_is_missed() -> None:
    """What a channel moves may be below the last digit there, in half precision much sooner."""

    def half(values: Tensor) -> Tensor:
        return values.bfloat16().float()

    def one(values: Tensor) -> Tensor:
        return values[:, :1].expand_as(values)

    assert seen(body(before=one, behind=lambda values: values + 300 * values.std())).unseen == ()
    assert seen(body(before=one, behind=lambda values: values + values.abs().max())).unseen == (2,)
    assert seen(body(before=one, behind=lambda values: half(values + 4 * values.abs().max()))).unseen == ()


def test_what_the_last_digits_are_apart_is_no_noise() -> None:
    def shaken(share: float, values: Tensor) -> Tensor:
        return values + share * values.abs().max() * torch.rand_like(values)

    assert seen(body(behind=partial(shaken, 2e-7))).noise == 0.0
    assert (seen(body(behind=partial(shaken, 1e-3))).noise or 0.0) > 1e-4


def test_channels_and_noise_are_told() -> None:
    """By their rules, each in the first look."""
    told = {}
    cases: dict[str, Callable[[Tensor], Tensor]] = {
        "HC335": lambda values: values[:, :1].expand_as(values),
        "HC342": functional.dropout,
        "": same,
    }
    for name, before in cases.items():
        found = seen(body(before=before))
        look = Look(0, (), noise=found.noise, unseen=found.unseen)
        colours = replace(TASK, input_shape=(3, 8, 8))
        trial = FinishedTrial(SOUND.trial.job, replace(SOUND.trial.result, looks=(look,)))
        told[name] = {finding.code for finding in diagnose(trial, STUDY, colours)}
    assert told == {"HC335": {"HC335"}, "HC342": {"HC342"}, "": set()}


def eye(network: nn.Module) -> Eye:
    """One that looks at the first iteration."""
    targets = torch.arange(32) % 4
    return Eye(network, [0], Minimised("cross_entropy", lambda: [0.0], lambda: [1.0], lambda: targets))


def test_what_train_does_not_bring_back_is_known_after_an_evaluation() -> None:
    network = body()
    assert eye(network).stays() == ()
    assert not network.training, "it was only tried"
    network.train = lambda *_: network  # type: ignore[method-assign]
    assert eye(network).stays() == ("norm", "dropout")


class Merging(nn.Linear):
    """A low-rank update that is merged into the weights for evaluation."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self.down, self.up = nn.Parameter(torch.randn(2, inputs)), nn.Parameter(torch.randn(outputs, 2))
        self.merged = False

    def train(self, mode: bool = True) -> "Merging":
        if self.merged is mode:
            update = self.up.data @ self.down.data
            self.weight.data = self.weight.data - update if mode else self.weight.data + update
            self.merged = not mode
        return super().train(mode)


def test_weights_that_a_mode_changes_are_those_of_a_training_without_looks() -> None:
    """Bit for bit, after each of the trials and when the training goes on."""

    def weights(look: Callable[[nn.Module], object]) -> list[Tensor]:
        torch.manual_seed(0)
        network = nn.Sequential(nn.Flatten(), Merging(48, 8), nn.BatchNorm1d(8), Merging(8, 4)).eval()
        memory = [one.data_ptr() for one in network.parameters()]
        look(network)
        assert [one.data_ptr() for one in network.parameters()] == memory
        return [one.clone() for one in (*network.state_dict().values(), *network.train().state_dict().values())]

    def lost(network: nn.Module) -> None:
        with passes_of(network, CLASSES, PLAIN, torch.device("cpu")) as run:
            assert trained_loss(run, images(), torch.arange(32) % 4, CLASSES, 8) is not None

    expected = weights(lambda network: network)
    for look in (lambda network: eye(network).stays(), lost, seen):
        assert all(map(torch.equal, weights(look), expected))


class Lazy(nn.Module):
    """A norm that has no statistics before the first batch, and no parameters."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(input_shape[0], 8, 3, padding=1), nn.LazyBatchNorm2d(affine=False)
        self.head = nn.Linear(8, outputs)

    def forward(self, images: Tensor) -> Tensor:
        return cast("Tensor", self.head(self.norm(self.conv(images)).mean((2, 3))))


class Hidden(Lazy):
    """One that nothing can be listed of once it is made."""

    def named_modules(self, *args: Any, **settings: Any) -> Any:
        if self.training and sys._getframe(1).f_globals["__name__"].startswith("hpsearch.training.looks"):
            raise RuntimeError("it is not to be looked at")
        return super().named_modules(*args, **settings)


@pytest.mark.parametrize("kind", ["Lazy", "Hidden"])
def test_a_network_that_cannot_be_looked_at_is_trained(kind: str) -> None:
    wanted = job(NetworkSettings(None, f"tests.training.test_tried:{kind}", {}), Budget(epochs=2))
    result = train(wanted, classes())
    assert result.state is TrialState.COMPLETE, result.reason
    assert bool(result.looks) is (kind == "Lazy")


def test_norms_that_another_training_left_in_evaluation_mode_are_meant_so() -> None:
    """With all dropouts beside them, and not with norms that are new."""
    network = body()
    network.train = lambda *_: network  # type: ignore[method-assign]
    cast("Tensor", network.norm.num_batches_tracked).fill_(5000)
    assert eye(network).stays() == ()
    network.add_module("other", nn.BatchNorm2d(8).eval())
    assert eye(network).stays() == ("other",)


def test_a_user_s_own_layer_that_asks_for_the_mode_has_one() -> None:
    class Paths(nn.Module):
        def forward(self, values: Tensor) -> Tensor:
            return values * 2 if self.training else values

    network: Any = nn.Sequential(Paths(), nn.ReLU())
    network.eval()
    network.train = lambda *_: network
    assert eye(network).stays() == ("0",)


def test_modes_that_are_seen_late_are_told_with_their_iteration() -> None:
    looks = (Look(0, ()), Look(200, (), evaluating=("norm",)))
    trial = FinishedTrial(SOUND.trial.job, replace(SOUND.trial.result, looks=looks))
    (finding,) = diagnose(trial, STUDY, TASK)
    assert (finding.code, finding.severity) == ("HC343", Severity.WARNING)
    assert finding.message.endswith("seen from iteration 201 on")
