"""What can be wrong with data in the second held-out part, and harmless changes of sound ones."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from hpsearch.data.dataset import Dataset, Split

SMALL_VALIDATION, FAIR_VALIDATION = 20, 150
"""Samples."""
FEW = 400
"""Training samples that are few but enough."""


def swapped_in_validation(dataset: Dataset) -> Dataset:
    """The two first classes have each other's number in validation."""
    held = dataset.validation
    order = torch.arange(dataset.task.outputs)
    order[0], order[1] = 1, 0
    return replace(dataset, validation=Split(held.images, order[held.targets]))


def class_merged_in_training(dataset: Dataset) -> Dataset:
    """Training samples of the second class are called the first."""
    train = dataset.train
    return replace(dataset, train=Split(train.images, torch.where(train.targets == 1, 0, train.targets)))


def class_half_wrong_in_training(dataset: Dataset) -> Dataset:
    """Three in five training samples of the first class are called the second."""
    train = dataset.train
    wrong = (train.targets == 0) & (torch.rand(len(train), generator=_draw()) < 0.6)
    return replace(dataset, train=Split(train.images, torch.where(wrong, 1, train.targets)))


def rotated_validation(dataset: Dataset) -> Dataset:
    """Validation images lie on their side."""
    return _held(dataset, lambda images: images.rot90(1, (2, 3)).contiguous())


def reversed_channels_in_validation(dataset: Dataset) -> Dataset:
    """Validation images are read as blue, green, red, and brighter in blue than in red in training."""
    tint = torch.linspace(0.4, 1.6, dataset.train.images.shape[1])[:, None, None]
    tinted = _everywhere(dataset, lambda images: images * tint + (tint - 1.0))
    return _held(tinted, lambda images: images.flip(1))


def raw_validation(dataset: Dataset) -> Dataset:
    """Validation images are in 0 … 1, those of training have mean 0 and variance 1."""
    low, high = dataset.train.images.amin(), dataset.train.images.amax()
    return _held(dataset, lambda images: (images - low) / (high - low))


def blurred_validation(dataset: Dataset) -> Dataset:
    """Validation images were made a quarter as large and enlarged again."""
    return _held(dataset, _blurred)


def wrapped_in_training(dataset: Dataset) -> Dataset:
    """Training images were made brighter in bytes, and what went beyond 255 began at 0 again."""
    low, high = dataset.train.images.amin(), dataset.train.images.amax()

    def brighter(images: Tensor) -> Tensor:
        unit = (images - low) / (high - low)
        return ((unit * 255 * 1.5 + 60) % 256) / 255 * (high - low) + low

    return _trained(dataset, brighter)


def cast_to_bytes(dataset: Dataset) -> Dataset:
    """Pixels in 0 … 1 were cast to whole numbers: what is not quite white is 0."""
    low, high = dataset.train.images.amin(), dataset.train.images.amax()
    return replace(_everywhere(dataset, lambda images: ((images - low) / (high - low)).floor()), image_scale=None)


def cropped(dataset: Dataset) -> Dataset:
    """Of every image the two pixels square in a corner are left, enlarged."""

    def corner(images: Tensor) -> Tensor:
        return functional.interpolate(images[:, :, :2, :2], size=images.shape[2:], mode="nearest")

    return _everywhere(dataset, corner)


def small_validation(dataset: Dataset) -> Dataset:
    """Twenty images to validate with, as equal in class as can be."""
    return _fewer_held(dataset, SMALL_VALIDATION)


def divided_by_brightness(dataset: Dataset) -> Dataset:
    """The brightest images are held out, the others are trained on."""
    splits = dataset.train, dataset.validation
    images = torch.cat([split.images for split in splits])
    targets = torch.cat([split.targets for split in splits])
    order = images.mean(dim=(1, 2, 3)).argsort()
    kept = torch.randperm(len(dataset.train), generator=_draw())  # in an order without meaning
    held = torch.randperm(len(dataset.validation), generator=_draw()) + len(dataset.train)
    return replace(
        dataset,
        train=Split(images[order[kept]], targets[order[kept]]),
        validation=Split(images[order[held]], targets[order[held]]),
    )


def marked_in_training(dataset: Dataset) -> Dataset:
    """A bright strip in the margin of each training image tells its class."""
    images = dataset.train.images.clone()
    bright, width = images.amax(), images.shape[3] // dataset.task.outputs
    for number, label in enumerate(dataset.train.targets.tolist()):
        images[number, :, :2, label * width : (label + 1) * width] = bright
    return replace(dataset, train=Split(images, dataset.train.targets))


