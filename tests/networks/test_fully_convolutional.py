"""A converted classifier scores every window of a larger image as the classifier scores the window."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from hpsearch.errors import DefinitionError
from hpsearch.networks.fully_convolutional import fully_convolutional
from hpsearch.networks.table import NETWORKS
from tests.networks.zoo import ZOO
from tests.networks.zoo_entry import Entry


@pytest.fixture(autouse=True)
def seeded() -> Any:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        yield


def windows(network: nn.Module, image: Tensor, side: int, stride: int) -> Tensor:
    """Logits (K, h, w) of each window of a single image (C, H, W)."""
    cut = image.unfold(1, side, stride).unfold(2, side, stride)  # (C, h, w, side, side)
    rows, columns = cut.shape[1:3]
    with torch.no_grad():
        logits: Tensor = network.eval()(cut.permute(1, 2, 0, 3, 4).flatten(0, 1))
    return logits.view(rows, columns, -1).permute(2, 0, 1)


CONVERTIBLE = [entry for entry in ZOO if entry.trains and "resolution" not in entry.parameters]
"""A network that begins with resizing the image has no window that could slide."""


@pytest.mark.parametrize("entry", CONVERTIBLE, ids=str)
def test_at_the_training_size_the_logits_are_the_same(entry: Entry) -> None:
    network = entry.build_small()
    images = torch.randn(3, *entry.small_shape)
    found = fully_convolutional(network, entry.small_shape)
    with torch.no_grad():
        made = found(images)
        expected = network.eval()(images)
    assert made.shape == (3, 4, 1, 1)
    torch.testing.assert_close(made.flatten(1), expected, atol=1e-5, rtol=1e-5)


def unpadded(average: bool) -> nn.Module:
    """Stride 4, windows of 32×32, with batch norm in the head."""
    body = nn.Sequential(nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 8, 5, stride=2), nn.ReLU())
    if average:
        head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5))
    else:
        norm = nn.BatchNorm1d(7)
        nn.init.normal_(norm.running_mean)  # type: ignore[arg-type]
        head = nn.Sequential(
            nn.Flatten(), nn.Dropout(0.5), nn.Linear(8 * 5 * 5, 7, bias=False), norm, nn.Tanh(), nn.Linear(7, 5)
        )
    return nn.Sequential(body, head)


@pytest.mark.parametrize("average", [False, True])
def test_without_padding_every_window_is_scored_exactly(average: bool) -> None:
    network, image = unpadded(average), torch.randn(3, 32 + 4 * 3, 32 + 4 * 5)
    with torch.no_grad():
        found = fully_convolutional(network, (3, 32, 32))(image[None])[0]
    assert found.shape == (5, 4, 6)
    torch.testing.assert_close(found, windows(network, image, 32, 4), atol=1e-6, rtol=1e-5)


def test_lenet_has_no_padding_at_the_size_of_its_paper() -> None:
    network, image = NETWORKS["lenet"]((1, 32, 32), 10), torch.randn(1, 48, 48)
    with torch.no_grad():
        found = fully_convolutional(network, (1, 32, 32))(image[None])[0]
    assert found.shape == (10, 5, 5)
    torch.testing.assert_close(found, windows(network, image, 32, 4), atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("name", ["alexnet", "vgg11"])
def test_of_384_pixels_the_papers_networks_make_six_by_six_windows_at_stride_32(name: str) -> None:
    network = NETWORKS[name]((3, 224, 224), 5, width=0.125, hidden=16)
    image = nn.functional.interpolate(torch.randn(1, 3, 13, 13), size=384)  # patches that tell the windows apart
    with torch.no_grad():
        found = fully_convolutional(network, (3, 224, 224))(image)[0]
    expected = windows(network, image[0], 224, 32)
    assert found.shape == expected.shape == (5, 6, 6)
    # The zeros of the padding make them differ, but less than two neighbouring windows do.
    assert alike(found, expected) > 0.6
    assert alike(found[:, 1:], expected[:, :-1]) < 0.5
    assert alike(found[:, :, 1:], expected[:, :, :-1]) < 0.5


def alike(one: Tensor, other: Tensor) -> float:
    """Correlation over windows."""
    centred = [logits - logits.mean(dim=(1, 2), keepdim=True) for logits in (one, other)]
    return float(torch.corrcoef(torch.stack([logits.flatten() for logits in centred]))[0, 1])


def test_the_network_stays_as_it_is() -> None:
    network = unpadded(False).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    converted = fully_convolutional(network, (3, 32, 32))
    assert network.training
    assert not converted.training
    assert not any(isinstance(module, nn.Conv2d) for module in network[1])  # type: ignore[union-attr]
    with torch.no_grad():
        next(converted.parameters()).zero_()
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


class Functional(nn.Module):
    """Flattens where nobody sees it."""

    def __init__(self, turned: bool) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.flatten = nn.Flatten()
        self.linear = nn.Linear(4 * 6 * 6, 5)
        self.turned = turned

    def forward(self, images: Tensor) -> Tensor:
        maps = self.conv(images)
        made: Tensor = self.linear(self.flatten(maps.transpose(2, 3)) if self.turned else maps.flatten(1))
        return made


@pytest.mark.parametrize(
    ("network", "rule"),
    [
        (Functional(turned=False), "could not be made fully convolutional"),
        (
            nn.Sequential(nn.Conv2d(3, 4, 2), nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(64, 5)),
            "1 averages 7×7 down to 4×4 with windows of several sizes",
        ),
        (
            nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(144, 5), nn.Softmax(dim=-1)),
            "gives other logits",
        ),
    ],
)
def test_what_cannot_be_converted_is_refused(network: nn.Module, rule: str) -> None:
    with pytest.raises(DefinitionError, match=rule):
        fully_convolutional(network, (3, 8, 8))
