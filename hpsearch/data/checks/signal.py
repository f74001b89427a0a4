"""Checks whether the images have something to say about the targets, and whether a convolution can hear it."""

import math

import torch
from scipy.special import bdtrc
from torch import Tensor
from torch.nn.functional import one_hot

from hpsearch.data.checks.facts import Facts, Part, evenly
from hpsearch.data.checks.patches import features_of, few, patches_of
from hpsearch.data.checks.prints import nearest, small_copies
from hpsearch.rulebook import Remark

CHANCE = 0.01
"""Of taking guessing for knowledge, over all models and shares together."""
MOST_TRAINED, MOST_JUDGED = 4_096, 2_048
"""Images that the cheap models learn from and are judged by."""
FEWEST = 50
"""Below so many held-out images nothing is said."""
RIDGES = (1e-3, 1e-1)
"""Strengths of the ridge, in units of the features' mean square times their number; both are tried."""
SAMPLED, PIXELS = 2_048, 2**24
"""Images that correlations of pixels are measured on, and what they may come to together."""
LEAST_SIDE = 4
LOCAL = 0.02
"""Neighbouring pixels are more alike than distant ones by at least so much correlation (heuristic: natural images, and
digits, have 0.2 and more)."""
STANDARD_ERRORS = 3.0


def labels_without_signal(facts: Facts) -> Remark | None:
    """Two cheap models learn nothing about the labels that helps on held-out images.

    The nearest image among small copies, and a linear model on 8×8 pixels and the responses of 64 random patches of
    training images (Coates, Lee and Ng), are no better than guessing the most frequent class, at one chance in a
    hundred. Labels that were shuffled, or moved against their images, look like this. So does a task that is too hard
    for both; then a network of your own that is better than guessing is the proof. At most 4,096 training and 2,048
    held-out images are used, and nothing is said of fewer than 50.
    """
    train, held = facts.train, facts.validation
    known, judged = _usable(facts, train, MOST_TRAINED), _usable(facts, held, MOST_JUDGED)
    if not facts.classes or len(judged) < FEWEST or len(known) < FEWEST:
        return None
    by_patches = _by_patches(train, held, known, judged, facts)
    if by_patches is None:
        return None
    labels, truth = train.split.targets[known], held.split.targets[judged]
    right = {
        "nearest": int((_by_nearest(train, held, known, judged, labels) == truth).sum()),
        **by_patches,
    }
    guess = int(torch.bincount(labels, minlength=facts.classes).argmax())
    most = torch.bincount(truth, minlength=facts.classes)
    guessing = float(most.max()) / len(truth)
    best = max(right, key=lambda name: right[name])
    chance = min(1.0, len(right) * float(bdtrc(right[best] - 1, len(truth), guessing)))
    if chance <= CHANCE:
        return None
    sentence = (
        f"the labels seem to have nothing to do with the images: the best of {len(right)} cheap models is right for "
        f"{right[best] / len(truth):.1%} of {len(truth)} held-out images, guessing for {guessing:.1%}"
    )
    numbers = {
        "right": right,
        "images": len(truth),
        "guessing_accuracy": guessing,
        "guessed_class": guess,
        "chance": chance,
    }
    return Remark(sentence, numbers)


