"""Whether images are equal because there are few that could be drawn, and not because they were copied."""

import math
from collections import Counter
from collections.abc import Sequence

import torch
from scipy.special import pdtr

from hpsearch.data.checks.facts import Facts, Part, Place
from hpsearch.data.checks.neighbours import beyond

FEW_LEVELS = 4
"""Of a channel of one image: a drawing, a mask or a sprite. Photographs and scans are not equal by accident."""
EXAMPLES = 64
"""Repeated images whose levels are counted."""
DEVIATIONS = 3.1
"""By which both shares differ beyond chance (one in a thousand), with what the draw of training adds."""
IN_PAIRS = 2
"""Images come into training, and leave it, by so many where they are there twice."""
UNLIKELY = 0.01
"""Chance of so few images that are there three times, at which the others are pairs by copying."""


def equal_by_coincidence(facts: Facts) -> bool:
    """Whether repeated images look like draws from few possible ones.

    Three things must hold. The repeated images have at most four levels in a channel (heuristic). A held-out image is
    in training as often as a training image is there twice: a new draw was seen before with the chance that is the
    share of those that were (Good, 1953). And as many are there three times as pairs lead one to expect, if numbers of
    copies are those of Poisson; copies that somebody made are pairs.
    """
    return bool(facts.repeated) and facts.once(_coincidence)


def _coincidence(facts: Facts) -> bool:
    if not all(_is_drawing(facts, places[0]) for places in facts.repeated[:EXAMPLES]):
        return False
    counts = Counter(sum(name == "train" for name, _ in places) for places in facts.repeated)
    within = sum(number * groups for number, groups in counts.items() if number > 1)
    images = len(facts.train.telling)
    for part in facts.held_out:
        leaked, judged = _leaked(facts.repeated, part), len(part.telling)
        other = beyond(leaked, judged, within, images) or beyond(judged - leaked, judged, images - within, images)
        if other and _apart(leaked, within, judged / images):
            return False
    single = images - within
    triples = 2 * counts[2] ** 2 / (3 * single) if single else 0.0  # n_2 / n_1 = λ / 2, n_3 / n_2 = λ / 3
    more = sum(groups for number, groups in counts.items() if number > 2)
    return bool(pdtr(more, triples) > UNLIKELY)


def _apart(leaked: int, within: int, ratio: float) -> bool:
    """Whether leaked images are as many as those within training, for splits of this ratio; both were drawn."""
    expected = ratio * within
    return abs(leaked - expected) > DEVIATIONS * math.sqrt(expected * (1 + IN_PAIRS * ratio) + 1)


def _leaked(repeated: Sequence[Sequence[Place]], part: Part) -> int:
    return sum(
        sum(name == part.name for name, _ in places)
        for places in repeated
        if any(name == "train" for name, _ in places)
    )


def _is_drawing(facts: Facts, place: Place) -> bool:
    image = facts.part(place[0]).split.images[place[1]]
    return all(len(torch.unique(channel)) <= FEW_LEVELS for channel in image)
