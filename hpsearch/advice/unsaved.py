"""Random numbers that a network draws when it is built, and that are no part of what is saved of it."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor, nn

SAMPLES = 2
MOST_DEEP = 4
"""Lists in lists that are looked through."""
APART = 1e-4
"""Of the scale of the outputs: what rounding never makes of the same weights (heuristic)."""


def unsaved(network: nn.Module, again: nn.Module, input_shape: tuple[int, int, int]) -> tuple[str, ...]:
    """What holds them; none where the weights of ``network``, loaded into ``again``, give the same outputs.

    ``again`` is the same network, built with another seed, whose weights are lost. Both must give the same outputs for
    the same images in eval mode whenever they are asked. Raises what their forward raises.
    """
    if any(one is other for one, other in zip(network.modules(), again.modules(), strict=False)):
        return ()  # the factory gives the same layers again
    names = list(_differing(network, again))
    again.load_state_dict(network.state_dict())
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        images = torch.randn(SAMPLES, *input_shape)
        first, second = network.eval()(images.clone()), again.eval()(images.clone())
    if not (first.isfinite().all() and second.isfinite().all()):
        return ()
    apart = float((first - second).abs().max()) > APART * float(first.abs().max())
    return (tuple(names) or ("what __init__ draws",)) if apart else ()


def _differing(network: nn.Module, again: nn.Module) -> Iterator[str]:
    """Attributes with plain numbers that differ."""
    of_torch, others = vars(nn.Module()), dict(again.named_modules())
    for path, module in network.named_modules():
        for name, value in vars(module).items():
            other = vars(others.get(path, module)).get(name)
            if name not in of_torch and not _alike(value, other):
                yield f"{path}.{name}" if path else name


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