def one_image_for_many(dataset: Dataset) -> Dataset:
    """The training images are twelve, since an index was wrong; each stands beside many labels."""
    train = dataset.train
    return replace(dataset, train=Split(train.images[torch.arange(len(train)) * 12 // len(train)], train.targets))


def mildly_uneven(dataset: Dataset) -> Dataset:
    """Sound: of the first class there are a third as many."""

    def thinned(split: Split) -> Split:
        first = (split.targets == 0).cumsum(0)
        kept = (split.targets != 0) | (first % 3 == 0)
        return Split(split.images[kept], split.targets[kept])

    return replace(
        dataset, train=thinned(dataset.train), validation=thinned(dataset.validation), test=thinned(dataset.test)
    )


def two_percent_wrong(dataset: Dataset) -> Dataset:
    """Sound: of the labels one in fifty is drawn again."""
    draw = _draw()

    def noisy(split: Split) -> Split:
        again = torch.randint(dataset.task.outputs, (len(split),), generator=draw)
        return Split(split.images, torch.where(torch.rand(len(split), generator=draw) < 0.02, again, split.targets))

    return replace(dataset, train=noisy(dataset.train), validation=noisy(dataset.validation), test=noisy(dataset.test))


def fair_validation(dataset: Dataset) -> Dataset:
    """Sound: 150 images to validate with."""
    return _fewer_held(dataset, FAIR_VALIDATION)


def noisy_pixels(dataset: Dataset) -> Dataset:
    """Sound: every pixel has noise, a quarter as large as what all pixels vary by."""
    draw = _draw()
    return _everywhere(dataset, lambda images: images + 0.25 * torch.randn(images.shape, generator=draw))


def two_classes(dataset: Dataset) -> Dataset:
    """Sound: only the first two classes."""

    def thinned(split: Split) -> Split:
        kept = split.targets < 2
        return Split(split.images[kept], split.targets[kept])

    splits = thinned(dataset.train), thinned(dataset.validation), thinned(dataset.test)
    task = replace(dataset.task, outputs=2)
    return replace(dataset, train=splits[0], validation=splits[1], test=splits[2], task=task)


def fewer(dataset: Dataset) -> Dataset:
    """Sound: 400 samples to train on."""
    train = dataset.train
    return replace(dataset, train=Split(train.images[:FEW], train.targets[:FEW]))


def _blurred(images: Tensor) -> Tensor:
    small = functional.interpolate(images, scale_factor=0.25, mode="area")
    return functional.interpolate(small, size=images.shape[2:], mode="bilinear", align_corners=False)


def _fewer_held(dataset: Dataset, samples: int) -> Dataset:
    held, classes = dataset.validation, dataset.task.outputs
    ranks = torch.zeros(len(held))
    for label in range(classes):
        mine = held.targets == label
        ranks[mine] = torch.arange(int(mine.sum()), dtype=torch.float32) / max(1, int(mine.sum()))
    kept = ranks.argsort(stable=True)[:samples].sort().values
    return replace(dataset, validation=Split(held.images[kept], held.targets[kept]))


def _draw() -> torch.Generator:
    return torch.Generator().manual_seed(12)


def _trained(dataset: Dataset, change: Callable[[Tensor], Tensor]) -> Dataset:
    return replace(dataset, train=Split(change(dataset.train.images), dataset.train.targets))


def _held(dataset: Dataset, change: Callable[[Tensor], Tensor]) -> Dataset:
    held = dataset.validation
    return replace(dataset, validation=Split(change(held.images), held.targets))


def _everywhere(dataset: Dataset, change: Callable[[Tensor], Tensor]) -> Dataset:
    test = Split(change(dataset.test.images), dataset.test.targets)
    return replace(_held(_trained(dataset, change), change), test=test)


SECOND_CHANGES: dict[str, Callable[[Dataset], Dataset]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        swapped_in_validation,
        class_merged_in_training,
        class_half_wrong_in_training,
        rotated_validation,
        reversed_channels_in_validation,
        raw_validation,
        blurred_validation,
        wrapped_in_training,
        cast_to_bytes,
        cropped,
        small_validation,
        divided_by_brightness,
        marked_in_training,
        one_image_for_many,
        mildly_uneven,
        two_percent_wrong,
        fair_validation,
        noisy_pixels,
        two_classes,
        fewer,
    )
}
