"""What a network that has learned a small sample by heart makes of it in evaluation mode."""

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from hpsearch.training.curves import Curves
from hpsearch.training.looks import Tried, in_mode
from hpsearch.training.loss import predictions
from hpsearch.training.member import Training

SAMPLES = 32
"""Of those that were learned, so many at most."""
FOLLOWS = 1e-3
"""A batch norm of this momentum and more knows its batches after a training of some thousand iterations at the latest;
one of less may never do (heuristic)."""
MOST_PASSES = 60
"""For statistics of a user's own: at the usual momentum of 0.1 they are known to two parts in a thousand by then."""
SETTLED = 1e-3
"""Change in one pass, as a share of its size, below which a statistic is known."""


def norms_that_stand_still(network: nn.Module) -> tuple[str, ...]:
    """Batch norms that have read batches and keep the statistics that they were made with."""
    return tuple(
        name
        for name, one in network.named_modules()
        if isinstance(one, _BatchNorm) and one.training and one.momentum == 0 and _is_as_made(one)
    )


def seen_in_both_modes(training: Training, found: Tried) -> None:
    """Adds to the record of an attempt that has learned its sample what the network, with its last weights, makes of
    the same few samples in training mode and in evaluation mode. The network is not as it was afterwards.

    ``found``, of some of its images, is recorded of every attempt.

    After the few updates of an attempt the statistics that norms keep are those of long ago, in a sound network too. So
    they are first taken from these very samples: what remains of a difference is none of time.
    """
    curves = training.curves
    if not curves.learned:
        curves.add_first_evaluation(found, ())
        return
    network = training.network
    _tell_stale(curves, network)
    images, targets = training.arrays.batch(training.order.some(SAMPLES))
    with suppress(Exception), torch.no_grad(), training.autocast():
        outputs, settled = _settled_outputs(training, images)
        trained = float(training.loss(outputs, targets))
        network.eval()
        evaluated = float(training.loss(predictions(network, images, training.task), targets))
        curves.add_first_evaluation(found, in_mode(network, training=True))
        if settled or not math.isfinite(evaluated):
            curves.add_last_evaluation(evaluated, trained)


def _tell_stale(curves: Curves, network: nn.Module) -> None:
    """Batch norms that were trained and have never seen a batch, whoever computes with their parameters, are told among
    those that ran in evaluation mode."""
    untrained = frozenset(curves.without_gradient)
    stale = tuple(
        name
        for name, one in network.named_modules()
        if isinstance(one, _BatchNorm) and _is_unread(one) and f"{name}.weight" not in untrained
    )
    if stale and curves.looks:
        known = curves.looks[0].evaluating
        curves.looks[0] = replace(curves.looks[0], evaluating=tuple(dict.fromkeys((*known, *stale))))


def _is_unread(norm: _BatchNorm) -> bool:
    """Whether its statistics, which should follow its batches, are those that it was made with."""
    return norm.momentum != 0 and norm.affine and _is_as_made(norm)


def _is_as_made(norm: _BatchNorm) -> bool:
    mean, variance = norm.running_mean, norm.running_var
    if mean is None or variance is None:
        return False
    return not bool(mean.any()) and bool((variance == 1).all())


def _settled_outputs(training: Training, images: Tensor) -> tuple[Tensor, bool]:
    """Outputs in training mode, with statistics that are those of the images from then on, and whether they are."""
    network = training.network
    norms = [one for one in network.modules() if isinstance(one, _BatchNorm)]
    for norm in norms:
        if norm.momentum is None or norm.momentum >= FOLLOWS:
            norm.momentum = 1.0
    network.train()
    own = dict(_statistics(network, norms))
    outputs = predictions(network, images, training.task)
    for _ in range(MOST_PASSES):
        before, own = own, dict(_statistics(network, norms))
        if all(name in before and _is_near(value, before[name]) for name, value in own.items()):
            return outputs, True
        outputs = predictions(network, images, training.task)
    return outputs, False


def _statistics(network: nn.Module, norms: list[_BatchNorm]) -> Iterator[tuple[str, Tensor]]:
    """Real numbers that modules keep beside their parameters, but for those of torch's batch norms."""
    known = {id(value) for norm in norms for value in norm.buffers(recurse=False)}
    for name, value in network.named_buffers():
        if id(value) not in known and value.is_floating_point():
            yield name, value.clone()


def _is_near(value: Tensor, before: Tensor) -> bool:
    return value.shape == before.shape and bool((value - before).norm() <= SETTLED * before.norm())
