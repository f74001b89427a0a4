"""Networks of a user's own that do what few do: advice is given or not, and nothing breaks."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from hpsearch.advice.advise import advise_network
from hpsearch.advice.facts import Purpose

PURPOSE = Purpose((3, 16, 16), 10)


class Odd(nn.Module):
    """A forward of the test's own over some layers."""

    def __init__(self, forward: Callable[..., Any], **layers: nn.Module) -> None:
        super().__init__()
        for name, layer in layers.items():
            setattr(self, name, layer)
        self._forward = forward
        self.passes = 0

    def forward(self, images: Tensor) -> Any:
        return self._forward(self, images)


def linear() -> nn.Linear:
    return nn.Linear(768, 10)


def patches() -> nn.Conv2d:
    return nn.Conv2d(3, 16, 4, stride=4)


def attended(network: Any, images: Tensor) -> Tensor:
    tokens = network.patches(images).flatten(2).transpose(1, 2)
    return network.head(network.encoder(tokens).mean(1))  # type: ignore[no-any-return]


def attention(*, batch_first: bool) -> nn.Module:
    encoder = nn.TransformerEncoderLayer(16, 2, 32, batch_first=batch_first)
    return Odd(attended, patches=patches(), encoder=encoder, head=nn.Linear(16, 10))


def counting(network: Any, images: Tensor) -> Tensor:
    network.passes += 1
    return network.linear(images.flatten(1)) + network.passes  # type: ignore[no-any-return]


def training_only(network: Any, images: Tensor) -> Tensor:
    if network.training:
        raise KeyError("no labels")
    return network.linear(images.flatten(1))  # type: ignore[no-any-return]


def doubled(network: Any, images: Tensor) -> Tensor:
    for _ in range(60):  # 2⁶⁰ ways from the images to the output
        images = images + images
    return network.linear(images.flatten(1) * 2.0**-60)  # type: ignore[no-any-return]


def scripted() -> nn.Module:
    body = torch.jit.script(nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU()))
    return nn.Sequential(body, nn.Flatten(), nn.Linear(4096, 10))


def normed() -> nn.Module:
    convolution = torch.nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 16, 16))
    return nn.Sequential(convolution, nn.Flatten(), nn.Linear(16, 10))


ODD: dict[str, tuple[Callable[[], nn.Module], list[str]]] = {
    "a pair as output": (lambda: Odd(lambda own, images: (own.linear(images.flatten(1)), 1), linear=linear()), []),
    "a number as output": (lambda: Odd(lambda _, images: images.sum()), []),
    "a constant": (lambda: Odd(lambda _, images: torch.zeros(len(images), 10)), []),
    "no parameters": (lambda: Odd(lambda _, images: images.flatten(1)[:, :10]), []),
    "no gradient": (lambda: Odd(lambda own, images: own.linear(images.detach().flatten(1)), linear=linear()), []),
    "not a number": (lambda: Odd(lambda own, images: own.linear(images.flatten(1)) / 0, linear=linear()), []),
    "an infinite slope": (
        lambda: Odd(lambda own, images: own.linear(images.relu().sqrt().flatten(1)), linear=linear()),
        [],
    ),
    "attention within samples": (lambda: attention(batch_first=True), []),
    "attention across samples": (lambda: attention(batch_first=False), ["HP403"]),
    "many ways": (lambda: Odd(doubled, linear=linear()), []),
    "a state": (lambda: Odd(counting, linear=linear()), ["HP404"]),
    "failing in training": (lambda: Odd(training_only, linear=linear()), ["HP401"]),
    "endless": (lambda: Odd(lambda own, images: own(images)), ["HP401"]),
    "sample by sample": (
        lambda: Odd(lambda own, images: torch.stack([own.linear(one.flatten()) for one in images]), linear=linear()),
        [],
    ),
    "real numbers of double precision": (
        lambda: Odd(lambda own, images: own.linear(images.double().flatten(1)), linear=linear().double()),
        [],
    ),
    "weight norm": (normed, []),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_odd_networks(name: str) -> None:
    build, expected = ODD[name]
    assert [finding.code for finding in advise_network(build(), PURPOSE)] == expected


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_scripted_part_is_looked_through() -> None:
    assert advise_network(scripted(), PURPOSE) == ()


def test_a_meta_network_is_followed_and_not_tried_out() -> None:
    with torch.device("meta"):
        network = Odd(counting, linear=linear())
    assert advise_network(network, PURPOSE) == ()
