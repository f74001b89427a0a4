"""Whether weight decay is why a loss stands still."""

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.look import Look

DECAYED = 0.5
"""Of the loss: see ``held_by_decay`` (heuristic)."""


def held_by_decay(curve: Curve, level: float) -> bool:
    """Whether weight decay is why the loss does not fall.

    Were the last weights larger by a small share, the loss would change by as much of their gradient along themselves.
    Where it stands still, that is what decay takes back: decay times their square norm. Right answers at a margin of m
    lose m times the loss so; from half of the loss on (heuristic) it is decay that the loss waits for. Weights that
    have grown since the start are not held. Decay apart from the gradient is not compared.
    """
    job, looks = curve.trial.job, curve.trial.result.looks
    if not job.regularised or job.optimizer.name == "adamw" or len(looks) < 2:
        return False
    before, after = _last_norm(looks[0]), _last_norm(looks[-1])
    return after <= before and job.optimizer.weight_decay * after**2 >= DECAYED * level


def _last_norm(look: Look) -> float:
    """Of the last weights but those of norms; 0 where there are none."""
    norms = [one.weight_norm for one in look.layers if one.weight_norm is not None and "Norm" not in one.kind]
    return norms[-1] if norms else 0.0
