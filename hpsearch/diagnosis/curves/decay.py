"""Whether weight decay is why a loss stands still."""

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.look import LayerLook, Look

DECAYED = 0.5
"""Of the loss: see ``held_by_decay`` (heuristic)."""
BALANCED = 0.25
"""Of the gradient of a batch, whose norm is larger than that of the mean over all samples (heuristic)."""


def held_by_decay(curve: Curve, level: float) -> bool:
    """Whether weight decay is why the loss does not fall.

    Were the last weights larger by a small share, the loss would change by as much of their gradient along themselves.
    Where it stands still, that is what decay takes back: decay times their square norm. Right answers at a margin of m
    lose m times the loss so; from half of the loss on (heuristic) it is decay that the loss waits for. Weights that
    have grown since the start are not held, nor are such whose gradient is much larger than what decay takes: they are
    large because they were drawn so. Decay apart from the gradient is not compared.
    """
    job, looks = curve.trial.job, curve.trial.result.looks
    if not job.regularised or job.optimizer.name == "adamw" or len(looks) < 2:
        return False
    before, after = _last_weights(looks[0]), _last_weights(looks[-1])
    if before is None or after is None or before.weight_norm is None or after.weight_norm is None:
        return False
    decay, norm = job.optimizer.weight_decay, after.weight_norm
    is_balanced = after.gradient_norm is None or decay * norm >= BALANCED * after.gradient_norm
    return norm <= before.weight_norm and is_balanced and decay * norm**2 >= DECAYED * level


def _last_weights(look: Look) -> LayerLook | None:
    """The last layer with weights that is no norm."""
    return next((one for one in reversed(look.layers) if one.weight_norm is not None and "Norm" not in one.kind), None)
