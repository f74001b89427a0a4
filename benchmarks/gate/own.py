"""Sound networks as people write them: with torch's own first weights unless they say otherwise."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky": partial(nn.LeakyReLU, 0.2),
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "hardswish": nn.Hardswish,
    "softplus": nn.Softplus,
    "prelu": nn.PReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}
NORMS: dict[str, Callable[[int], nn.Module]] = {
    "none": lambda _: nn.Identity(),
    "batch": nn.BatchNorm2d,
    "group": lambda maps: nn.GroupNorm(max(1, maps // 8), maps),
    "layer": lambda maps: nn.GroupNorm(1, maps),
    "instance": lambda maps: nn.InstanceNorm2d(maps, affine=True),
}
STARTS: dict[str, Callable[[Tensor], object]] = {
    "kaiming": partial(nn.init.kaiming_normal_, nonlinearity="relu"),
    "fan-out": partial(nn.init.kaiming_normal_, mode="fan_out", nonlinearity="relu"),
    "xavier": nn.init.xavier_uniform_,
    "lecun": partial(nn.init.kaiming_normal_, nonlinearity="linear"),
    "orthogonal": nn.init.orthogonal_,
    "normal-0.02": partial(nn.init.normal_, std=0.02),
    "truncated": partial(nn.init.trunc_normal_, std=0.05),
}


def started(network: nn.Module, start: str) -> nn.Module:
    """With first weights of that name, and biases of zero; untouched for ``torch``. By the fan out convolutions alone
    are drawn, as in published networks: the fan out of a last layer is that of its few outputs."""
    if start != "torch":
        kinds = nn.Conv2d if start == "fan-out" else nn.Conv2d | nn.Linear
        for module in network.modules():
            if isinstance(module, kinds):
                STARTS[start](module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
    return network


def row(
    input_shape: tuple[int, int, int],
    outputs: int,
    depth: int = 3,
    width: int = 16,
    activation: str = "relu",
    norm: str = "none",
    start: str = "torch",
    dropout: float = 0.0,
    hidden: int = 0,
    average: bool = False,
    head: str = "",
) -> nn.Module:
    """Convolutions in a row, some poolings, and one or two linear layers."""
    channels, side, _ = input_shape
    layers: list[nn.Module] = []
    for number in range(depth):
        layers += [nn.Conv2d(channels, width, 3, padding=1), NORMS[norm](width), ACTIVATIONS[activation]()]
        channels = width
        if side >= 4 and number % max(1, depth // 3) == 0:
            layers.append(nn.MaxPool2d(2))
            side //= 2
            width *= 2
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten()] if average else [nn.Flatten()]
    features = channels * (1 if average else side**2)
    if hidden:
        layers += [nn.Linear(features, hidden), ACTIVATIONS[activation](), nn.Dropout(dropout)]
        features = hidden
    network = started(nn.Sequential(*layers, nn.Linear(features, outputs)), start)
    if head == "zero":
        nn.init.zeros_(network[-1].weight)  # type: ignore[index]
        nn.init.zeros_(network[-1].bias)  # type: ignore[index]
    return network


def perceptron(
    input_shape: tuple[int, int, int], outputs: int, depth: int = 2, width: int = 128, activation: str = "relu"
) -> nn.Module:
    """Linear layers alone."""
    layers: list[nn.Module] = [nn.Flatten()]
    features = input_shape[0] * input_shape[1] * input_shape[2]
    for _ in range(depth):
        layers += [nn.Linear(features, width), ACTIVATIONS[activation]()]
        features = width
    return nn.Sequential(*layers, nn.Linear(features, outputs))


class Squeezed(nn.Module):
    """Gates over maps (Hu et al., 2018)."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.down, self.up = nn.Linear(maps, maps // 4), nn.Linear(maps // 4, maps)

    def forward(self, maps: Tensor) -> Tensor:
        gates = torch.sigmoid(self.up(functional.relu(self.down(maps.mean(dim=(2, 3))))))
        return maps * gates[:, :, None, None]


class Unit(nn.Module):
    """A residual unit with norm in front, after He et al. (2016), with a branch that may start at zero."""

    def __init__(self, maps: int, zero: bool, squeezed: bool, depthwise: bool, norm: str) -> None:
        super().__init__()
        groups = maps if depthwise else 1
        self.first, self.second = NORMS[norm](maps), NORMS[norm](maps)
        self.spatial = nn.Conv2d(maps, maps, 3, padding=1, groups=groups, bias=norm == "none")
        self.mixing = nn.Conv2d(maps, maps, 1 if depthwise else 3, padding=0 if depthwise else 1)
        self.gates = Squeezed(maps) if squeezed else nn.Identity()
        if zero:
            nn.init.zeros_(self.mixing.weight)
            nn.init.zeros_(self.mixing.bias)  # type: ignore[arg-type]

    def forward(self, maps: Tensor) -> Tensor:
        inner = self.spatial(functional.relu(self.first(maps)))
        found: Tensor = maps + self.gates(self.mixing(functional.relu(self.second(inner))))
        return found


def units(
    input_shape: tuple[int, int, int],
    outputs: int,
    count: int = 3,
    width: int = 16,
    zero: bool = True,
    squeezed: bool = False,
    depthwise: bool = False,
    norm: str = "batch",
) -> nn.Module:
    """A convolution, residual units, and the mean of each map."""
    stride = 2 if input_shape[1] > 8 else 1
    body = [Unit(width, zero, squeezed, depthwise, norm) for _ in range(count)]
    layers = [nn.Conv2d(input_shape[0], width, 3, stride=stride, padding=1), *body, NORMS[norm](width), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, outputs))


class Patches(nn.Module):
    """Patches, one layer of attention over them, and their mean (after Dosovitskiy et al., 2021)."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int, width: int = 32) -> None:
        super().__init__()
        side = max(2, input_shape[1] // 8)
        self.patch = nn.Conv2d(input_shape[0], width, side, stride=side)
        self.place = nn.Parameter(torch.randn((input_shape[1] // side) ** 2, width) * 0.02)
        self.before, self.behind = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, 4, batch_first=True)
        self.hidden = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.head = nn.Linear(width, outputs)

    def forward(self, images: Tensor) -> Tensor:
        found = self.patch(images).flatten(2).transpose(1, 2) + self.place
        normed = self.before(found)
        found = found + self.attention(normed, normed, normed, need_weights=False)[0]
        found = found + self.hidden(self.behind(found))
        logits: Tensor = self.head(found.mean(dim=1))
        return logits


OWN: dict[str, Callable[..., nn.Module]] = {"row": row, "perceptron": perceptron, "units": units, "patches": Patches}
