"""What can be seen inside a network in its first iteration: the scale of every layer, and who gets a gradient."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from hpsearch.trial import LayerScale

HUGE = 1e15
"""Squares of deviations beyond it, or below its inverse, are near the ends of float32."""
ALIKE = 1e-4
"""Of the mean: deviations below it may be those of float32 alone, and exactly zero is said of values that are equal."""


@contextmanager
def layer_scales(network: nn.Module, scales: list[LayerScale]) -> Iterator[None]:
    """While it is open, every call of a module without children adds the scale of its output to ``scales``.

    The order is that of the forward pass; a module that is called twice appears twice.
    """
    handles = []
    for name, module in network.named_modules():
        if next(module.children(), None) is None:
            handles.append(module.register_forward_hook(_recorder(name or type(module).__name__, scales)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _recorder(name: str, scales: list[LayerScale]) -> Callable[[nn.Module, object, object], None]:
    def record(module: nn.Module, _: object, output: object) -> None:
        found = output[0] if isinstance(output, tuple | list) and output else output
        if isinstance(found, Tensor) and found.is_floating_point() and found.numel():
            scales.append(LayerScale(name, type(module).__name__, *_scale(found.detach().float())))

    return record


def _scale(values: Tensor) -> tuple[float, float, float]:
    """Mean, standard deviation and share of zeros."""
    mean = float(values.mean())
    scratch = (values - mean).square_()
    std = float(scratch.mean().sqrt())  # in a sixth of the time of torch.std_mean over a large map …
    if not max(1 / HUGE, ALIKE * abs(mean)) < std < HUGE:
        std = float(torch.std_mean(values, correction=0)[0])  # … which computes in float64
    return mean, std, float(torch.eq(values, 0, out=scratch).mean())


def without_gradient(network: nn.Module) -> tuple[str, ...]:
    """The names of the parameters that hold no gradient now, or one that is zero everywhere; frozen ones included."""
    return without_gradient_of({name: parameter.grad for name, parameter in network.named_parameters()})


def without_gradient_of(gradients: Mapping[str, Tensor | None]) -> tuple[str, ...]:
    """The names of those that are missing or zero everywhere."""
    counts = [torch.count_nonzero(gradient) for gradient in gradients.values() if gradient is not None]
    nonzero = iter(torch.stack(counts).tolist() if counts else [])
    return tuple(name for name, gradient in gradients.items() if gradient is None or not next(nonzero))
