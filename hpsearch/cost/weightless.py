"""A copy of a network without numbers: shapes alone, on PyTorch's meta device."""

import copy
import itertools

from torch import Tensor, nn


def weightless(network: nn.Module) -> nn.Module:
    """The network with weights and buffers that have a shape, a type and sharing, but no memory.

    The network itself is left as it is. Raises what copying one of its other attributes raises.
    """
    memo: dict[int, object] = {}
    for tensor in itertools.chain(network.parameters(), network.buffers()):
        memo[id(tensor)] = _without_numbers(tensor)
    return copy.deepcopy(network, memo).to("meta")


def _without_numbers(tensor: Tensor) -> Tensor:
    empty = tensor.detach().to("meta")
    return nn.Parameter(empty, requires_grad=tensor.requires_grad) if isinstance(tensor, nn.Parameter) else empty
