"""Checks whether the images of a held-out split are turned, mirrored, negatives, or have their channels exchanged."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import permutations
from typing import NamedTuple

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from hpsearch.data.checks.differences import measured_of
from hpsearch.data.checks.facts import Facts, Part, evenly
from hpsearch.data.checks.measures import measured
from hpsearch.data.checks.prints import standardised
from hpsearch.data.checks.unlike import unlike
from hpsearch.rulebook import Remark

SIDE = 16
"""Of the copies that are compared, in pixels."""
MOST = 1_024
"""Images of a split that are looked at, evenly spaced ones of more."""
FEWEST = 20
"""Held-out images below which nothing is said."""
DEVIATIONS = 6.0
"""By so many standard errors the changed images have to fit better: what a changed image fits better by is never above
0 on average where both splits are alike, so that this is beyond chance for all changes and splits together."""
FITS = 0.75
"""As well as training images fit their own mean, by this share at least, the changed images have to (heuristic)."""
GAIN = 0.1
"""… and better than unchanged by so much of that (heuristic): less does no harm."""
COLOURS = 3
NEGATIVE = "like negatives"

Change = Callable[[Tensor], Tensor]
"""Of images (N, C, H, W)."""
TURNED: dict[str, Change] = {
    "mirrored left to right": lambda images: images.flip(3),
    "mirrored top to bottom": lambda images: images.flip(2),
    "turned by 180°": lambda images: images.flip(2, 3),
}
TURNED_SQUARES: dict[str, Change] = {
    "with rows and columns exchanged": lambda images: images.transpose(2, 3),
    "turned by 90° to the left": lambda images: images.transpose(2, 3).flip(3),
    "turned by 90° to the right": lambda images: images.transpose(2, 3).flip(2),
    "with rows and columns exchanged and turned by 180°": lambda images: images.transpose(2, 3).flip(2, 3),
}
"""Both: what a split is called, and what undoes it."""
Changes = Callable[[Tensor], Iterator[tuple[str, Change]]]


def split_is_transformed(facts: Facts) -> Remark | None:
    """Held-out images are mirrored, turned, negatives, or have their channels in another order.

    One split was read by another function than the others, so that what was learned does not hold in it. The images of
    a held-out split, 16×16 pixels at most and freed from brightness and contrast, are held against the mean training
    image, and against the mean of their class less that: as they are, under the symmetries of the square, with the
    opposite sign, and in all orders of three channels. Where both splits are alike, no such change can make the images
    fit better on average, whatever the classes look like, and one that changes nothing about them fits as well. Told is
    the change that fits best if it does so by six standard errors over the images, and fits at least three quarters as
    well as training images do (heuristic). Padded or erased images fit negatives too: nothing is said unless the images
    that were changed back measure as training images do, in sharpness, equal neighbours, levels, border and so on. Nor
    is it where the classes in another order fit as well, as those do that mirror each other.
    """
    for part in facts.held_out:
        found = [
            *_found(facts, part, _grey, _turns),
            *(_found(facts, part, _colours, _orders) if part.split.images.shape[1] == COLOURS else ()),
        ]
        if found:
            best = max(found, key=lambda gain: (gain.by_class, gain.fit / gain.own))
            if _something_else(facts, part, best):
                continue
            sentence = (
                f"the {part.name} images look {best.name}: changed back they are as like the training images as "
                f"{best.fit / best.own:.0%} of what those are among themselves, unchanged {best.before / best.own:.0%}"
            )
            numbers = {"split": part.name, "images": best.images, "change": best.name, "gain": best.mean}
            told = {"fit": best.fit, "fit_unchanged": best.before, "fit_of_training": best.own}
            return Remark(sentence, {**numbers, "standard_error": best.error, **told})
    return None


def _found(facts: Facts, part: Part, copies: Change, changes: Changes) -> list["_Gain"]:
    """The changes that make a split fit better beyond chance."""
    known, judged = _sample(facts, facts.train, copies), _sample(facts, part, copies)
    common = (known.counts > 0) & (judged.counts > 0)
    known, judged = known.of(common), judged.of(common)
    if min(len(known.labels), len(judged.labels)) < FEWEST:
        return []
    ways = (False, True) if int(common.sum()) > 1 else (False,)
    tried = [_gain(*change, known, judged, by_class=way) for way in ways for change in changes(judged.images)]
    return [gain for gain in tried if gain is not None]


def _something_else(facts: Facts, part: Part, best: "_Gain") -> bool:
    """Whether images that were changed back measure otherwise still, or classes in another order explain as much."""
    if best.by_reordering >= best.fit:
        return True
    train = measured_of(facts)["train"]
    other = measured(facts, part, lambda images: facts.normal(best.undo(facts.raw_images(images))))
    left = unlike(train, other, max(1, facts.classes))
    return any(one.measure.relative or best.name != NEGATIVE for one in left)


class _Gain(NamedTuple):
    """What a change makes the images fit better by."""

    name: str
    by_class: bool
    """Whether it was read from what makes a class different from the others, which is the surer word."""
    mean: float
    error: float
    """Of the mean, over both splits' images."""
    fit: float
    before: float
    images: int
    own: float
    """The fit of training images to their own means."""
    undo: Change
    by_reordering: float
    """The fit of unchanged images to the classes in the order that suits them best; 0 if read from all classes."""


