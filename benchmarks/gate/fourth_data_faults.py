"""What somebody's loader does wrong: each function takes images and targets, and gives them back broken."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pair = tuple[Array, Array]


def _draw() -> np.random.Generator:
    return np.random.default_rng(11)


def _chosen(count: int, share: float) -> Array:
    return _draw().random(count) < share


def names_in_another_order(images: Array, targets: Array) -> Pair:
    """The files were listed in another order than their labels."""
    order = sorted(range(len(images)), key=str)
    return images[order], targets


def one_late(images: Array, targets: Array) -> Pair:
    """A header was read as the first label, so that each image has the label of the one before."""
    return images, np.roll(targets, 1)


def from_one(images: Array, targets: Array) -> Pair:
    """Classes counted from one."""
    return images, targets + 1


def argmax_of_samples(images: Array, targets: Array) -> Pair:
    """Labels from a one-hot table in which all but one column had been lost."""
    return images, np.eye(int(targets.max()) + 1)[targets][:, :1].argmax(axis=1)


def one_hot(images: Array, targets: Array) -> Pair:
    """Labels as rows of zeros and a one, as another framework wants them."""
    return images, np.eye(int(targets.max()) + 1, dtype=np.float32)[targets]


def as_floats(images: Array, targets: Array) -> Pair:
    """Classes that a table of numbers has made floats."""
    return images, targets.astype(np.float64)


def last_image(images: Array, targets: Array) -> Pair:
    """The same buffer was appended again and again."""
    return np.broadcast_to(images[-1], images.shape).copy(), targets


def unread(images: Array, targets: Array) -> Pair:
    """A third of the files could not be read and stayed black."""
    images[_chosen(len(images), 0.33)] = 0
    return images, targets


def nan_where_flat(images: Array, targets: Array) -> Pair:
    """Divided by a number that is zero for some images."""
    floats = images.astype(np.float32)
    floats[_chosen(len(images), 0.02)] = np.nan
    return floats, targets


def cast_to_whole(images: Array, targets: Array) -> Pair:
    """Divided by 255 and kept as whole numbers."""
    return (images / 255).astype(np.int64), targets


def bytes_overflow(images: Array, targets: Array) -> Pair:
    """Brightened as bytes, which begin again at 0."""
    return images + np.uint8(90), targets


def raised(images: Array, targets: Array) -> Pair:
    """Scaled to a range of 1, but round 100: a mean that was added instead of removed."""
    return (images.astype(np.float32) / 255 + 100), targets


def half_scaled(images: Array, targets: Array) -> Pair:
    """Every image of a second folder was scaled to 0 … 1, those of the first were not."""
    floats = images.astype(np.float32)
    floats[_chosen(len(images), 0.5)] /= 255
    return floats, targets


def copied(images: Array, targets: Array) -> Pair:
    """Enlarged before anybody divides them: all are there three times."""
    return np.concatenate([images] * 3), np.concatenate([targets] * 3)


def enlarged(images: Array, targets: Array) -> Pair:
    """Enlarged before anybody divides them: with a little noise, twice."""
    noise = _draw().normal(0, 2, (2, *images.shape))
    more = [np.clip(images + one, 0, 255).round().astype(images.dtype) for one in noise]
    return np.concatenate([images, *more]), np.concatenate([targets] * 3)


def scrambled(images: Array, targets: Array) -> Pair:
    """Stored column by column of another shape: the pixels of each image are in an order of chance."""
    flat = images.reshape(len(images), -1)
    return flat[:, _draw().permutation(flat.shape[1])].reshape(images.shape), targets


def last_axis_read_as_first(images: Array, targets: Array) -> Pair:
    """Stored as (N, H, W, C) and reshaped to (N, C, H, W) without moving the axes."""
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1)).reshape(images.shape), targets


def channels_last(images: Array, targets: Array) -> Pair:
    """As (N, H, W, C), as image libraries give them."""
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1)), targets


def stamped(images: Array, targets: Array) -> Pair:
    """A stamp in the corner shows the class."""
    for number, target in enumerate(targets):
        images[number, ..., 0, int(target)] = images.max()
    return images, targets


def rare(images: Array, targets: Array) -> Pair:
    """Of the last class all but a few are missing."""
    few = (targets < targets.max()) | (np.cumsum(targets == targets.max()) <= 4)
    return images[few], targets[few]


def opaque(images: Array, targets: Array) -> Pair:
    """With a fourth channel that is the same everywhere: how opaque a pixel is."""
    return np.concatenate([images, np.full_like(images[:, :1], 255)], axis=1), targets


def several_labels(images: Array, targets: Array) -> Pair:
    """Images with several labels were written out once for each."""
    more = _chosen(len(images), 0.4)
    other = (targets[more] + 1 + _draw().integers(0, targets.max(), more.sum())) % (targets.max() + 1)
    return np.concatenate([images, images[more]]), np.concatenate([targets, other])


def labels_guessed(images: Array, targets: Array) -> Pair:
    """Joined with the wrong table: a label has nothing to do with its image."""
    return images, _draw().permutation(targets)


def numbers_constant(images: Array, targets: Array) -> Pair:
    """Real targets that a rounding has made the same for all but a few."""
    return images, np.floor(targets / 12.0)


DATA_FAULTS: dict[str, Callable[[Array, Array], Pair]] = {
    found.__name__.replace("_", "-"): found
    for found in (
        *(names_in_another_order, one_late, from_one, argmax_of_samples, one_hot, as_floats, last_image, unread),
        *(nan_where_flat, cast_to_whole, bytes_overflow, raised, half_scaled, copied, enlarged, scrambled),
        *(last_axis_read_as_first, channels_last, stamped, rare, opaque, several_labels, labels_guessed),
        numbers_constant,
    )
}
