"""Check whether the images have something to say about the targets."""

import math

import torch
from scipy.special import bdtrc, ndtri
from torch import Tensor

from hpsearch.data.checks.differences import measured_of, splits_look_different
from hpsearch.data.checks.facts import Facts
from hpsearch.data.checks.measures import Measured
from hpsearch.data.checks.models import CheapModels, cheap_models, linear_scores
from hpsearch.data.checks.stand_ins import pixels_stand_for_missing
from hpsearch.data.checks.transformed import split_is_transformed
from hpsearch.rulebook import Remark

CHANCE = 0.01
"""Of taking guessing for knowledge, over all models and shares together."""
FAR = 5.0
"""Deviations that an image measures away from others, at most, as the model sees it."""
GAIN = 0.2
"""Of the errors of guessing: where a model avoids more, images are only too few to be sure (heuristic)."""


def labels_without_signal(facts: Facts) -> Remark | None:
    """Two cheap models learn nothing about the labels that helps on held-out images.

    The nearest image among small copies, and a linear model on 8×8 pixels and the responses of 64 random patches of
    training images (Coates, Lee and Ng), are no better than guessing the most frequent class, at one chance in a
    hundred. Labels that were shuffled, or moved against their images, look like this. So does a task that is too hard
    for both; then a network of your own that is better than guessing is the proof. Accuracy is blind where one class
    has nearly all images, and patches are to how rich in contrast an image is: so what the linear model says of the
    classes, and one that knows nothing but what images measure (contrast, sharpness, levels, …), is held against the
    same labels in a random order (Hoeffding), and nothing is said if there is one chance in a hundred. Nor is it where
    a model avoids a fifth of the errors of guessing (heuristic): of few images that may be within chance, and is no
    sign that there is nothing to learn. Where half of the training images tell the labels of the other half and
    validation looks otherwise, or where pixels stand for missing values, that is told in its place. At most 4,096
    training and 2,048 held-out images are used, and nothing is said of fewer than 50.
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
    if (
        chance <= CHANCE
        or gain > GAIN * (1 - guessing)
        or _belong_together(facts, models)
        or _has_a_cause(facts, models)
    ):
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


def _belong_together(facts: Facts, models: CheapModels) -> bool:
    """Whether what models say of validation images has to do with their labels, by more than chance."""
    known = measured_of(facts)
    (ours, labels), (theirs, truth) = (_measures(known[part.name], facts) for part in (facts.train, facts.validation))
    mean, spread = ours.mean(dim=0), ours.std(dim=0, correction=0)
    ours, theirs = (((one - mean) / spread.clamp_min(1e-9)).clamp(-FAR, FAR) for one in (ours, theirs))
    of_measures = linear_scores(ours, labels, theirs, models.classes)
    asked = [(scores, models.truth) for scores in models.scores.values()]
    asked += [(scores, truth) for scores in of_measures.values()]
    beyond = float(ndtri(1 - CHANCE / len(asked)))
    return any(_association(*one) > beyond for one in asked)


def _has_a_cause(facts: Facts, models: CheapModels) -> bool:
    """Whether something else is told that makes a model fail, which learns from one half of training for the other."""
    missing = facts.once(pixels_stand_for_missing) is not None
    found = (facts.once(rule) for rule in (split_is_transformed, splits_look_different))
    told = any(one is not None and one.numbers["split"] == facts.validation.name for one in found)
    if missing == told:
        return missing
    within = models.scores_of_other_half.values()
    learned = any(_association(scores, models.labels) > float(ndtri(1 - CHANCE / len(within))) for scores in within)
    return told if learned else missing


def _measures(known: Measured, facts: Facts) -> tuple[Tensor, Tensor]:
    """What images measure (N, M), each number and the logarithm of its size, and their labels (N,), if in range."""
    kept = (known.labels >= 0) & (known.labels < facts.classes)
    values = known.values[kept]
    return torch.cat([values, values.abs().clamp_min(1e-9).log()], dim=1), known.labels[kept]


def _association(scores: Tensor, labels: Tensor) -> float:
    """By how many standard deviations scores (N, K) are higher for the labels (N,) than for these in a random order.

    Each column has mean 0 and variance 1, so that a rare class counts as much as others. The mean and the variance over
    all orders are known (Hoeffding, A Combinatorial Central Limit Theorem, 1951).
    """
    present = torch.unique(labels)
    columns = scores[:, present]
    columns = (columns - columns.mean(dim=0)) / columns.std(dim=0, correction=0).clamp_min(1e-12)
    places = torch.searchsorted(present, labels)
    shares = torch.bincount(places).double() / len(labels)
    weights = 1 / (shares * (1 - shares)).clamp_min(1e-12).sqrt()  # each class's members are as much as all others
    columns = columns * weights
    columns = columns - (columns @ shares)[:, None]
    own = float(columns.gather(1, places[:, None]).sum())
    variance = float((columns.square() @ shares).sum()) * len(labels) / (len(labels) - 1)
    return own / max(math.sqrt(variance), 1e-12)
