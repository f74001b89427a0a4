"""What is seen of each member of a stacked cohort: layers and gradients at first, its evaluation, its test score."""

import copy
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import torch
from torch import Tensor, nn

from hpsearch.training.evaluation import evaluate_together
from hpsearch.training.isolation import own_randomness
from hpsearch.training.looks import (
    TRAINED_ON,
    Eye,
    Tried,
    ended_each,
    in_mode,
    tried_of_each,
)
from hpsearch.training.member import network_of
from hpsearch.training.network_state import put_back, put_member_back, state_of_member
from hpsearch.training.precision import Autocast
from hpsearch.training.probe import layer_scales, without_gradient_of
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.seat import Seat, noise_seed
from hpsearch.training.stacked import StackedNetwork


def see_layers(seats: Sequence[Seat], chosen: Tensor, alone: Arrays, autocast: Autocast) -> None:
    """Each member's own first pass on its samples (K, N), by a network as it would be alone."""
    for seat, indices in zip(seats, chosen, strict=True):
        with own_randomness(noise_seed(seat.job), alone.device), torch.no_grad():
            network = network_of(seat.job, alone).train()
            with layer_scales(network, seat.curves.layers), autocast():
                network(alone.batch(indices)[0])


def see_gradients(seats: Sequence[Seat], network: StackedNetwork) -> None:
    """Which parameters hold no gradient now."""
    parameters = network.parameters
    for place, seat in enumerate(seats):
        gradients = {name: None if one.grad is None else one.grad[place] for name, one in parameters.items()}
        seat.curves.without_gradient = without_gradient_of(gradients)


def see_evaluation(
    present: Sequence[tuple[int, Seat]],
    seats: Sequence[Seat],
    network: StackedNetwork,
    arrays: Arrays,
    epoch: int,
    eye: Eye,
) -> None:
    """After an epoch (from 1), of those members, by place among the seats. What fails here is not told."""
    with suppress(Exception):
        if epoch == 1:
            found = tried_of_each(network, arrays.validation.images)
            training, stays = in_mode(network.template, training=True), eye.stays()
            for place, seat in present:
                seat.curves.add_first_evaluation(found[place] if found else Tried(), training, stays)
        if epoch == present[0][1].job.budget.epochs:
            chosen = torch.stack([seat.order.some(TRAINED_ON) for seat in seats]).to(arrays.index_device)
            alone = {place: partial(_alone, place, seat, network) for place, seat in present}
            size = seats[0].job.batch_size
            found_last = ended_each(network, *arrays.batches(chosen), arrays.task, size, alone, eye.head)
            for place, seat in present if found_last else ():
                seat.curves.add_last_evaluation(*found_last[place])


def _alone(place: int, seat: Seat, network: StackedNetwork) -> nn.Module:
    """The member in that place as a network of its own, in evaluation mode."""
    member = copy.deepcopy(seat.network)
    put_back(member, state_of_member(network, place))
    return member.eval()


def see_test(asked: Sequence[tuple[int, Seat]], network: StackedNetwork, arrays: Arrays) -> None:
    """The test scores of those members, by place, each at its best epoch; the network is afterwards what it was."""
    began = time.perf_counter()
    with network.undisturbed():  # others go on with it
        for place, seat in asked:
            if seat.best is not None:
                put_member_back(network, place, seat.best)
        scores = evaluate_together(network, arrays.test, arrays.task)
    for place, seat in asked:
        seat.curves.test_loss, seat.curves.test_accuracy = scores[place][:2]
        seat.duration_s += (time.perf_counter() - began) / len(asked)
