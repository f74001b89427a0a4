"""What people do to their arrays: faults of whole data sets, before they are divided."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import shift

from benchmarks.data.fields import Array, Draw, Drawn

Spoiling = Callable[[Draw, Drawn], Drawn | None]
"""None where the fault cannot be made in such data."""
REFUSED = "refused"
"""The loader refuses the arrays, which tells the fault as well."""


@dataclass(frozen=True)
class Fault:
    """One fault, and the codes that tell it."""

    spoil: Spoiling
    right: frozenset[str]


def _is_of_classes(drawn: Drawn) -> bool:
    return drawn.targets.dtype.kind in "iu"


def shuffled(share: float) -> Spoiling:
    """So many of the labels belong to another sample."""

    def spoil(draw: Draw, drawn: Drawn) -> Drawn | None:
        if not _is_of_classes(drawn):
            return None
        targets = drawn.targets.copy()
        chosen = draw.permutation(len(targets))[: round(share * len(targets))]
        targets[chosen] = targets[draw.permutation(chosen)]
        return replace(drawn, targets=targets)

    return spoil


def moved_labels(_draw: Draw, drawn: Drawn) -> Drawn | None:
    """Each label is that of the sample before."""
    return replace(drawn, targets=np.roll(drawn.targets, 1)) if _is_of_classes(drawn) else None


def swapped(share: float) -> Spoiling:
    """So many samples of one class have the label of another one."""

    def spoil(draw: Draw, drawn: Drawn) -> Drawn | None:
        if not _is_of_classes(drawn):
            return None
        targets = drawn.targets.copy()
        one, other = draw.permutation(int(targets.max()) + 1)[:2]
        members = draw.permutation(np.flatnonzero(targets == one))
        targets[members[: round(share * len(members))]] = other
        return replace(drawn, targets=targets)

    return spoil


def copied(change: Callable[[Draw, Array], Array], share: float = 0.06) -> Spoiling:
    """So many samples are there twice, the second time changed, before the data are divided."""

    def spoil(draw: Draw, drawn: Drawn) -> Drawn | None:
        count = len(drawn.images)
        chosen = draw.permutation(count)[: max(10, round(share * count))]
        images = np.concatenate([drawn.images, change(draw, drawn.images[chosen]).astype(drawn.images.dtype)])
        order = draw.permutation(len(images))
        targets = np.concatenate([drawn.targets, drawn.targets[chosen]])
        return replace(drawn, images=images[order], targets=targets[order], groups=None)

    return spoil


def the_same(_draw: Draw, images: Array) -> Array:
    return images


def under_noise(draw: Draw, images: Array) -> Array:
    """A fiftieth of the spread."""
    found = images + draw.normal(0, 0.02 * images.std(), images.shape)
    return np.clip(np.round(found), images.min(), images.max()) if images.dtype.kind in "ui" else found


def brighter(_draw: Draw, images: Array) -> Array:
    found: Array = 0.9 * (images - images.min()) + images.min()
    return np.round(found) if images.dtype.kind in "ui" else found


def mirrored(_draw: Draw, images: Array) -> Array:
    found: Array = images[..., ::-1]
    return found


def by_a_pixel(_draw: Draw, images: Array) -> Array:
    found: Array = shift(images, (*[0] * (images.ndim - 1), 1), order=0, mode="nearest")
    return found


def broken(value: float) -> Spoiling:
    """A few pixels of ten images have this value."""

    def spoil(draw: Draw, drawn: Drawn) -> Drawn | None:
        images = drawn.images.astype(np.float32)
        images[draw.permutation(len(images))[:10], ..., 2, 3] = value
        return replace(drawn, images=images)

    return spoil


def unseen(draw: Draw, drawn: Drawn) -> Drawn | None:
    """One pixel in fifty is -999."""
    images = drawn.images.astype(np.float32)
    images[draw.random(images.shape) < 0.02] = -999
    return replace(drawn, images=images) if abs(images).max() <= 300 or images.std() < 300 else None


def unmeasured(draw: Draw, drawn: Drawn) -> Drawn | None:
    """One target in thirty is -999."""
    if _is_of_classes(drawn):
        return None
    targets = drawn.targets.astype(float)
    targets[draw.random(len(targets)) < 0.035] = -999
    return replace(drawn, targets=targets)


def two_units(draw: Draw, drawn: Drawn) -> Drawn | None:
    """A third of the targets, all columns of them, is in tenths of the unit."""
    if _is_of_classes(drawn) or drawn.targets.min() <= 0:
        return None
    factor = np.where(draw.random(len(drawn.targets)) < 0.33, 10.0, 1.0)
    return replace(drawn, targets=drawn.targets * (factor if drawn.targets.ndim == 1 else factor[:, None]))


def two_ranges(draw: Draw, drawn: Drawn) -> Drawn | None:
    """A fifth of the images in bytes is divided by 255."""
    if drawn.images.dtype != np.uint8 or drawn.images.max() < 100:
        return None
    images = drawn.images.astype(np.float32)
    images[draw.random(len(images)) < 0.2] /= 255
    return replace(drawn, images=images)


def other_colours(draw: Draw, drawn: Drawn) -> Drawn | None:
    """Half of the images have their channels in the opposite order."""
    if drawn.images.ndim != 4 or drawn.images.shape[1] < 3:
        return None
    images = drawn.images.copy()
    chosen = draw.random(len(images)) < 0.5
    images[chosen] = images[chosen, ::-1]
    return replace(drawn, images=images)


def permuted(draw: Draw, drawn: Drawn) -> Drawn | None:
    """The pixels are in another order, the same in all images."""
    images = drawn.images
    flat = images.reshape(*images.shape[:-2], -1)
    return replace(drawn, images=flat[..., draw.permutation(flat.shape[-1])].reshape(images.shape))


def reshaped(_draw: Draw, drawn: Drawn) -> Drawn | None:
    """Channels last, reshaped to channels first."""
    images = drawn.images
    if images.ndim != 4 or images.shape[1] < 2:
        return None
    return replace(drawn, images=np.ascontiguousarray(images.transpose(0, 2, 3, 1)).reshape(images.shape))


def run_over(_draw: Draw, drawn: Drawn) -> Drawn | None:
    """A third of the range is added to bytes, which run over."""
    if drawn.images.dtype != np.uint8 or len(np.unique(drawn.images)) < 64:
        return None
    return replace(drawn, images=drawn.images + np.uint8(80))


def empty(draw: Draw, drawn: Drawn) -> Drawn | None:
    """One image in thirty is black."""
    images = drawn.images.copy()
    images[draw.random(len(images)) < 0.035] = 0
    return replace(drawn, images=images)


def in_order(_draw: Draw, drawn: Drawn) -> Drawn | None:
    """All samples of a class follow each other."""
    if not _is_of_classes(drawn) or drawn.groups is not None:
        return None
    order = np.argsort(drawn.targets, kind="stable")
    return replace(drawn, images=drawn.images[order], targets=drawn.targets[order])


def one_hot(_draw: Draw, drawn: Drawn) -> Drawn | None:
    """Classes as one column each."""
    return (
        replace(drawn, targets=np.eye(int(drawn.targets.max()) + 1)[drawn.targets]) if _is_of_classes(drawn) else None
    )


def as_numbers(_draw: Draw, drawn: Drawn) -> Drawn | None:
    """Classes as real numbers."""
    return replace(drawn, targets=drawn.targets.astype(np.float32)) if _is_of_classes(drawn) else None


def from_one(_draw: Draw, drawn: Drawn) -> Drawn | None:
    """Classes that are counted from 1."""
    return replace(drawn, targets=drawn.targets + 1) if _is_of_classes(drawn) else None


FAULTS: dict[str, Fault] = {
    "labels shuffled 20 %": Fault(shuffled(0.2), frozenset({"HD401"})),
    "labels shuffled 50 %": Fault(shuffled(0.5), frozenset({"HD401"})),
    "labels shuffled": Fault(shuffled(1.0), frozenset({"HD401"})),
    "labels moved by one": Fault(moved_labels, frozenset({"HD401"})),
    "one class swapped 10 %": Fault(swapped(0.1), frozenset({"HD401"})),
    "one class swapped 25 %": Fault(swapped(0.25), frozenset({"HD401"})),
    "one class swapped 40 %": Fault(swapped(0.4), frozenset({"HD401"})),
    "copies": Fault(copied(the_same), frozenset({"HD302"})),
    "copies under noise": Fault(copied(under_noise), frozenset({"HD303", "HD302"})),
    "copies brighter": Fault(copied(brighter), frozenset({"HD303", "HD302"})),
    "copies mirrored": Fault(copied(mirrored), frozenset({"HD303", "HD302"})),
    "copies moved by a pixel": Fault(copied(by_a_pixel), frozenset({"HD303", "HD302"})),
    "NaN": Fault(broken(np.nan), frozenset({REFUSED, "HD101"})),
    "infinite": Fault(broken(np.inf), frozenset({REFUSED, "HD101"})),
    "pixels -999": Fault(unseen, frozenset({"HD111"})),
    "targets -999": Fault(unmeasured, frozenset({"HD209"})),
    "two units": Fault(two_units, frozenset({"HD210"})),
    "two ranges": Fault(two_ranges, frozenset({"HD105"})),
    "colours of half exchanged": Fault(other_colours, frozenset({"HD106", "HD107"})),
    "pixels permuted": Fault(permuted, frozenset({"HD402"})),
    "channels last reshaped": Fault(reshaped, frozenset({"HD402"})),
    "bytes run over": Fault(run_over, frozenset({"HD110"})),
    "empty images": Fault(empty, frozenset({"HD102"})),
    "in the order of classes": Fault(in_order, frozenset({"HD205"})),
    "one-hot": Fault(one_hot, frozenset({REFUSED, "HD207"})),
    "classes as real numbers": Fault(as_numbers, frozenset({REFUSED, "HD207"})),
    "classes from 1": Fault(from_one, frozenset({REFUSED, "HD201", "HD202"})),
}
