"""Whether a network is more than an affine function of the images, tried in evaluation mode."""

import math
from contextlib import suppress

import torch

from hpsearch.training.looks.evaluated import undisturbed
from hpsearch.training.loss import predictions
from hpsearch.training.member import Training

SUMS = 3
"""Each of them of three images."""
APART = 1e-2
"""Of the largest output: where images differ by less, rounding could be taken for a bend."""


def bend_of(training: Training) -> float | None:
    """How far f(a) + f(b) is from f(a + b - c) + f(c), at most, as a share of the outputs' standard deviation (see
    ``Look.bend``); None where the outputs hardly differ or cannot be had, and where a or b is c, as images that are all
    black are: then both sums are the same whatever f is. The network is afterwards as it was."""
    images, _ = training.arrays.batch(training.order.some(3 * SUMS))
    if len(images) < 3 * SUMS or not images.is_floating_point():
        return None
    one, two, three = torch.split(images, SUMS)
    if not all(bool((other != three).flatten(1).any(1).all()) for other in (one, two)):
        return None
    network = training.network
    with suppress(Exception), torch.no_grad(), undisturbed(network), training.autocast():
        batch = torch.cat([images, one + two - three])
        outputs = predictions(network.eval(), batch, training.task).double()
        first, second, third, summed = torch.split(outputs, SUMS)
        far = float((first + second - third - summed).abs().max())
        spread, largest = float(outputs.std(0, correction=0).max()), float(outputs.abs().max())
        return far / spread if math.isfinite(far) and spread > APART * largest else None
    return None
