"""Sound networks start undecided, pass the signal on at any depth, and learn; measured on real digits."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from hpsearch.data.loading import load_dataset
from hpsearch.job import DataSettings, NetworkSettings
from hpsearch.networks.build import build_network
from hpsearch.networks.parameters import ACTIVATION_NAMES

EVERY_NETWORK = pytest.mark.parametrize("activation", ACTIVATION_NAMES)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def digits() -> tuple[Tensor, Tensor]:
    train = load_dataset(DataSettings("digits", None, None, {}, 0.2, 0.2, True, "auto", split_seed=1)).train
    return train.images, train.targets


def network(seed: int = 0, input_shape: tuple[int, int, int] = (1, 8, 8), **parameters: Any) -> nn.Module:
    return build_network(NetworkSettings("convnet", None, parameters), input_shape, 10, seed)


def scales(built: nn.Module, images: Tensor) -> list[float]:
    """Root mean square of what goes into each activation."""
    found: list[float] = []
    for module in built.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda _, __, made: found.append(float(made.square().mean().sqrt())))
    with torch.no_grad():
        built.eval()(images)
    return found


@EVERY_NETWORK
@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_the_initial_loss_is_that_of_guessing(
    activation: str, norm: str, depth: int, digits: tuple[Tensor, Tensor]
) -> None:
    images, targets = digits[0][:256], digits[1][:256]
    losses = []
    for seed in range(4):
        built = network(seed, activation=activation, norm=norm, depth=depth).train()
        with torch.no_grad():
            losses.append(float(cross_entropy(built(images), targets)))
    assert losses == pytest.approx([math.log(10)] * 4, rel=0.05)
    assert sum(losses) / 4 == pytest.approx(math.log(10), rel=0.02)


@EVERY_NETWORK
@pytest.mark.parametrize("pooling", ["max", "average", "stride", "none"])
@pytest.mark.parametrize("smooth", [False, True])
def test_the_signal_keeps_its_scale_through_eight_layers(
    activation: str, pooling: str, smooth: bool, digits: tuple[Tensor, Tensor]
) -> None:
    images = digits[0][:32]
    if smooth:  # neighbouring pixels nearly equal, as in photographs
        images = nn.functional.interpolate(images, size=32, mode="bilinear")
    shape = (1, images.shape[2], images.shape[3])
    built = network(
        input_shape=shape, activation=activation, norm="none", depth=8, pooling=pooling, width=32, width_growth=1.0
    )
    found = scales(built, images)
    assert len(found) == 8
    assert all(1 / 6 < scale < 6 for scale in found), found


def test_a_sigmoid_needs_the_centring_to_stay_out_of_saturation(digits: tuple[Tensor, Tensor]) -> None:
    centred = network(activation="sigmoid", norm="none", depth=8)
    plain = network(activation="sigmoid", norm="none", depth=8, init="xavier")

    def differences(built: nn.Module) -> float:
        """How far apart the last maps of different digits are."""
        body = nn.Sequential(*list(built.children())[:-3]).eval()
        with torch.no_grad():
            return float(body(digits[0][:64]).std(dim=0).mean())

    assert differences(centred) > 0.05, differences(centred)
    assert differences(plain) < 0.005, differences(plain)


@EVERY_NETWORK
@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("depth", [pytest.param(1, marks=pytest.mark.slow), 8])
def test_a_sound_network_learns_a_sample_by_heart(
    activation: str, norm: str, depth: int, digits: tuple[Tensor, Tensor]
) -> None:
    images, targets = digits[0][:32], digits[1][:32]
    assert any(learns(activation, norm, depth, rate, images, targets) for rate in (0.01, 0.1))


def learns(activation: str, norm: str, depth: int, rate: float, images: Tensor, targets: Tensor) -> bool:
    built = network(activation=activation, norm=norm, depth=depth, width=8).train()
    optimizer = torch.optim.SGD(built.parameters(), lr=rate, momentum=0.9)
    for _ in range(300):
        logits = built(images)
        if bool((logits.argmax(1) == targets).all()):
            return True
        optimizer.zero_grad()
        cross_entropy(logits, targets).backward()
        optimizer.step()
    return False


@pytest.mark.parametrize(
    ("scheme", "std"), [("xavier", math.sqrt(2 / (9 * 16 + 9 * 32))), ("kaiming", math.sqrt(2 / (9 * 16)))]
)
def test_the_published_schemes_have_their_published_variance(scheme: str, std: float) -> None:
    built = network(init=scheme, width=16)
    second = built.get_parameter("conv2.weight").detach()
    assert float(second.std()) == pytest.approx(std, rel=0.03)
    assert float(second.abs().max()) < std * (math.sqrt(3) + 1e-6 if scheme == "xavier" else 6)
    assert float(built.get_parameter("linear.bias").detach().abs().max()) == 0.0
