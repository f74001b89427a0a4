"""What can be seen inside a network in its first iteration: the scale of every layer, and who gets a gradient."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from hpsearch.trial import LayerScale


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
            values = found.detach().float()
            std, mean = torch.std_mean(values, correction=0)
            zeros = float((values == 0).float().mean())
            scales.append(LayerScale(name, type(module).__name__, float(mean), float(std), zeros))

    return record


def without_gradient(network: nn.Module) -> tuple[str, ...]:
    """The names of the parameters that hold no gradient now, or one that is zero everywhere; frozen ones included."""
    return without_gradient_of({name: parameter.grad for name, parameter in network.named_parameters()})


def without_gradient_of(gradients: Mapping[str, Tensor | None]) -> tuple[str, ...]:
    """The names of those that are missing or zero everywhere."""
    counts = [torch.count_nonzero(gradient) for gradient in gradients.values() if gradient is not None]
    nonzero = iter(torch.stack(counts).tolist() if counts else [])
    return tuple(name for name, gradient in gradients.items() if gradient is None or not next(nonzero))
