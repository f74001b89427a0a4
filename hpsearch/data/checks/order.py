"""Check whether the order of pixels carries something, so that a convolution has a neighbourhood to use."""

from dataclasses import dataclass

import torch
from torch import Tensor

from hpsearch.data.checks.facts import Facts, Part, evenly
from hpsearch.data.checks.interleaved import read_as_rows
from hpsearch.data.checks.models import FEWEST
from hpsearch.data.checks.planes import alike, planes, varying
from hpsearch.data.checks.scattered import places_differ
from hpsearch.data.checks.stand_ins import pixels_stand_for_missing
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

SAMPLED, NUMBERS, SIDE = 2_048, 2**18, 48
"""Images that are looked at, evenly spaced ones of more; how many numbers they may be; and of larger images the middle
of so many pixels: it has neighbours enough."""
MOST_NUMBERS = 2**24
"""Of whole images: of larger ones the order of channels is not looked at."""
LEAST_SIDE = 4
BESIDE = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Rows and columns from a pixel to its neighbours on one side; those on the other side are pairs with it as well."""
SIDES, NEAREST = 2, 4
"""The first of them are the nearest; and where their mean is among what is measured."""
DRAWS = 32
"""Random orders that the given one is held against."""
STANDARD_DEVIATIONS = 5.0
"""Of random orders: a random one is further from their mean with a chance of 2e-5 (Student, 31 degrees) …"""
FEWER, MORE = 3.0, 0.15
"""… or so many, where neighbours are more alike by so much correlation: of few pixels that hang together orders differ
so much that five would be more than images have (heuristic)."""
UNSEEN = 0.3
"""Correlation of the nearest that may have been missed, at most, by two standard deviations: the test must see what is
common in images (heuristic)."""


@dataclass(frozen=True, eq=False)
class _Held:
    """How alike neighbours are, held against random orders; see ``_measured``."""

    own: Tensor
    drawn: Tensor
    """The mean of random orders …"""
    deviation: Tensor
    """… and their standard deviation."""

    @property
    def carries_something(self) -> bool:
        """Whether no random order explains what is measured."""
        return self.carries_something_in_the_mean or bool((self._beyond > STANDARD_DEVIATIONS * self.deviation).any())

    @property
    def carries_something_in_the_mean(self) -> bool:
        """The same without the single images: of few of them one may have anything."""
        least = torch.minimum(STANDARD_DEVIATIONS * self.deviation, (FEWER * self.deviation).clamp_min(MORE))
        return bool((self._beyond > least)[: NEAREST + 1].any())

    @property
    def unseen(self) -> float:
        """How much more alike than in a random order the nearest may be."""
        return float((self.own - self.drawn + 2 * self.deviation)[NEAREST])

    @property
    def _beyond(self) -> Tensor:
        return (self.own - self.drawn).abs()


def no_local_correlation(facts: Facts) -> Remark | None:
    """Neighbouring pixels are no more, and no less, alike than pixels in a random order.

    Then nothing is lost by any other order: a convolution has no neighbourhood to use, and a network of linear layers
    fits the data better. A permuted array looks like this, and so does a table of numbers that was folded into an
    image. From each pixel its mean over images is taken, and from each channel of each image what its pixels have in
    common, as haze, exposure, or the colour of the ground. Measured is how alike neighbours are in the mean of all
    images, and how much so in single ones, whatever the sign: a texture in one class of some has the first, stripes and
    checks may have the second alone. Both are held against 32 random orders of the same pixels, and so are the mean
    images of the classes, as with a bright spot on noise whose place is the class. One that lies five standard
    deviations beyond those orders, or three and 0.15 of correlation, says that the order carries something. Nothing is
    said either where orders differ so much that a correlation of 0.3 might be missed (heuristics), or where pixels
    stand for missing values, which is told in its place.

    An order can have been lost only where places differ: where two of them go together more than others do, or one
    tells a class. So the given images are held against the same with the pixels of each scattered anew. If no place
    differs from others by that, as in white noise, coin tosses, or pieces that lie anywhere on a board, no other order
    would carry anything either, and what is told is information.

    Told is also of several channels that pixels as many places apart as there are channels are more alike than those
    nearer by: an array with its channels last was reshaped, and its axes should have been moved.
    """
    part = facts.train
    height, width = part.split.images.shape[2:]
    if min(height, width) < LEAST_SIDE:
        return None
    chosen = _chosen(part)
    if len(chosen) < FEWEST:
        return None
    images = part.split.images[chosen]
    whole = read_as_rows(images.float()) if images.numel() <= MOST_NUMBERS else None
    return whole or _in_any_order(facts, _middle(images).float(), chosen)


def _chosen(part: Part) -> Tensor:
    channels, height, width = part.split.images.shape[1:]
    numbers = channels * min(SIDE, height) * min(SIDE, width)
    return evenly(part.telling, min(SAMPLED, max(FEWEST, NUMBERS // max(1, numbers))))


def _middle(images: Tensor) -> Tensor:
    top, left = (max(0, side - SIDE) // 2 for side in images.shape[2:])
    return images[:, :, top : top + SIDE, left : left + SIDE]


def _in_any_order(facts: Facts, images: Tensor, chosen: Tensor) -> Remark | None:
    if facts.once(pixels_stand_for_missing) is not None:
        return None
    scaled, alive = varying(images)
    held = _held_against_orders(planes(scaled, alive), alive)
    if held is None or held.carries_something or held.unseen > UNSEEN:
        return None
    class_means = _class_means(facts, scaled, chosen)
    of_classes = None if class_means is None else _held_against_orders(planes(class_means, alive), alive)
    if of_classes is not None and of_classes.carries_something_in_the_mean:
        return None
    own, drawn, deviation = (float(one[NEAREST]) for one in (held.own, held.drawn, held.deviation))
    sentence = (
        f"neighbouring pixels have a mean correlation of {own:.3f} beside what is common to an image, and in a random "
        f"order one of {drawn:.3f} ± {deviation:.2g}: their order carries nothing"
    )
    severity = None
    # An empty plane would have what the mean of all images is made of, and a faint one what that of loud ones is; and
    # what is scattered comes to other places, so that all are in one unit.
    shown = (images.amax(dim=(2, 3), keepdim=True) > images.amin(dim=(2, 3), keepdim=True)).float()
    images = planes(images * alive, alive)
    left = (images - images.mean(dim=0)) * alive * shown
    if not places_differ(planes(left, alive), alive, _labels(facts, chosen)):
        sentence += ", and no other order would, since no place differs from others"
        severity = Severity.INFO
    numbers = {"neighbours": own, "in_random_orders": drawn, "standard_deviation": deviation, "images": len(images)}
    return Remark(sentence, numbers, severity)


def _held_against_orders(found: Tensor, alive: Tensor) -> _Held | None:
    """None where hardly anything varies."""
    own = _measured(found, alive)
    draw = torch.Generator().manual_seed(0)
    drawn = []
    for _ in range(DRAWS):
        order = torch.randperm(alive[0].numel(), generator=draw)
        one = _measured(*(some.flatten(-2)[..., order].view_as(some) for some in (found, alive)))
        if one is not None:
            drawn.append(one)
    if own is None or len(drawn) < DRAWS:
        return None
    orders = torch.stack(drawn)
    return _Held(own, orders.mean(dim=0), orders.std(dim=0).clamp_min(1e-9))


def _measured(found: Tensor, alive: Tensor) -> Tensor | None:
    """How alike neighbours of four kinds, and the nearest ones, are in the mean of all images, and after that those of
    four kinds in single images, whatever the sign (9,); None where no two neighbours vary."""
    each = [alike(found, alive, *step).double() for step in BESIDE]
    if not all(one.numel() for one in each):
        return None
    means = torch.stack([one.mean() for one in each])
    return torch.stack([*means, means[:SIDES].mean(), *(one.square().mean() for one in each)])


def _labels(facts: Facts, chosen: Tensor) -> Tensor:
    """Those of the images, if they are classes."""
    return facts.train.split.targets[chosen] if facts.classes else torch.empty(0, dtype=torch.int64)


def _class_means(facts: Facts, scaled: Tensor, chosen: Tensor) -> Tensor | None:
    """Mean images of the classes (K, C, H, W) beside that of all."""
    labels = _labels(facts, chosen)
    known = torch.unique(labels[(labels >= 0) & (labels < facts.classes)]).tolist()
    if len(known) < 2:
        return None
    means = torch.stack([scaled[labels == label].mean(dim=0) for label in known])
    return means - means.mean(dim=0)
