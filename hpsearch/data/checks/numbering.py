"""Checks whether classes have the same numbers in validation as in training."""

import math

import torch
from scipy.special import bdtrc
from torch import Tensor

from hpsearch.class_counts import ClassCount, ClassCounts, counted
from hpsearch.data.checks.facts import Facts
from hpsearch.data.checks.models import CheapModels, cheap_models
from hpsearch.data.checks.transformed import split_is_transformed
from hpsearch.rulebook import Remark

CHANCE = 1e-3
"""Of calling classes exchanged that are not, over all classes together."""
HALF = 0.5
NAMED = 5


def labels_numbered_otherwise(facts: Facts) -> Remark | None:
    """A cheap model that learned from training takes classes for each other in validation, and not in training.

    Labels that were sorted otherwise, start from another number, or were exchanged by hand in one split: class 3 there
    is class 4 here. A linear model on the responses of random patches (Coates, Lee and Ng) learns from training. Told
    is a circle of classes of which each is taken for the next one in more than half of its validation samples, by more
    than chance and by more than models do that learned from one half of training and are asked about the other (exact
    binomial tests, one chance in a thousand over all classes). Nothing is said where images are too hard for it, and
    none where images of validation are turned or their channels are exchanged.
    """
    models = facts.once(cheap_models)
    if models is None:
        return None
    counts = {name: _counts(models.truth, guesses) for name, guesses in models.guesses.items()}
    found = {name: circles for name, one in counts.items() if (circles := one.circles())}
    known = models.of_other_half() if found else {}
    for name in known.keys() & found.keys():
        own = _counts(models.labels, known[name])
        told = [one for circle in found[name] if _exchanged(circle, own, models) for one in circle]
        if told and not _is_transformed(facts):
            return _remark(told, counts[name], own)
    return None


def _is_transformed(facts: Facts) -> bool:
    found = facts.once(split_is_transformed)
    return found is not None and found.numbers["split"] == facts.validation.name


def _remark(told: list[ClassCount], counts: ClassCounts, own: ClassCounts) -> Remark:
    wrong, samples = sum(one.mistaken for one in told), sum(one.samples for one in told)
    pairs = ", ".join(f"{one.label} for {one.taken_for}" for one in told[:NAMED]) + (" …" if len(told) > NAMED else "")
    sentence = (
        f"a cheap model takes {len(told)} classes for each other in validation ({pairs}; {wrong} of {samples} "
        f"samples); in training, of samples that it did not learn from, {own.accuracy:.1%} are right"
    )
    numbers = {
        "classes": [one.label for one in told],
        "taken_for": [one.taken_for for one in told],
        "mistaken": [one.mistaken for one in told],
        "samples": [one.samples for one in told],
        "accuracy_in_validation": counts.accuracy,
        "accuracy_in_training": own.accuracy,
    }
    return Remark(sentence, numbers)


def _exchanged(circle: list[ClassCount], own: ClassCounts, models: CheapModels) -> bool:
    """Whether so many are taken for the next class by more than chance, and than within training."""
    known = [found for one in circle if (found := own.of(one.label)) is not None]
    samples = sum(one.samples for one in known)
    wrong = samples - sum(one.right for one in known)
    if len(known) < len(circle):
        return False
    expected = max(HALF, (wrong + 1) / (samples + 2))
    mistaken, judged = sum(one.mistaken for one in circle), sum(one.samples for one in circle)
    chance = float(bdtrc(mistaken - 1, judged, min(1.0, expected)))
    allowed = math.log(CHANCE) - len(circle) * math.log(models.classes)  # there are fewer such circles
    return chance <= 0 or math.log(chance) <= allowed


def _counts(labels: Tensor, guesses: Tensor) -> ClassCounts:
    pairs, numbers = torch.unique(torch.stack([labels, guesses], 1), dim=0, return_counts=True)
    return counted(1, [(*pair, count) for pair, count in zip(pairs.tolist(), numbers.tolist(), strict=True)])
