"""Initialisation of finished networks: what each layer sees, and what every scheme promises."""

import math
import subprocess
import sys
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from hpsearch.networks.initialization import HEAD_LOGIT_STD, initialise
from hpsearch.networks.parameters import ACTIVATION_NAMES, NetworkParameters
from hpsearch.networks.signal import arrivals
from hpsearch.networks.table import NETWORKS


@pytest.fixture(autouse=True)
def seeded() -> Any:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        yield


class Branching(nn.Module):
    """A branch, a sum, a concatenation and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.relu = nn.ReLU()
        self.branch = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8))
        self.pool = nn.MaxPool2d(2)
        self.grouped = nn.Conv2d(8, 8, 3, stride=2, groups=4)
        self.merged = nn.Conv2d(16, 8, 1)
        self.drop = nn.Dropout()
        self.flatten = nn.Flatten()
        self.head = nn.Linear(8 * 3 * 3, 5)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.relu(self.stem(images))
        maps = maps + self.branch(maps)
        maps = self.relu(self.grouped(self.pool(self.relu(maps))))
        logits: Tensor = self.head(self.flatten(self.drop(self.merged(torch.cat([maps, maps], 1)))))
        return logits


def test_every_layer_is_told_what_stands_before_it() -> None:
    network = Branching()
    found = {one.layer: one for one in arrivals(network, (3, 15, 15), "relu")}
    assert list(found) == [network.stem, network.branch[0], network.grouped, network.merged, network.head]
    stem, branch, grouped, merged, head = found.values()
    assert stem.before is None
    assert branch.before is not None
    assert (branch.before.activation.at_zero, branch.before.pooling) == (0.0, "none")
    assert grouped.before is not None
    assert grouped.before.pooling == "max"
    assert merged.before is not None  # behind a concatenation the activation is taken to stand
    assert head.before is None  # nothing but dropout and flattening stands between it and the layer before
    assert head.fan_in == 72


def test_padding_does_not_count_as_input() -> None:
    (one,) = arrivals(nn.Conv2d(2, 1, 3, padding=1), (2, 2, 4), "relu")
    # Of 3 taps in each direction 2 meet both rows; 2, 3, 3 and 2 meet the columns.
    assert one.fan_in == pytest.approx(2 * 2 * 2.5)
    (one,) = arrivals(nn.Conv2d(6, 3, 5, stride=2, groups=3), (6, 9, 9), "relu")
    assert one.fan_in == pytest.approx(2 * 25)


def test_looking_changes_nothing() -> None:
    network = Branching()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state = torch.get_rng_state()
    arrivals(network, (3, 15, 15), "relu")
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert network.training
    assert not any(module._forward_hooks for module in network.modules())
    assert not any("forward" in vars(module) for module in network.modules())


def test_looking_needs_no_compiler() -> None:
    program = (
        "import sys; from hpsearch.networks.table import NETWORKS; NETWORKS['lenet']((1, 28, 28), 10); "
        "assert 'torch._dynamo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_auto_takes_the_gain_of_what_stands_before() -> None:
    network = nn.Sequential(
        nn.Conv2d(3, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.SELU(), nn.Conv2d(64, 8, 3), nn.Flatten(),
        nn.Linear(8 * 36, 5),
    )  # fmt: skip
    initialise(network, (3, 12, 12), NetworkParameters())
    stds = [float(layer.weight.detach().std()) for layer in network if isinstance(layer, nn.Conv2d | nn.Linear)]
    expected = [(1 / 27) ** 0.5, (2 / 576) ** 0.5, (1 / 576) ** 0.5, HEAD_LOGIT_STD / (8 * 36) ** 0.5]
    assert stds == pytest.approx(expected, rel=0.06)
    assert all(
        not layer.bias.any() for layer in network if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None
    )


@pytest.mark.parametrize(("fan", "inputs"), [("fan_in", 9 * 32), ("fan_out", 9 * 64), ("fan_avg", 9 * 48)])
def test_variance_scaling_divides_by_the_fan_that_is_asked_for(fan: str, inputs: int) -> None:
    network = nn.Sequential(nn.Conv2d(3, 32, 1), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.Flatten(), nn.Linear(64 * 16, 2))
    settings = NetworkParameters.model_validate({"init": "variance_scaling", "fan": fan})
    initialise(network, (3, 6, 6), settings)
    weight = network[2].weight.detach()
    assert isinstance(weight, Tensor)
    std = math.sqrt(2 / inputs)
    assert float(weight.std()) == pytest.approx(std, rel=0.03)
    assert float(weight.abs().max()) < 2.28 * std  # cut at two standard deviations of the uncut normal
    assert float(weight.abs().max()) > 2.2 * std


@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
@pytest.mark.parametrize("name", ["convnet", "vgg11"])
def test_lsuv_gives_every_layer_unit_variance(name: str, activation: str) -> None:
    size = {"width": 8} if name == "convnet" else {"width": 0.25, "hidden": 64}
    network = NETWORKS[name]((3, 16, 16), 7, norm="none", activation=activation, init="lsuv", **size)
    stds: list[float] = []
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(lambda _, __, made: stds.append(float(made.std())))
    with torch.no_grad():
        network.eval()(torch.randn(64, 3, 16, 16))
    *hidden, head = stds
    assert all(0.7 < std < 1.4 for std in hidden), hidden  # it was measured on other noise
    assert head < 0.5


def test_lsuv_begins_orthonormal_and_keeps_the_generator_to_its_draws() -> None:
    with torch.random.fork_rng(devices=[]):
        network = NETWORKS["lenet"]((1, 32, 32), 10, init="lsuv")
    weight = network.get_submodule("classifier.linear1").weight
    assert isinstance(weight, Tensor)
    product = weight.detach() @ weight.detach().T
    assert torch.allclose(product, product[0, 0] * torch.eye(len(weight)), atol=1e-4)
    assert network.training


def test_residual_branches_can_begin_with_zero() -> None:
    network = Branching()
    initialise(network, (3, 15, 15), NetworkParameters(), branches=[network.branch])
    assert not network.get_parameter("branch.1.weight").any()
    assert network.get_parameter("branch.0.weight").any()
    plain = nn.Sequential(nn.Conv2d(3, 8, 1), nn.ReLU(), nn.Conv2d(8, 3, 1), nn.ReLU())
    holder = nn.Sequential(plain, nn.Flatten(), nn.Linear(12, 2))
    initialise(holder, (3, 2, 2), NetworkParameters(init="lsuv"), branches=[plain])
    assert not plain[2].weight.any()


def test_all_heads_are_drawn_small() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(300, 300), nn.ReLU(), nn.Linear(300, 300))
    first, second = network[1], network[3]
    assert isinstance(first, nn.Linear)
    assert isinstance(second, nn.Linear)
    initialise(network, (3, 10, 10), NetworkParameters(), heads=[first, second])
    for layer, gain in ((first, 1.0), (second, math.sqrt(2))):
        assert float(layer.weight.detach().std()) == pytest.approx(HEAD_LOGIT_STD * gain / math.sqrt(300), rel=0.02)


def test_norms_begin_as_the_identity() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.GroupNorm(2, 4), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 2))
    for parameter in network.parameters():
        nn.init.constant_(parameter, 5.0)
    initialise(network, (3, 2, 2), NetworkParameters())
    for norm in (network[1], network[2]):
        assert torch.equal(norm.get_parameter("weight"), torch.ones(4))
        assert torch.equal(norm.get_parameter("bias"), torch.zeros(4))
