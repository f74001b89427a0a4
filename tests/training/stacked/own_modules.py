"""Networks of a user's own: those whose code runs for all members at once, and those whose code does not."""

import random
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class Own(nn.Module):
    """What the networks below have: a few layers, and some numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.inner = nn.Linear(8, 8)
        self.normed = nn.BatchNorm1d(8)
        self.linear = nn.Linear(8, 4)
        self.gain = nn.Parameter(torch.rand(8, 1, 1))
        self.register_buffer("mean", torch.zeros(8))
        self.scale = random.random()

    def maps(self, images: Tensor) -> Tensor:
        return functional.relu(self.norm(self.convolution(images)))

    def forward(self, images: Tensor) -> Tensor:
        return self.linear(self.code(self.maps(images)))

    def code(self, maps: Tensor) -> Tensor:
        raise NotImplementedError


def own(code: Callable[[Any, Tensor], Tensor]) -> nn.Module:
    """A network with that code between its maps and its last layer."""
    network = Own()
    network.code = code.__get__(network)
    return network


def of_class(code: Callable[[Any, Tensor], Tensor]) -> nn.Module:
    """The same as a class of its own for each network, as a factory with a class statement makes it."""

    class Coded(Own):
        def forward(self, images: Tensor) -> Tensor:
            return self.linear(code(self, self.maps(images)))

    return Coded()


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, given: Tensor) -> Tensor:
        return 2 * given

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:
        return gradient


def _kept(self: Own, maps: Tensor) -> Tensor:
    found = maps.mean((2, 3))
    if self.training:
        self.mean = 0.9 * self.mean + 0.1 * found.mean(0).detach()
    return found - self.mean


def _attention(_: Own, maps: Tensor) -> Tensor:
    both = torch.cat([maps.mean(1, keepdim=True), maps.max(1, keepdim=True)[0]], 1)
    return (maps * both.mean(1, keepdim=True).sigmoid()).mean((2, 3))


def _in_place(_: Own, maps: Tensor) -> Tensor:
    maps = maps + 1
    maps *= 2
    return functional.leaky_relu_(maps - 3).mean((2, 3))


def _by_shape(_: Own, maps: Tensor) -> Tensor:
    if maps.shape[-1] > 4 and len(maps) > 1:
        maps = functional.avg_pool2d(maps, 2)
    return functional.adaptive_avg_pool2d(maps, 1).view(maps.size(0), -1)


def _behind_a_view(_: Own, maps: Tensor) -> Tensor:
    maps = maps + 1
    view = maps.flatten(2)
    maps += 1
    return view.mean(2)


STACK: dict[str, Callable[[Any, Tensor], Tensor]] = {
    "max_pool2d": lambda _, maps: functional.max_pool2d(maps, 2).mean((2, 3)),
    "shape": _by_shape,
    "flatten": lambda _, maps: maps.flatten(1)[:, :16].view(-1, 2, 8).sum(1),
    "unflatten": lambda _, maps: maps.reshape(len(maps), 2, 4, -1).mean(-1).view(-1, 8),
    "cat": lambda _, maps: torch.cat((maps, 2 * maps), dim=1)[:, 4:12].mean((2, 3)),
    "chunk": lambda _, maps: torch.cat([part.tanh() for part in maps.chunk(2, 1)[::-1]], 1).mean((-1, -2)),
    "shuffle": lambda _, maps: functional.channel_shuffle(maps, 2)[:, :, ::2].mean((2, 3)),
    "excitation": lambda self, maps: (maps * torch.sigmoid(self.inner(maps.mean((2, 3))))[:, :, None, None]).mean(
        (2, 3)
    ),
    "attention": _attention,
    "in place": _in_place,
    "number of its own": lambda self, maps: self.scale * maps.mean((2, 3)),
    "parameter": lambda self, maps: (maps * self.gain).mean((2, 3)),
    "constant": lambda _, maps: (torch.linspace(0, 1, 8).view(8, 1, 1).to(maps) * maps).mean((2, 3)),
    "power": lambda _, maps: maps.clamp(min=1e-3).pow(3).mean((-2, -1)) ** (1 / 3),
    "softmax": lambda _, maps: (maps.flatten(2).softmax(-1) * maps.flatten(2)).sum(-1),
    "product": lambda _, maps: (maps.flatten(2) @ maps.flatten(2).transpose(1, 2)).mean(1),
    "permute": lambda _, maps: maps.permute(0, 2, 3, 1).reshape(maps.shape[0], -1, 8).mean(1),
    "norms of vectors": lambda self, maps: functional.layer_norm(self.normed(self.inner(maps.mean((2, 3)))), (8,)),
    "instance_norm": lambda _, maps: functional.instance_norm(maps).amax((2, 3)),
    "dropouts": lambda self, maps: functional.dropout2d(
        functional.dropout(maps, 0.2, self.training), 0.3, training=self.training
    ).mean((2, 3)),
    "interpolate": lambda _, maps: functional.interpolate(maps, scale_factor=2, mode="bilinear").mean((2, 3)),
    "pad": lambda _, maps: functional.pad(maps, (1, 0, 2, 1, 0, 3), value=0.5)[:, 2:10].mean((2, 3)),
    "stack": lambda _, maps: torch.stack([maps, maps.exp()]).sum(0).mean((2, 3)),
    "statistics": _kept,
    "where": lambda _, maps: torch.where(maps > 0.5, maps, -maps).mean((2, 3)),
    "no gradient": lambda _, maps: maps.detach().mean((2, 3)) - maps.data.amin((2, 3)),
}
"""By what their code does."""
REASONS: dict[str, tuple[Callable[[Any, Tensor], Tensor], str]] = {
    "condition": (lambda _, maps: (maps if maps.mean() > 0 else -maps).mean((2, 3)), "depends on the values"),
    "item": (lambda _, maps: (maps / maps.max().item()).mean((2, 3)), "Tensor.item"),
    "float": (lambda _, maps: (maps / float(maps.max())).mean((2, 3)), "reads a number"),
    "numpy": (lambda _, maps: maps.mean((2, 3)) * maps.detach().numpy().max(), "Tensor.numpy"),
    "rand": (lambda _, maps: (maps + torch.rand(1)).mean((2, 3)), "global generator"),
    "rand_like": (lambda _, maps: (maps + torch.rand_like(maps)).mean((2, 3)), "torch.rand_like"),
    "rand while it trains": (
        lambda self, maps: (maps + torch.rand(1) if self.training else maps).mean((2, 3)),
        "global generator",
    ),
    "Python's random": (lambda _, maps: (maps + random.random()).mean((2, 3)), "random numbers"),
    "autograd function": (lambda _, maps: Doubled.apply(maps).mean((2, 3)), "the gradient of"),
    "unknown function": (lambda _, maps: torch.fft.fft2(maps).real.mean((2, 3)), "fft"),
    "writing a part": (lambda _, maps: _set(maps.clone()).mean((2, 3)), "writing into a part"),
    "hook on a tensor": (lambda _, maps: (maps.register_hook(print), maps)[1].mean((2, 3)), "Tensor.register_hook"),
    "in place behind a view": (
        _behind_a_view,
        "differ from those of the network alone",
    ),
    "indices": (lambda _, maps: maps[:, torch.arange(8)].mean((2, 3)), "by a tensor or a list"),
    "type": (lambda _, maps: maps.mean((2, 3)) * (1 if isinstance(maps, Tensor) else 2), "in evaluation mode differ"),
    "loop": (lambda _, maps: torch.stack([sample.mean((1, 2)) for sample in maps]), "a loop over a tensor"),
}
"""By what their code does, and what the reason names."""


def _set(maps: Tensor) -> Tensor:
    maps[:, 0] = 0
    return maps
