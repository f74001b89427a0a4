"""Cheap models that learn from training images and are judged on validation images."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from hpsearch.data.checks.facts import Facts, Part, evenly
from hpsearch.data.checks.patches import features_of, few, patches_of
from hpsearch.data.checks.prints import nearest, small_copies

MOST_TRAINED, MOST_JUDGED = 4_096, 2_048
"""Images that the cheap models learn from and are judged by."""
FEWEST = 50
"""Below so many images of either nothing is learned."""
RIDGES = (1e-3, 1e-1)
"""Strengths of the ridge, in units of the features' mean square times their number; both are tried."""


@dataclass(frozen=True, eq=False)
class CheapModels:
    """The nearest image among small copies, and linear models on the responses of random patches (Coates et al.)."""

    features: Tensor
    """Of the training images (M, F)."""
    labels: Tensor
    """Their classes (M,)."""
    truth: Tensor
    """The classes of the images that are judged (N,)."""
    guesses: Mapping[str, Tensor]
    """By the name of the model (N,)."""
    scores: Mapping[str, Tensor]
    """What linear models say of each class, by their name (N, K)."""
    classes: int
    known: Tensor
    """Which training images they are (M,) …"""
    judged: Tensor
    """… and which validation images (N,)."""

    @cached_property
    def scores_of_other_half(self) -> dict[str, Tensor]:
        """What linear models say of each training image that learned from every second one, without it (M, K)."""
        half = torch.arange(len(self.labels)) % 2 == 0
        found: dict[str, Tensor] = {}
        for known in (half, ~half):
            for name, scores in linear_scores(
                self.features[known], self.labels[known], self.features[~known], self.classes
            ).items():
                found.setdefault(name, torch.empty(len(half), self.classes, dtype=scores.dtype))[~known] = scores
        return found

    def of_other_half(self) -> dict[str, Tensor]:
        """Which class they say most of (M,)."""
        return {name: scores.argmax(dim=1) for name, scores in self.scores_of_other_half.items()}


def cheap_models(facts: Facts) -> CheapModels | None:
    """None for regression, for fewer than 50 images, and for pixels so large that no number can hold what a patch
    comes to."""
    train, held = facts.train, facts.validation
    known, judged = _usable(facts, train, MOST_TRAINED), _usable(facts, held, MOST_JUDGED)
    if not facts.classes or len(judged) < FEWEST or len(known) < FEWEST:
        return None
    patches = patches_of(few(train.split.images, known))
    if patches is None:
        return None
    ours, theirs = (features_of(part, indices, patches) for part, indices in ((train, known), (held, judged)))
    mean, spread = ours.mean(dim=0), ours.std(dim=0, correction=0)
    ours, theirs = ((one - mean) / spread.clamp_min(1e-6) for one in (ours, theirs))
    if not torch.isfinite(ours).all():
        return None
    labels = train.split.targets[known]
    guesses = {"nearest": _by_nearest(train, held, known, judged, labels)}
    scores = linear_scores(ours, labels, theirs, facts.classes)
    guesses |= {name: found.argmax(dim=1) for name, found in scores.items()}
    return CheapModels(ours, labels, held.split.targets[judged], guesses, scores, facts.classes, known, judged)


def linear_scores(known: Tensor, labels: Tensor, judged: Tensor, classes: int) -> dict[str, Tensor]:
    """What least squares say of each class of images (N, K), for each strength of the ridge."""
    targets = one_hot(labels, classes).double()
    targets -= targets.mean(dim=0)
    square, cross, found = known.T @ known, known.T @ targets, {}
    for ridge in RIDGES:
        weights = torch.linalg.solve(square + ridge * len(known) * torch.eye(len(square), dtype=torch.float64), cross)
        found[f"patches, ridge {ridge:g}"] = judged @ weights
    return found


def _by_nearest(train: Part, held: Part, known: Tensor, judged: Tensor, labels: Tensor) -> Tensor:
    ours, theirs = (
        torch.cat([small_copies(part.split.images[chosen]) for chosen in torch.split(indices, part.portion)])
        for part, indices in ((train, known), (held, judged))
    )
    return labels[nearest(theirs, ours, 1)[1][:, 0]]


def _usable(facts: Facts, part: Part, most: int) -> Tensor:
    """Evenly spaced images that show something and have a label in range."""
    if not facts.classes or not len(part):
        return torch.empty(0, dtype=torch.int64)
    labels = part.split.targets[part.telling]
    return evenly(part.telling[(labels >= 0) & (labels < facts.classes)], most)
