"""Whether a few values that are to be learned have an order that images show: quantities have one, and classes none."""

import torch
from torch import Tensor

from hpsearch.data.checks.facts import Facts, evenly
from hpsearch.data.checks.models import linear_scores
from hpsearch.data.checks.patches import features_of, few, patches_of

MOST, FEWEST = 2_048, 100
"""Training images that are looked at, evenly spaced ones of more; of fewer nothing is known."""
ORDERS = 999
"""Random orders of the values …"""
CHANCE = 0.02
"""… of which so few may fit as well."""
UNORDERED = 4
"""Of so many values there are twelve orders that differ: none of them is that rare."""
FITS = 0.5
"""Least correlation of being taken for each other and being near (heuristic): signs made of the digits of a number have
some order too, and no more than others."""


def are_quantities(facts: Facts) -> bool:
    """Whether images of values that are near to each other are taken for each other more than others are.

    A linear model on the responses of random patches tells the values apart as if they were classes, one half of the
    training images from the other. What it says of value j where there is value i is held against how far i and j are
    apart, and that against the same values in random orders (Mantel, 1967).
    """
    part = facts.train
    chosen = evenly(part.telling, MOST)
    values, labels = torch.unique(part.split.targets[chosen, 0], return_inverse=True)
    patches = patches_of(few(part.split.images, chosen)) if len(chosen) >= FEWEST else None
    if patches is None or len(values) < 2:
        return False
    features = features_of(part, chosen, patches)
    features = (features - features.mean(dim=0)) / features.std(dim=0, correction=0).clamp_min(1e-6)
    if not torch.isfinite(features).all():
        return False
    half = torch.arange(len(labels)) % 2 == 0
    said = torch.zeros(len(labels), len(values), dtype=torch.float64)
    for known in (half, ~half):
        said[~known] = list(linear_scores(features[known], labels[known], features[~known], len(values)).values())[-1]
    means = torch.stack([said[labels == value].mean(dim=0) for value in range(len(values))])
    return _chance(means + means.T, values.double()) <= CHANCE


def _chance(alike: Tensor, values: Tensor) -> float:
    """That values in a random order fit as well to how alike they are (K, K); 1 where they hardly fit."""
    count = len(values)
    apart = (values[:, None] - values).abs()
    beside = ~torch.eye(count, dtype=torch.bool)
    centred = torch.where(beside, alike - alike[beside].mean(), 0.0)
    own = float((centred * apart).sum())
    spread = centred[beside].norm() * (apart[beside] - apart[beside].mean()).norm()
    if -own < FITS * float(spread):
        return 1.0
    draw = torch.Generator().manual_seed(0)
    orders = [torch.randperm(count, generator=draw) for _ in range(ORDERS)]
    as_well = sum(float((centred * apart[order][:, order]).sum()) <= own + 1e-9 for order in orders)
    return (1 + as_well) / (1 + ORDERS)
