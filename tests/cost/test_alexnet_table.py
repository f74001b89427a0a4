"""AlexNet as the well-known lecture on CNN architectures tabulates it: 227×227 images and 64 first filters.

The course notes that this project starts from work out some of its cells. Two of their figures are slips, and are
corrected here: they give conv1's memory as "784 B", which by their own division by 1,024 is 784 KB, and fc6's
parameters as 37,725,832, while their own formula 9216 · 4096 + 4096 gives 37,752,832 (two digits change places).
"""

from dataclasses import dataclass

import pytest
from torch import nn

from hpsearch.cost.layers import layer_costs, network_cost
from hpsearch.cost.row import LayerCost
from hpsearch.cost.shares import shares

KB = 1024


def alexnet() -> nn.Sequential:
    """The layers of the table; the activations, which it leaves out, work in place."""
    layers: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(3, 64, 11, stride=4, padding=2),
        "relu1": nn.ReLU(inplace=True),
        "pool1": nn.MaxPool2d(3, stride=2),
        "conv2": nn.Conv2d(64, 192, 5, padding=2),
        "relu2": nn.ReLU(inplace=True),
        "pool2": nn.MaxPool2d(3, stride=2),
        "conv3": nn.Conv2d(192, 384, 3, padding=1),
        "relu3": nn.ReLU(inplace=True),
        "conv4": nn.Conv2d(384, 256, 3, padding=1),
        "relu4": nn.ReLU(inplace=True),
        "conv5": nn.Conv2d(256, 256, 3, padding=1),
        "relu5": nn.ReLU(inplace=True),
        "pool5": nn.MaxPool2d(3, stride=2),
        "flatten": nn.Flatten(),
        "fc6": nn.Linear(9216, 4096),
        "relu6": nn.ReLU(inplace=True),
        "fc7": nn.Linear(4096, 4096),
        "relu7": nn.ReLU(inplace=True),
        "fc8": nn.Linear(4096, 1000),
    }
    network = nn.Sequential()
    for name, layer in layers.items():
        network.add_module(name, layer)
    return network


@dataclass(frozen=True)
class Line:
    name: str
    output_shape: tuple[int, ...]
    memory_bytes: float
    parameters: int
    multiply_adds: int
    size: float
    stride: float | None
    offset: float


LINES = (
    Line("conv1", (64, 56, 56), 784 * KB, 23_296, 72_855_552, 11, 4, 3),
    Line("pool1", (64, 27, 27), 182.25 * KB, 0, 419_904, 19, 8, 7),
    Line("conv2", (192, 27, 27), 546.75 * KB, 307_392, 223_948_800, 51, 8, 7),
    Line("pool2", (192, 13, 13), 126.75 * KB, 0, 292_032, 67, 16, 15),
    Line("conv3", (384, 13, 13), 253.5 * KB, 663_936, 112_140_288, 99, 16, 15),
    Line("conv4", (256, 13, 13), 169 * KB, 884_992, 149_520_384, 131, 16, 15),
    Line("conv5", (256, 13, 13), 169 * KB, 590_080, 99_680_256, 163, 16, 15),
    Line("pool5", (256, 6, 6), 36 * KB, 0, 82_944, 195, 32, 31),
    Line("flatten", (9216,), 0, 0, 0, 195, 32, 31),
    Line("fc6", (4096,), 16 * KB, 37_752_832, 37_748_736, 227, None, 113),
    Line("fc7", (4096,), 16 * KB, 16_781_312, 16_777_216, 227, None, 113),
    Line("fc8", (1000,), 4000, 4_097_000, 4_096_000, 227, None, 113),
)


@pytest.fixture(scope="module")
def rows() -> tuple[LayerCost, ...]:
    return layer_costs(alexnet(), (3, 227, 227))


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_each_line_of_the_table(rows: tuple[LayerCost, ...], line: Line) -> None:
    (row,) = (row for row in rows if row.name == line.name)
    assert (row.output_shape, row.activation_bytes) == (line.output_shape, line.memory_bytes)
    assert (row.parameters, row.multiply_adds) == (line.parameters, line.multiply_adds)
    assert row.receptive_field is not None
    assert row.receptive_field.size == (line.size, line.size)
    assert row.receptive_field.stride == (None if line.stride is None else (line.stride, line.stride))
    assert row.receptive_field.offset == (line.offset, line.offset)


def test_the_totals_and_where_they_sit(rows: tuple[LayerCost, ...]) -> None:
    """The notes' three observations: memory in the early convolutions, parameters in the fully connected layers,
    arithmetic in the convolutions."""
    total = network_cost(alexnet(), rows)
    assert total.parameters == 61_100_840
    assert total.multiply_adds == sum(line.multiply_adds for line in LINES)
    assert total.activation_bytes == sum(line.memory_bytes for line in LINES)
    found = shares(rows)
    assert found["activation_bytes"].first_third > 0.6
    assert found["activation_bytes"].convolution > 0.8
    assert found["parameters"].linear > 0.95
    assert found["multiply_adds"].convolution > 0.9


@pytest.mark.parametrize("quantity", ["parameters", "multiply_adds", "activation_bytes"])
def test_shares_add_up(rows: tuple[LayerCost, ...], quantity: str) -> None:
    found = {str(name): one for name, one in shares(rows).items()}[quantity]
    assert found.convolution + found.linear + found.other == pytest.approx(1)
    assert found.first_third + found.middle_third + found.last_third == pytest.approx(1)


def test_shares_of_nothing_are_nothing() -> None:
    assert shares(layer_costs(nn.Sequential(nn.ReLU()), (1, 2, 2)))["parameters"].convolution == 0
    assert shares(())["multiply_adds"].first_third == 0
