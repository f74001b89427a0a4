"""Random numbers that a network draws when it is built, and that are no part of what is saved of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

SAMPLES = 2
MOST_DEEP = 4
"""Lists in lists that are looked through."""
MOST_TRIED = 8
"""Attributes that are put from one network into the other, to see whether the outputs depend on them."""
APART = 1e-4
"""Of the scale of the outputs: what rounding never makes of the same weights (heuristic)."""


def unsaved(network: nn.Module, again: nn.Module, input_shape: tuple[int, int, int]) -> tuple[str, ...]:
    """What holds them; none where the weights of ``network``, loaded into ``again``, give the same outputs.

    Both are the same network, built afresh with different seeds: what a pass in training mode changes is no random
    number. Both are lost. They must give the same outputs for the same images in eval mode whenever they are asked.
    Raises what their forward raises.
    """
    holders = list(islice(_differing(network, again), MOST_TRIED))
    again.load_state_dict(network.state_dict())
    network.eval()
    again.eval()
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        images = torch.randn(SAMPLES, *input_shape)
        first, second = network(images.clone()), again(images.clone())
        if not _apart(first, second):
            return ()
        found = [one.said for one in holders if _apart(second, one.put_over(lambda: again(images.clone())))]
    return tuple(found) or ("what __init__ draws",)


def _apart(first: Tensor, second: Tensor) -> bool:
    finite = bool(first.isfinite().all() and second.isfinite().all())
    return finite and float((first - second).abs().max()) > APART * float(first.abs().max())


@dataclass(frozen=True)
class _Holder:
    """An attribute or buffer with plain numbers, which differ."""

    said: str
    names: dict[str, Any]
    """Attributes, or buffers, of the layer that was built again …"""
    name: str
    value: object
    """… and what the first one has there."""

    def put_over(self, outputs: Callable[[], Tensor]) -> Tensor:
        """The outputs with the first one's numbers."""
        kept = self.names[self.name]
        self.names[self.name] = self.value
        try:
            return outputs()
        finally:
            self.names[self.name] = kept


def _differing(network: nn.Module, again: nn.Module) -> Iterator[_Holder]:
    of_torch, others = vars(nn.Module()), dict(again.named_modules())
    saved = network.state_dict()
    for path, module in network.named_modules():
        if path not in others:
            continue
        other = others[path]
        own = {name: value for name, value in vars(module).items() if name not in of_torch}
        dotted = f"{path}." if path else ""
        buffers = {name: one for name, one in module._buffers.items() if dotted + name not in saved}  # noqa: SLF001
        both: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = ((own, other.__dict__), (buffers, other._buffers))  # noqa: SLF001
        for held, names in both:
            for name, value in held.items():
                if name in names and not _alike(value, names[name]):
                    yield _Holder(dotted + name, names, name, value)


def _alike(one: object, other: object, depth: int = 0) -> bool:
    """Whether two attributes hold the same numbers, as far as they hold any."""
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return one.shape == other.shape and bool(torch.equal(one, other))
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return bool(np.array_equal(one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        one, other = list(one.values()), list(other.values())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and depth < MOST_DEEP:
        return len(one) == len(other) and all(_alike(a, b, depth + 1) for a, b in zip(one, other, strict=True))
    return not isinstance(one, bool | int | float) or one == other
