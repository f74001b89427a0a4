"""Whether weight decay is why a loss stands still."""

from hpsearch.diagnosis.curves.curve import Curve

DECAYED = 0.5
"""Of the loss: see ``held_by_decay`` (heuristic)."""


def held_by_decay(curve: Curve, level: float) -> bool:
    """Whether weight decay is why the loss does not fall.

    Were the last weights larger by a small share, the loss would change by as much of their gradient along themselves.
    Where it stands still, that is what decay takes back: decay times their square norm. Right answers at a margin of m
    lose m times the loss so; from half of the loss on (heuristic) it is decay that the loss waits for. Decay apart from
    the gradient is not compared.
    """
    job = curve.trial.job
    if not job.regularised or job.optimizer.name == "adamw" or not curve.trial.result.looks:
        return False
    norms = [layer.weight_norm for layer in curve.trial.result.looks[-1].layers if layer.weight_norm is not None]
    return bool(norms) and job.optimizer.weight_decay * norms[-1] ** 2 >= DECAYED * level
