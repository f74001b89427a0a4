"""Checks whether the images have something to say about the targets, and whether a convolution can hear it."""

import math

import torch
from scipy.special import bdtrc
from torch import Tensor

from hpsearch.data.checks.facts import Facts, evenly
from hpsearch.data.checks.models import FEWEST, cheap_models
from hpsearch.rulebook import Remark

CHANCE = 0.01
"""Of taking guessing for knowledge, over all models and shares together."""
GAIN = 0.2
"""Of the errors of guessing: where a model avoids more, images are only too few to be sure (heuristic)."""
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
    for both; then a network of your own that is better than guessing is the proof. Nothing is said either where one of
    them avoids a fifth of the errors of guessing (heuristic): of few images that may be within chance, and is no sign
    that there is nothing to learn. At most 4,096 training and 2,048
    held-out images are used, and nothing is said of fewer than 50.
    """
    models = facts.once(cheap_models)
    if models is None:
        return None
    labels, truth = models.labels, models.truth
    right = {name: int((guesses == truth).sum()) for name, guesses in models.guesses.items()}
    guess = int(torch.bincount(labels, minlength=facts.classes).argmax())
    most = torch.bincount(truth, minlength=facts.classes)
    guessing = float(most.max()) / len(truth)
    best = max(right, key=lambda name: right[name])
    chance = min(1.0, len(right) * float(bdtrc(right[best] - 1, len(truth), guessing)))
    gain = right[best] / len(truth) - guessing
    if chance <= CHANCE or gain > GAIN * (1 - guessing):
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
    images, of pixels next to each other and of pixels half an image apart. Nothing is said where what the mean images
    of the classes have beside that of all is more alike at neighbouring pixels, as with a bright dot on noise whose
    place is the class.
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
    if apart > max(LOCAL, STANDARD_ERRORS * error) or _classes_are_local(facts, images, alive, chosen):
        return None
    sentence = (
        f"neighbouring pixels have a mean correlation of {close.mean():.3f}, pixels half an image apart one of "
        f"{distant.mean():.3f}: their order carries nothing"
    )
    numbers = {"neighbours": float(close.mean()), "distant": float(distant.mean()), "standard_error": error}
    return Remark(sentence, numbers)


def _classes_are_local(facts: Facts, images: Tensor, alive: Tensor, chosen: Tensor) -> bool:
    """Whether the mean images of classes are more alike at neighbouring pixels than at distant ones."""
    labels = facts.train.split.targets[chosen] if facts.classes else torch.empty(0, dtype=torch.int64)
    known = torch.unique(labels[(labels >= 0) & (labels < facts.classes)]).tolist()
    if len(known) < 2:
        return False
    means = torch.stack([images[labels == label].mean(dim=0) for label in known]) * alive  # (K, C, H, W)
    means = means - means.mean(dim=0, keepdim=True)
    height, width = means.shape[2:]
    near, far = (
        torch.cat([_products(means, *step) for step in steps])
        for steps in (((0, 1), (1, 0)), ((height // 2, width // 2), (height // 2, 0), (0, width // 2)))
    )
    error = math.sqrt(float(near.var()) / len(near) + float(far.var()) / len(far))
    return float(near.mean() - far.mean()) > STANDARD_ERRORS * error


def _products(means: Tensor, down: int, right: int) -> Tensor:
    """Sums over classes of products of each pixel's means with those so far below and to the right."""
    height, width = means.shape[2:]
    return (means[:, :, : height - down, : width - right] * means[:, :, down:, right:]).sum(dim=0).flatten()


def _correlations(scaled: Tensor, alive: Tensor, down: int, right: int) -> Tensor:
    """Sizes of the correlation, over images, of every pixel that varies with the one so far below and to the right."""
    height, width = scaled.shape[2:]
    one, other = scaled[:, :, : height - down, : width - right], scaled[:, :, down:, right:]
    both = alive[:, : height - down, : width - right] * alive[:, down:, right:]
    found: Tensor = (one * other).mean(dim=0)[both > 0].abs()
    return found
