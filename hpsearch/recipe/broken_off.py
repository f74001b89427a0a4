"""What it means that no training of a stage has come to an end."""

from collections.abc import Iterable, Mapping

from hpsearch.finding import Finding, Severity

LONGEST = 300
"""Characters of what was raised, in a sentence."""
RAISED = (
    "Correct what raised the error: the network and the data decide it, not the learning rate. One forward pass in "
    "training mode and backward() of the loss, on one mini-batch, show where it is raised."
)


def every_training_failed(reasons: Iterable[str], evidence: Mapping[str, object]) -> Finding:
    """The training failed at every learning rate that was tried; ``reasons``: what was raised."""
    found = sorted({in_a_sentence(reason) for reason in reasons})
    others = {"other_reasons": found[1:]} if found[1:] else {}
    return Finding(
        "training-failed",
        Severity.ERROR,
        f"the training failed at every learning rate: {found[0]}",
        {**evidence, **others},
        RAISED,
    )


def in_a_sentence(reason: str) -> str:
    """What was raised, on one line of bounded length."""
    words = " ".join(reason.split())
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rstrip()} …"
