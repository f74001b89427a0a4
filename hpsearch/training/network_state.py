"""All that a network holds: its state as torch knows it, and the buffers that are no part of that."""

import copy
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from hpsearch.training.stacked import StackedNetwork


class NetworkState(NamedTuple):
    """Of one network."""

    weights: dict[str, Any]
    """Its ``state_dict``; what a module adds to it by ``get_extra_state`` may be no tensor."""
    hidden: dict[str, Tensor]
    """Buffers that are not persistent, by name: what a network does may depend on them all the same."""


def state_of(network: nn.Module) -> NetworkState:
    """As it is now; the tensors are the network's own."""
    weights = network.state_dict()
    buffers = network.named_buffers(remove_duplicate=False)
    return NetworkState(weights, {name: value for name, value in buffers if name not in weights})


def copied(state: NetworkState) -> NetworkState:
    """The same, which further training does not change."""
    weights = {
        name: value.clone() if isinstance(value, Tensor) else copy.deepcopy(value)
        for name, value in state.weights.items()
    }
    return NetworkState(weights, {name: value.clone() for name, value in state.hidden.items()})


@torch.no_grad()
def put_back(network: nn.Module, state: NetworkState) -> None:
    """Makes the network what it was; raises RuntimeError if the state is not one of its own."""
    network.load_state_dict(state.weights)
    own = dict(network.named_buffers(remove_duplicate=False))
    for name, value in state.hidden.items():
        buffer = own.get(name)
        if buffer is not None and (buffer.shape, buffer.dtype) == (value.shape, value.dtype):
            buffer.copy_(value)  # where other code may have a view of it
        else:
            owner, _, key = name.rpartition(".")
            setattr(network.get_submodule(owner), key, value.clone())


def state_of_member(network: StackedNetwork, member: int) -> NetworkState:
    """A copy of what the member's network would be alone."""
    return NetworkState(network.state_dict(member), network.state_dict(member, hidden=True))


def put_member_back(network: StackedNetwork, member: int, state: NetworkState) -> None:
    """Makes the member what it was; raises KeyError if the state is not one of its own."""
    network.load_state_dict(member, state.weights)
    network.load_state_dict(member, state.hidden, hidden=True)
