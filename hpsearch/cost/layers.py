"""What a network costs, layer by layer: shapes, parameters, multiply-adds, memory, receptive fields of one sample."""

import copy

import torch
from torch import nn

from hpsearch.cost.row import LayerCost, NetworkCost
from hpsearch.cost.trace import traced
from hpsearch.cost.weightless import weightless


def layer_costs(network: nn.Module, input_shape: tuple[int, int, int]) -> tuple[LayerCost, ...]:
    """The layers in the order of the forward pass, in evaluation mode, on images of ``input_shape`` (C, H, W).

    A layer is a module without modules in it, or an operation that the network's own code calls outside of these,
    such as the sum of a residual block. A layer that is called twice has two rows. The network is left as it is; no
    memory is taken, unless it cannot run on PyTorch's meta device: then one sample of zeros goes through a copy on
    the CPU. Raises what the network's own forward raises.
    """
    try:
        return tuple(traced(weightless(network), torch.empty(1, *input_shape, device="meta")))
    except Exception:  # noqa: BLE001  (whatever it was, the pass on real numbers says it better)
        return tuple(traced(copy.deepcopy(network).to("cpu"), torch.zeros(1, *input_shape)))


def network_cost(network: nn.Module, layers: tuple[LayerCost, ...]) -> NetworkCost:
    """The totals of a network and the table of its layers."""
    return NetworkCost(
        sum(parameter.numel() for parameter in network.parameters()),
        sum(layer.multiply_adds for layer in layers),
        sum(layer.activation_bytes for layer in layers),
    )
