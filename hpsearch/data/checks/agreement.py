"""Whether images that are nearly the same have the same labels, so that an answer can be remembered."""

import math

import torch
from scipy.special import bdtrc, ndtri
from torch import Tensor

from hpsearch.data.checks.facts import Facts, Part, evenly
from hpsearch.data.checks.neighbours import Near

CHANCE = 0.01
"""Of calling labels of pairs alike that are drawn."""
DRAWN = 4_096
"""Training targets that stand for all, evenly spaced ones of more."""
EQUAL = 1e-6
"""Of a standard deviation: distances that differ by less are the same."""


def labels_agree(facts: Facts, part: Part, near: Near) -> bool:
    """Whether the labels of pairs agree more than those of images that are drawn.

    Classes are equal in all pairs, or more often (binomial, by the shares of the classes in both splits); numbers are
    nearer to each other than to those of other training images (the mean rank, which is normal). Somebody who has
    learned a training image by heart then knows more about its copy.
    """
    ours, theirs = part.split.targets[near.ours], facts.train.split.targets[near.theirs]
    if facts.classes:
        if torch.equal(ours, theirs):  # of a rare class there may be no more to see
            return True
        shares = [facts.counts(one).double() / max(1, len(facts.labels(one))) for one in (part, facts.train)]
        by_chance = min(1.0, float(shares[0] @ shares[1]))
        return float(bdtrc(int((ours == theirs).sum()) - 1, len(ours), by_chance)) <= CHANCE
    return _nearer(ours.double(), theirs.double(), facts.train.split.targets.double())


def _nearer(ours: Tensor, theirs: Tensor, known: Tensor) -> bool:
    """Whether rows of numbers (P, K) are nearer to those of their pairs than to others that are known (N, K)."""
    scale = known.std(dim=0, correction=0).clamp_min(1e-12)
    drawn = evenly(torch.arange(len(known)), DRAWN)
    own = ((ours - theirs) / scale).norm(dim=1)[:, None]
    others = torch.cdist(ours / scale, known[drawn] / scale)  # (P, N)
    rank = ((others < own - EQUAL).double() + (others < own + EQUAL).double()).mean(dim=1) / 2
    return (0.5 - float(rank.mean())) * math.sqrt(12 * len(ours)) > float(ndtri(1 - CHANCE))
