"""Whether places of images differ from each other at all, or are as if each had been drawn anywhere."""

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from hpsearch.data.checks.facts import evenly

PLACES, CHANNELS = 144, 4
"""That are looked at, evenly spaced ones of more, in each of so many channels."""
FAR = 3.0
"""Deviations that count at most: of long tails few pixels would be all that is seen."""
DRAWS = 16
"""Ways in which the pixels of each image are scattered."""
STANDARD_DEVIATIONS = 5.0
"""Of these: beyond it two places go together, or one tells a class (Student, 15 degrees: a chance of 1e-4)."""


def places_differ(found: Tensor, alive: Tensor, labels: Tensor) -> bool:
    """Whether two places of planes (N, C, H, W) go together more than others do, or one tells the labels (N,).

    Held against the same images with the pixels of each scattered among its places, each time otherwise: what they have
    in common as a whole stays, and what a place has of its own is lost. ``labels`` may be empty.
    """
    members = one_hot(labels).double() if len(labels) else torch.empty(len(found), 0, dtype=torch.float64)
    members = members / members.sum(dim=0).clamp_min(1)
    draw = torch.Generator().manual_seed(0)
    for channel in evenly(torch.arange(found.shape[1]), CHANNELS).tolist():
        places = torch.nonzero(alive[channel].flatten()).flatten()
        values = found[:, channel].flatten(1)[:, places].double()  # (N, D)
        if values.shape[1] < 2:
            continue
        kept = evenly(torch.arange(values.shape[1]), PLACES)
        own = _apart(values[:, kept], members)
        drawn = []
        for _ in range(DRAWS):
            order = torch.rand(values.shape, generator=draw).argsort(dim=1)[:, : len(kept)]
            drawn.append(_apart(values.gather(1, order), members))
        orders = torch.stack(drawn)
        if bool((own - orders.mean(dim=0) > STANDARD_DEVIATIONS * orders.std(dim=0).clamp_min(1e-12)).any()):
            return True
    return False


def _apart(values: Tensor, members: Tensor) -> Tensor:
    """How unevenly places (N, D) go together, and how much the means of the classes differ from place to place (2,)."""
    scaled = values - values.mean(dim=0)
    scaled = (scaled / scaled.square().mean(dim=0).sqrt().clamp_min(1e-9)).clamp(-FAR, FAR)
    together = scaled.T @ scaled / len(scaled)
    count = len(together)
    pairs = together[torch.triu(torch.ones(count, count, dtype=torch.bool), 1)]
    means = members.T @ scaled  # (K, D)
    means = means - means.mean(dim=1, keepdim=True)
    return torch.stack([pairs.var(), means.square().sum() if means.numel() else pairs.new_zeros(())])
