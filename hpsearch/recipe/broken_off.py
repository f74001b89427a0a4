"""What it means that no training of a stage has come to an end."""

from collections.abc import Iterable, Mapping

from hpsearch.finding import Finding, Severity


def every_training_failed(reasons: Iterable[str], evidence: Mapping[str, object]) -> Finding:
    """The training failed at every learning rate that was tried; ``reasons``: what was raised."""
    reasons = sorted(set(reasons))
    return Finding(
        "training-failed",
        Severity.ERROR,
        f"the training failed at every learning rate: {reasons[0]}",
        {**evidence, "reasons": reasons},
        "Correct what raised the error; the network and the data decide it, not the learning rate.",
    )
