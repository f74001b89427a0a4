"""Sound networks that begin with a gate of zero, or whose weights no layer holds."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, normalize

Shape = tuple[int, int, int]


class Gated(nn.Module):
    """Two convolutions and a head; ``gate`` stands in front of a layer, and at ``branch`` there is a way past it."""

    def __init__(self, shape: Shape, outputs: int, gate: str, *, norm: bool = False, bias: bool = True) -> None:
        super().__init__()
        channels, height, width = shape
        self.first = nn.Conv2d(channels, 16, 3, padding=1)
        self.middle = nn.Conv2d(16, 16, 3, padding=1, bias=bias)
        self.norm = nn.BatchNorm2d(16) if norm else nn.Identity()
        self.head = nn.Linear(16 * height * width, outputs)
        self.gate = gate
        self.bend = torch.relu if bias else torch.tanh  # the slope of ReLU is zero where all is zero
        if gate in ("middle", "rezero", "front_of_head"):
            self.scale = nn.Parameter(torch.zeros(()))
        if gate == "layer_scale":
            self.scales = nn.ParameterList([nn.Parameter(torch.zeros(16, 1, 1)) for _ in range(2)])
        if gate == "gamma":
            nn.init.zeros_(self.norm.weight)  # type: ignore[arg-type]
        if gate == "head":
            nn.init.zeros_(self.head.weight)
            nn.init.zeros_(self.head.bias)

    def forward(self, images: Tensor) -> Tensor:
        """(N, outputs)"""
        maps = self.first(images).relu()
        if self.gate == "middle":
            return self.head(self.bend(self.norm(self.middle(maps * self.scale))).flatten(1))
        if self.gate == "rezero":
            maps = maps + self.scale * self.norm(self.middle(maps)).relu()
        elif self.gate == "layer_scale":
            for scale in self.scales:
                maps = maps + scale * self.norm(self.middle(maps)).relu()
        else:
            maps = self.norm(self.middle(maps)).relu() + (maps if self.gate == "gamma" else 0)
        return self.head(maps.flatten(1) * self.scale if self.gate == "front_of_head" else maps.flatten(1))


class Prototypes(nn.Module):
    """A frozen body, and prototypes that the network itself holds."""

    def __init__(self, shape: Shape, outputs: int) -> None:
        super().__init__()
        channels, height, width = shape
        self.body = nn.Conv2d(channels, 16, 3, padding=1).requires_grad_(requires_grad=False)
        self.prototypes = nn.Parameter(torch.randn(outputs, 16 * height * width))

    def forward(self, images: Tensor) -> Tensor:
        """(N, outputs)"""
        found = normalize(self.body(images).relu().flatten(1))
        return 4 * found @ normalize(self.prototypes).T


class Functional(nn.Module):
    """All weights in a list, none in a layer."""

    def __init__(self, shape: Shape, outputs: int) -> None:
        super().__init__()
        channels, height, width = shape
        self.weights = nn.ParameterList(
            [nn.init.kaiming_normal_(torch.empty(16, channels, 3, 3)), torch.randn(outputs, 16 * height * width) / 64]
        )

    def forward(self, images: Tensor) -> Tensor:
        """(N, outputs)"""
        return conv2d(images, self.weights[0], padding=1).relu().flatten(1) @ self.weights[1].T


def _gated(gate: str, **choices: bool) -> Callable[[Shape, int], nn.Module]:
    return lambda input_shape, outputs: Gated(input_shape, outputs, gate, **choices)


NETWORKS: dict[str, Callable[[Shape, int], nn.Module]] = {
    "middle": _gated("middle"),
    "middle_bias_free": _gated("middle", bias=False),
    "middle_norm": _gated("middle", norm=True, bias=False),
    "rezero": _gated("rezero"),
    "layer_scale": _gated("layer_scale", norm=True),
    "gamma": _gated("gamma", norm=True),
    "front_of_head": _gated("front_of_head"),
    "zero_head": _gated("head"),
    "prototypes": Prototypes,
    "functional": Functional,
}


def sound(input_shape: Shape, outputs: int, kind: str) -> nn.Module:
    """One of ``NETWORKS``."""
    return NETWORKS[kind](input_shape, outputs)
