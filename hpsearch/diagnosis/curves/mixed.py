"""Whether the labels that were trained on are mixtures of labels."""

from hpsearch.diagnosis.curves.curve import Curve

SOME = 0.05
"""Share of the samples (heuristic: of a batch of 32 that is two)."""


def labels_mixed(curve: Curve) -> bool:
    """Whether in half of the looks at the loss, and more, samples are pulled to no label alone."""
    seen = [look.loss.otherwise >= SOME for look in curve.trial.result.looks if look.loss is not None]
    return 2 * sum(seen) >= max(1, len(seen))
