"""How far the losses and the weights of a training move from one time to the next."""

import math
from statistics import median

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.diagnosis.curves.trend import spread_of_bends, spread_of_neighbours


def scatter(curve: Curve) -> float:
    """Noise of one iteration in the last third, in units of what it is where losses of samples spread as far as their
    mean is high: 1/√n of the mean, and less where the n are drawn without replacement from not many more."""
    late = curve.losses[-max(8, len(curve.losses) // 3) :]
    size, whole = curve.trial.job.batch_size, max(1, curve.task.train_samples)
    drawn = math.sqrt(size / max(1e-12, 1 - min(1.0, size / whole)))
    return spread_of_neighbours(late) * drawn / max(1e-12, curve.level)


def jitter(curve: Curve) -> float:
    """How far the validation loss moves around its own course from epoch to epoch in the second half, as a share of it;
    0 for fewer than three epochs there. This is the movement of the network, as that of the error is."""
    half = curve.val_losses[len(curve.val_losses) // 2 :]
    return spread_of_bends(half) / max(1e-12, math.fsum(half) / len(half))


def relative_update(curve: Curve) -> float | None:
    """How far one update moves the weights of a layer, as a share of their norm: the median over layers, and then over
    the looks; None where nobody looked."""
    medians = []
    for look in curve.trial.result.looks:
        shares = [
            layer.update_norm / layer.weight_norm
            for layer in look.layers
            if layer.weight_norm and layer.update_norm is not None
        ]
        if shares:
            medians.append(median(shares))
    return median(medians) if medians else None