@dataclass(frozen=True, eq=False)
class _Sample:
    """Some of the images of a split."""

    images: Tensor
    """(N, C, H, W) with mean 0 and length 1."""
    labels: Tensor
    """(N,); all 0 in regression."""
    classes: int

    @cached_property
    def counts(self) -> Tensor:
        return torch.bincount(self.labels, minlength=self.classes)

    @cached_property
    def means(self) -> Tensor:
        """Of each class (K, D); 0 for those that are absent."""
        found = torch.zeros(self.classes, self.images[:1].numel(), dtype=self.images.dtype)
        found.index_add_(0, self.labels, self.images.flatten(1))
        return found / self.counts.clamp_min(1)[:, None]

    def of(self, common: Tensor) -> "_Sample":
        """Those whose class is one of these."""
        kept = common[self.labels]
        return self if bool(kept.all()) else _Sample(self.images[kept], self.labels[kept], self.classes)


def _gain(name: str, undo: Change, known: _Sample, judged: _Sample, *, by_class: bool) -> _Gain | None:
    """None unless the change fits better beyond chance."""
    shares = known.counts / len(known.labels)
    middle = shares @ known.means
    fitted = known.means - middle if by_class else middle.expand(known.classes, -1)
    weights = (shares / judged.counts.clamp_min(1))[judged.labels]  # the classes' shares are those of training; sum 1
    flat, undone = judged.images.flatten(1), undo(judged.images).flatten(1)
    places = fitted[judged.labels]
    before, after = (flat * places).sum(1), (undone * places).sum(1)
    mean = float(weights @ (after - before))
    if mean <= 0:
        return None
    error = math.hypot(
        _error(after - before, weights), _error_of_known(undone - flat, known, judged, by_class=by_class)
    )
    # Of a mean of n vectors of length 1 the square is too long by the n-th part of what is not the mean's.
    surplus = shares / known.counts.clamp_min(1) * (1 - known.means.square().sum(1))
    own = float(shares @ fitted.square().sum(1)) - float(surplus.sum() if by_class else shares @ surplus)
    other = _reordering(fitted, judged, shares) if by_class else 0.0
    fits = float(weights @ after), float(weights @ before)
    gain = _Gain(name, by_class, mean, error, *fits, len(flat), own, undo, other)
    good = own > 0 and gain.fit > FITS * own and mean > GAIN * own
    return gain if good and mean > DEVIATIONS * error else None


def _reordering(fitted: Tensor, judged: _Sample, shares: Tensor) -> float:
    """How well the unchanged images fit if classes were numbered in another order, the best one of all."""
    fits = torch.nan_to_num(judged.means @ fitted.T).numpy()  # (K, K): those of a class with every class
    rows, columns = linear_sum_assignment(shares[:, None].numpy() * fits, maximize=True)
    return float((shares.numpy()[rows] * fits[rows, columns]).sum())


def _error(values: Tensor, weights: Tensor) -> float:
    """Standard error of a weighted mean; the weights have the sum 1."""
    return float((weights * (values - weights @ values)).square().sum().sqrt())


def _error_of_known(moved: Tensor, known: _Sample, judged: _Sample, *, by_class: bool) -> float:
    """What the draw of the training images adds: the same, with the roles of the splits exchanged."""
    change = torch.zeros_like(known.means).index_add_(0, judged.labels, moved)
    change /= judged.counts.clamp_min(1)[:, None]
    shares = known.counts / len(known.labels)
    middle = shares @ change
    changes = change - middle if by_class else middle.expand(known.classes, -1)
    weights = torch.full((len(known.labels),), 1 / len(known.labels))
    return _error((known.images.flatten(1) * changes[known.labels]).sum(1), weights)


def _turns(images: Tensor) -> Iterator[tuple[str, Change]]:
    """What a split may be called, and what undoes it."""
    yield from TURNED.items()
    if images.shape[2] == images.shape[3]:
        yield from TURNED_SQUARES.items()
    yield NEGATIVE, torch.neg


def _orders(images: Tensor) -> Iterator[tuple[str, Change]]:
    """The same for channels."""
    for order in list(permutations(range(images.shape[1])))[1:]:
        words = " ".join(str(order.index(channel)) for channel in range(images.shape[1]))
        yield f"as if their channels were in the order {words}", partial(_reordered, order=order)


def _reordered(images: Tensor, order: Sequence[int]) -> Tensor:
    return images[:, list(order)]


def _grey(images: Tensor) -> Tensor:
    return images.mean(dim=1, keepdim=True)


def _colours(images: Tensor) -> Tensor:
    """What channels have that is not common to all."""
    return images - images.mean(dim=1, keepdim=True)


def _sample(facts: Facts, part: Part, copies: Change) -> _Sample:
    labels = part.split.targets if facts.classes else torch.zeros(len(part.split), dtype=torch.int64)
    classes = max(1, facts.classes)
    usable = part.telling[(labels[part.telling] >= 0) & (labels[part.telling] < classes)]
    chosen = evenly(usable, MOST)
    height, width = (min(SIDE, side) for side in part.split.images.shape[2:])
    small = [
        adaptive_avg_pool2d(copies(part.split.images[some].float()), (height, width))
        for some in torch.split(chosen, part.portion)
    ]
    images = torch.cat(small) if small else torch.empty(0, 1, height, width)
    return _Sample(standardised(images).reshape(images.shape), labels[chosen], classes)