def no_local_correlation(facts: Facts) -> Remark | None:
    """Neighbouring pixels are no more alike than distant ones.

    Then the pixels could be put in any other order and nothing would be lost: a convolution has no neighbourhood to
    use, and a network of linear layers fits the data better. A permuted or wrongly reshaped array looks like this, and
    so does a table of numbers that was folded into an image. Compared are the mean sizes of the correlation, over
    images, of pixels next to each other and of pixels half an image apart.
    """
    part = facts.train
    height, width = part.split.images.shape[2:]
    chosen = evenly(part.telling, min(SAMPLED, max(FEWEST, PIXELS // max(1, part.split.images[:1].numel()))))
    if len(chosen) < FEWEST or min(height, width) < LEAST_SIDE:
        return None
    images = part.split.images[chosen].float()
    spread = images.std(dim=0, correction=0, keepdim=True)
    scaled = (images - images.mean(dim=0, keepdim=True)) / spread.clamp_min(1e-12)
    alive = (spread[0] > 1e-6 * spread.max()).float()
    near = [_correlations(scaled, alive, 0, 1), _correlations(scaled, alive, 1, 0)]
    far = [
        _correlations(scaled, alive, height // 2, width // 2),
        _correlations(scaled, alive, height // 2, 0),
        _correlations(scaled, alive, 0, width // 2),
    ]
    close, distant = torch.cat(near), torch.cat(far)
    if min(len(close), len(distant)) < FEWEST:
        return None
    apart = float(close.mean() - distant.mean())
    # With pixels in any order, neighbours would be a draw from all pairs.
    error = math.sqrt(float(close.var()) / len(close) + float(distant.var()) / len(distant))
    if apart > max(LOCAL, STANDARD_ERRORS * error):
        return None
    sentence = (
        f"neighbouring pixels have a mean correlation of {close.mean():.3f}, pixels half an image apart one of "
        f"{distant.mean():.3f}: their order carries nothing"
    )
    numbers = {"neighbours": float(close.mean()), "distant": float(distant.mean()), "standard_error": error}
    return Remark(sentence, numbers)


def _by_nearest(train: Part, held: Part, known: Tensor, judged: Tensor, labels: Tensor) -> Tensor:
    ours, theirs = (
        torch.cat([small_copies(part.split.images[chosen]) for chosen in torch.split(indices, part.portion)])
        for part, indices in ((train, known), (held, judged))
    )
    return labels[nearest(theirs, ours, 1)[1][:, 0]]


def _by_patches(train: Part, held: Part, known: Tensor, judged: Tensor, facts: Facts) -> dict[str, int] | None:
    """How many held-out images a linear model on random patches gets right, for each strength of its ridge.

    None if pixels are so large that no number can hold what a patch comes to.
    """
    patches = patches_of(few(train.split.images, known))
    if patches is None:
        return None
    ours, theirs = (features_of(part, indices, patches) for part, indices in ((train, known), (held, judged)))
    mean, spread = ours.mean(dim=0), ours.std(dim=0, correction=0)
    ours, theirs = ((one - mean) / spread.clamp_min(1e-6) for one in (ours, theirs))
    if not torch.isfinite(ours).all():
        return None
    targets = one_hot(train.split.targets[known], facts.classes).double()
    targets -= targets.mean(dim=0)
    square, cross = ours.T @ ours, ours.T @ targets
    truth, found = held.split.targets[judged], {}
    for ridge in RIDGES:
        weights = torch.linalg.solve(square + ridge * len(ours) * torch.eye(len(square), dtype=torch.float64), cross)
        found[f"patches, ridge {ridge:g}"] = int(((theirs @ weights).argmax(dim=1) == truth).sum())
    return found


def _correlations(scaled: Tensor, alive: Tensor, down: int, right: int) -> Tensor:
    """Sizes of the correlation, over images, of every pixel that varies with the one so far below and to the right."""
    height, width = scaled.shape[2:]
    one, other = scaled[:, :, : height - down, : width - right], scaled[:, :, down:, right:]
    both = alive[:, : height - down, : width - right] * alive[:, down:, right:]
    found: Tensor = (one * other).mean(dim=0)[both > 0].abs()
    return found


def _usable(facts: Facts, part: Part, most: int) -> Tensor:
    """Evenly spaced images that show something and have a label in range."""
    if not facts.classes or not len(part):
        return torch.empty(0, dtype=torch.int64)
    labels = part.split.targets[part.telling]
    return evenly(part.telling[(labels >= 0) & (labels < facts.classes)], most)
