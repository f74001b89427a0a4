"""Stacked networks beside the same networks alone."""

import copy
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from hpsearch.networks.outputs import Outputs
from hpsearch.training.stacked import StackedNetwork, stack

CONTIGUOUS, LAST = torch.contiguous_format, torch.channels_last


def generators(count: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(member) for member in range(count)]


def stacked_of(networks: Sequence[nn.Module], memory_format: torch.memory_format = CONTIGUOUS) -> StackedNetwork:
    """Without a trial of it: these tests look by themselves."""
    return stack(networks, generators(len(networks)), memory_format=memory_format, tried=True)


def all_logits(made: Tensor | Outputs) -> tuple[Tensor, ...]:
    """The main ones, then the auxiliary ones."""
    return (made.logits, *made.auxiliary) if isinstance(made, Outputs) else (made,)


def number_of(outputs: Sequence[Tensor]) -> Tensor:
    """One number that depends on every logit in another way."""
    return sum(
        (
            (one * torch.arange(1, one.shape[-2] * one.shape[-1] + 1).sin().view(one.shape[-2:])).sum()
            for one in outputs
        ),
        torch.zeros(()),
    )


def assert_close(one: Tensor, other: Tensor, scale: float, what: str, tolerance: float = 1e-12) -> None:
    far = float((one.detach() - other.detach()).abs().max())
    assert far <= tolerance * scale, f"{what}: {far:.2g} of {scale:.2g}"


def assert_members_are_themselves(
    networks: Sequence[nn.Module], images: Tensor, memory_format: torch.memory_format = CONTIGUOUS, steps: int = 2
) -> None:
    """Trains with plain SGD, stacked and alone; logits, gradients, statistics and generators agree to 1e-12."""
    images = images.contiguous(memory_format=memory_format)
    alone = [copy.deepcopy(network).to(memory_format=memory_format).train() for network in networks]
    stacked = stacked_of(networks, memory_format)
    stacked.train()
    own_generators = stacked_generators(stacked)
    states = [generator.get_state() for generator in own_generators]
    for _ in range(steps):
        found = stacked.run(images)
        number_of(found).backward()
        for member, network in enumerate(alone):
            torch.set_rng_state(states[member])
            own = all_logits(network(images))
            number_of(own).backward()
            states[member] = torch.get_rng_state()
            assert torch.equal(states[member], own_generators[member].get_state())
            for one, other in zip(own, found, strict=True):
                assert_close(one, other[member], float(one.detach().abs().max()), "logits")
            assert_same_gradients(network, stacked, member)
            for name, value in network.named_buffers():
                assert_close(value, stacked.buffers[name][member], float(value.abs().max()) + 1, name)
        descend(stacked.parameters.values())
        for network in alone:
            descend(network.parameters())
    stacked.eval()
    with torch.no_grad():
        found = stacked.run(images)
        for member, network in enumerate(alone):
            (own,) = all_logits(network.eval()(images))
            assert_close(own, found[0][member], float(own.abs().max()), "logits in evaluation mode")


def assert_same_gradients(network: nn.Module, stacked: StackedNetwork, member: int) -> None:
    """Relative to the largest gradient of the network: what is zero but for rounding has no size of its own."""
    largest = max(float(one.grad.abs().max()) for one in network.parameters() if one.grad is not None)
    for name, parameter in network.named_parameters():
        found = stacked.parameters[name].grad
        if parameter.grad is None:
            assert found is None or not found[member].any(), name
        else:
            assert found is not None, name
            assert_close(parameter.grad, found[member], largest, name)


def descend(parameters: Iterable[Tensor], rate: float = 0.01) -> None:
    with torch.no_grad():
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.sub_(rate * parameter.grad)
                parameter.grad = None


def stacked_generators(stacked: StackedNetwork) -> list[torch.Generator]:
    return stacked._members.generators
