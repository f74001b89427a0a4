"""What a network costs, layer by layer: shapes, parameters, multiply-adds and memory of one sample."""

import contextlib
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from hpsearch.cost.arithmetic import multiply_adds

BYTES_PER_NUMBER = 4
"""Of float32."""


@dataclass(frozen=True)
class LayerCost:
    """One call of one layer, for one sample."""

    name: str
    """Dotted path of the module in the network."""
    kind: str
    """Class of the module, for example Conv2d."""
    output_shape: tuple[int, ...]
    """Without the sample: (C, H, W) or (K,); empty if the layer returns no tensor."""
    parameters: int
    """Numbers in weights and biases; 0 where the same weights have been counted before."""
    multiply_adds: int
    """One multiplication with one addition counts 1; see ``hpsearch.cost.arithmetic``."""
    activation_bytes: int
    """Of the output, as float32."""


@dataclass(frozen=True)
class NetworkCost:
    """The whole network, for one sample."""

    parameters: int
    """All of the network's, those included that belong to no layer of the table."""
    multiply_adds: int
    """Of the layers in the table; what a module computes without a layer is not seen."""
    activation_bytes: int
    """Sum over the layers, as float32."""


def layer_costs(network: nn.Module, input_shape: tuple[int, int, int]) -> tuple[LayerCost, ...]:
    """The layers (modules without modules in them) in the order of the forward pass on images of ``input_shape``.

    A layer that is called twice has two rows. The network is left as it is; no memory is taken, unless it cannot
    run on PyTorch's meta device: then one sample of zeros goes through a copy on the CPU. Raises what the network's
    own forward raises.
    """
    try:
        return _costs(copy.deepcopy(network).to("meta"), torch.empty(1, *input_shape, device="meta"))
    except Exception:  # noqa: BLE001  (whatever it was, the pass on real numbers says it better)
        return _costs(copy.deepcopy(network).to("cpu"), torch.zeros(1, *input_shape))


def network_cost(network: nn.Module, layers: tuple[LayerCost, ...]) -> NetworkCost:
    """The totals of a network and the table of its layers."""
    return NetworkCost(
        sum(parameter.numel() for parameter in network.parameters()),
        sum(layer.multiply_adds for layer in layers),
        sum(layer.activation_bytes for layer in layers),
    )


def _costs(network: nn.Module, images: Tensor) -> tuple[LayerCost, ...]:
    costs: list[LayerCost] = []
    with _recorded(network, costs), torch.no_grad():
        network.eval()(images)
    return tuple(costs)


@contextlib.contextmanager
def _recorded(network: nn.Module, costs: list[LayerCost]) -> Iterator[None]:
    """Appends to ``costs`` while the network runs."""
    counted: set[int] = set()
    names = {id(module): name for name, module in network.named_modules()}

    def record(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        new = [parameter for parameter in module.parameters() if id(parameter) not in counted]
        counted.update(id(parameter) for parameter in new)
        given = inputs[0] if inputs and isinstance(inputs[0], Tensor) else None
        made = output if isinstance(output, Tensor) else None
        costs.append(
            LayerCost(
                names[id(module)],
                type(module).__name__,
                () if made is None else tuple(made.shape[1:]),
                sum(parameter.numel() for parameter in new),
                0 if given is None or made is None else multiply_adds(module, given, made),
                0 if made is None else made.numel() * BYTES_PER_NUMBER,
            )
        )

    with contextlib.ExitStack() as hooks:
        for module in network.modules():
            if next(module.children(), None) is None:
                hooks.callback(module.register_forward_hook(record).remove)
        yield
