"""Check whether the images have something to say about the targets."""

import torch
from scipy.special import bdtrc

from hpsearch.data.checks.facts import Facts
from hpsearch.data.checks.models import cheap_models
from hpsearch.rulebook import Remark

CHANCE = 0.01
"""Of taking guessing for knowledge, over all models and shares together."""
GAIN = 0.2
"""Of the errors of guessing: where a model avoids more, images are only too few to be sure (heuristic)."""


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
