"""Receptive fields against what really arrives: the pixels with a gradient."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (as in PyTorch's own documentation)

from hpsearch.cost.layers import layer_costs
from hpsearch.cost.row import ReceptiveField

CHANNELS, HEIGHT, WIDTH = 2, 31, 27


class Own(nn.Module):
    """Three layers, and a forward of the test's own."""

    def __init__(self, forward: Callable[["Own", Tensor], Tensor]) -> None:
        super().__init__()
        self.wide = nn.Conv2d(CHANNELS, CHANNELS, (5, 3), padding=(2, 1))
        self.small = nn.Conv2d(CHANNELS, CHANNELS, 3, stride=2, padding=1)
        self.narrow = nn.Conv2d(CHANNELS, CHANNELS, 1, stride=2)
        self.back = nn.ConvTranspose2d(CHANNELS, CHANNELS, 4, stride=2, padding=1)
        self.dense = nn.Linear(CHANNELS, CHANNELS)
        self._own = forward
        for parameter in self.parameters():
            nn.init.constant_(parameter, 0.5)

    def forward(self, images: Tensor) -> Tensor:
        return self._own(self, images) * 1  # a view alone has no row


def shuffled(maps: Tensor) -> Tensor:
    count, channels, height, width = maps.shape
    return maps.view(count, channels, 1, height, width).transpose(1, 2).contiguous().view(count, -1, height, width)


