"""What a network with auxiliary classifiers returns while it trains."""

from typing import NamedTuple

from torch import Tensor


class Outputs(NamedTuple):
    """Logits, and those of the auxiliary classifiers. In evaluation mode such a network returns the logits alone.

    Auxiliary classifiers are to be computed where they branch off, so that the main head is the last layer to run.
    """

    logits: Tensor
    """(N, K)"""
    auxiliary: tuple[Tensor, ...]
    """Each (N, K)."""
    weight: float
    """Each auxiliary loss is added with this factor, for example 0.3 (Szegedy et al., 2015, section 5)."""