EXACT: dict[str, Callable[[Own, Tensor], Tensor]] = {
    "convolutions": lambda net, x: net.small(net.wide(x)),
    "residual": lambda net, x: net.small(x) + net.narrow(x),
    "residual in place": lambda net, x: net.small(x).add_(net.narrow(x)),
    "branches": lambda net, x: torch.cat([net.narrow(x), net.small(net.wide(x)), net.small(x)], 1),
    "functional": lambda net, x: F.avg_pool2d(F.relu(net.wide(x)), 3, 2, 1),
    "dilated": lambda net, x: F.conv2d(net.wide(x), net.small.weight, stride=2, dilation=(3, 2)),
    "padded on one side": lambda net, x: net.wide(F.pad(x, (1, 0, 2, 0))),
    "cropped": lambda net, x: net.small(x)[:, :, 3:, 2::2],
    "some channels": lambda net, x: net.small(net.wide(x))[:, 1:],
    "shuffled": lambda net, x: net.small(shuffled(net.wide(x))),
    "channels at the end": lambda net, x: net.dense(net.small(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2),
    "linear layer for each pixel": lambda net, x: (
        net.dense(net.small(x).flatten(2).transpose(1, 2)).transpose(1, 2).reshape(1, CHANNELS, 16, 14)
    ),
    "gated": lambda net, x: net.small(x) * net.small(x).mean((2, 3), keepdim=True).sigmoid(),
    "norms": lambda net, x: F.batch_norm(net.small(x), torch.zeros(2).to(x), torch.ones(2).to(x)),
    "global": lambda net, x: F.adaptive_avg_pool2d(net.small(x), 1),
    "flat": lambda net, x: net.small(x).flatten(1) @ torch.ones(CHANNELS * 16 * 14, 3).to(x),
    "one row": lambda net, x: net.wide(x).mean(2, keepdim=True),
    "even pooling": lambda net, x: F.avg_pool2d(net.wide(x), 2, ceil_mode=True),
    "adaptive": lambda net, x: F.adaptive_avg_pool2d(net.wide(x)[:, :, :30, :24], (6, 4)),
}
CONTAINED: dict[str, Callable[[Own, Tensor], Tensor]] = {
    "transposed": lambda net, x: net.back(net.small(x)),
    "nearest": lambda net, x: F.interpolate(net.small(x), scale_factor=2),
    "bilinear": lambda net, x: F.interpolate(net.small(x), scale_factor=2, mode="bilinear"),
    "uneven adaptive": lambda net, x: F.adaptive_avg_pool2d(net.wide(x), (7, 5)),
}


def arrived(network: nn.Module, place: tuple[int, int]) -> list[tuple[int, int]]:
    """First and last pixel with a gradient from one number of the output, along rows and columns."""
    images = torch.rand(1, CHANNELS, HEIGHT, WIDTH, requires_grad=True)
    made = network.eval()(images)
    one = made[0, :, place[0], place[1]] if made.ndim == 4 else made[0]
    torch.autograd.backward(one.sum())
    assert images.grad is not None
    seen = images.grad[0].abs().sum(0) != 0
    spans = []
    for axis in (1, 0):
        pixels = torch.nonzero(seen.any(axis)).flatten().tolist()
        spans.append((pixels[0], pixels[-1]))
    return spans


def promised(field: ReceptiveField, place: tuple[int, int]) -> list[tuple[float, float]]:
    spans = []
    for axis, side in enumerate((HEIGHT, WIDTH)):
        centre = field.offset[axis] + (field.stride[axis] * place[axis] if field.stride else 0)
        reach = (field.size[axis] - 1) / 2
        spans.append((max(0, centre - reach), min(side - 1, centre + reach)))
    return spans


def found_field(network: nn.Module) -> ReceptiveField:
    field = layer_costs(network, (CHANNELS, HEIGHT, WIDTH))[-1].receptive_field
    assert field is not None
    return field


def places(network: nn.Module) -> list[tuple[int, int]]:
    made = network.eval()(torch.zeros(1, CHANNELS, HEIGHT, WIDTH))
    if made.ndim < 4:
        return [(0, 0)]
    height, width = made.shape[-2:]
    return [(0, 0), (height // 2, width // 2), (height - 1, width - 1)]


@pytest.mark.parametrize("name", EXACT)
def test_the_field_is_what_has_a_gradient(name: str) -> None:
    network = Own(EXACT[name])
    for place in places(network):
        assert promised(found_field(network), place) == arrived(network, place)


@pytest.mark.parametrize("name", CONTAINED)
def test_the_field_holds_what_has_a_gradient(name: str) -> None:
    """Where the fields of neighbours differ, the largest one counts, and it lies within a stride of its promise."""
    network = Own(CONTAINED[name])
    field = found_field(network)
    for place in places(network):
        for (low, high), (first, last), stride in zip(
            promised(field, place), arrived(network, place), field.stride or (0, 0), strict=True
        ):
            assert low - stride <= first <= last <= high + stride


def test_known_fields_of_known_networks() -> None:
    """The last map of VGG-16 sees 212 pixels at stride 32 (Araujo, Norris and Sim, 2019, table 1)."""
    network = nn.Sequential()
    channels = 3
    for convolutions in (2, 2, 3, 3, 3):
        for _ in range(convolutions):
            network.append(nn.Conv2d(channels, 4, 3, padding=1))
            channels = 4
        network.append(nn.MaxPool2d(2))
    field = layer_costs(network, (3, 224, 224))[-1].receptive_field
    assert field == ReceptiveField((212, 212), (32, 32), (15.5, 15.5))


def test_operations_of_the_networks_own_are_rows() -> None:
    def forward(net: Own, x: Tensor) -> Tensor:
        joined = torch.cat([F.relu(net.small(x)), F.max_pool2d(x, 2, ceil_mode=True)], 1)
        return joined[:, :CHANNELS] + net.narrow(x)

    rows = layer_costs(Own(forward), (CHANNELS, HEIGHT, WIDTH))
    assert [row.kind for row in rows] == ["Conv2d", "relu", "max_pool2d", "cat", "Conv2d", "add", "mul"]
    assert [row.multiply_adds for row in rows[1:4]] == [0, CHANNELS * 16 * 14 * 4, 0]
    assert rows[3].output_shape == (2 * CHANNELS, 16, 14)


def test_a_join_in_place_is_a_row_without_memory() -> None:
    rows = layer_costs(Own(lambda net, x: net.small(x).add_(net.narrow(x))), (CHANNELS, 8, 8))
    assert [(row.kind, row.activation_bytes) for row in rows[2:]] == [("add", 0), ("mul", CHANNELS * 16 * 4)]


def test_operations_are_named_by_the_module_around_them() -> None:
    network = nn.Sequential(Own(lambda net, x: net.small(x) + 1))
    assert [row.name for row in layer_costs(network, (CHANNELS, 8, 8))] == ["0.small", "0.add", "0.mul"]


def test_weights_that_belong_to_no_layer_count_where_they_are_used() -> None:
    class Bare(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(3, CHANNELS * 64))

        def forward(self, images: Tensor) -> Tensor:
            return F.linear(images.flatten(1), self.weight * 2) + F.linear(images.flatten(1), self.weight)

    rows = layer_costs(Bare(), (CHANNELS, 8, 8))
    assert [(row.kind, row.parameters) for row in rows] == [("matmul", 384), ("matmul", 0), ("add", 0)]
    assert rows[0].multiply_adds == 384
    assert rows[0].part == "linear"


def test_memory_that_was_counted_before_counts_no_more() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(inplace=True), nn.Dropout(), nn.Flatten(), nn.ReLU())
    assert [row.activation_bytes for row in layer_costs(network, (1, 5, 5))] == [72, 0, 0, 0, 72]


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    rows = layer_costs(Own(lambda net, x: net.small(torch.repeat_interleave(x, 2, 3))), (CHANNELS, 8, 8))
    assert [row.receptive_field for row in rows[-2:]] == [None, None]
