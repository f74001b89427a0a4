"""What can be wrong with data in the fourth part, and harmless changes of sound ones."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.diagnosis.second_changes import _draw, _everywhere, _fewer_held, _held
from hpsearch.data.dataset import Dataset, Scale, Split

FIVE = 5
"""Training images of each class that are left."""
MISSING = -999.0
"""What stands for a value that is missing."""


def class_missing_in_validation(dataset: Dataset) -> Dataset:
    """The validation samples of the last class were not copied."""
    held = dataset.validation
    return replace(dataset, validation=_of(held, held.targets != dataset.task.outputs - 1))


def part_numbered_otherwise(dataset: Dataset) -> Dataset:
    """Two in five training samples come from another place, where classes have the number before."""
    train = dataset.train
    other = torch.rand(len(train), generator=_draw()) < 0.4
    moved = (train.targets - 1) % dataset.task.outputs
    return replace(dataset, train=Split(train.images, torch.where(other, moved, train.targets)))


def two_classes_mixed(dataset: Dataset) -> Dataset:
    """Nobody could tell the first two classes apart: each of their samples has one of both labels by chance."""
    draw = _draw()

    def mixed(split: Split) -> Split:
        tossed = torch.randint(2, (len(split),), generator=draw)
        return Split(split.images, torch.where(split.targets < 2, tossed, split.targets))

    return _each(dataset, mixed)


def not_a_number_in_validation(dataset: Dataset) -> Dataset:
    """One validation image has pixels that are NaN."""
    images = dataset.validation.images.clone()
    images[len(images) // 2, :, 1, :] = torch.nan
    return replace(dataset, validation=Split(images, dataset.validation.targets))


def wrapped_everywhere(dataset: Dataset) -> Dataset:
    """All images were brightened as bytes: what went beyond 255 began at 0 again."""
    low, high = dataset.train.images.amin(), dataset.train.images.amax()

    def brighter(images: Tensor) -> Tensor:
        unit = (images - low) / (high - low)
        return ((unit * 255 * 3.5).round() % 256) / 255 * (high - low) + low

    return _everywhere(dataset, brighter)


def grey_validation(dataset: Dataset) -> Dataset:
    """Validation images were read as grey ones, and repeated for three channels."""
    return _held(dataset, lambda images: images.mean(dim=1, keepdim=True).expand_as(images).contiguous())


def noise_in_validation(dataset: Dataset) -> Dataset:
    """Validation images come from a sensor with strong noise."""
    draw = _draw()
    return _held(dataset, lambda images: images + 1.2 * torch.randn(images.shape, generator=draw))


def normalised_twice_in_validation(dataset: Dataset) -> Dataset:
    """From validation images, that are normalised, the mean of bytes in 0 … 1 is subtracted once more."""
    return _held(dataset, lambda images: (images - 0.45) / 0.225)


def varied_before_the_split(dataset: Dataset) -> Dataset:
    """Copies a little lighter and noisier were made of a third of all images before they were divided: the others of
    them are in the other splits."""
    train, held, test = dataset.train, dataset.validation, dataset.test
    draw = _draw()

    def copies(split: Split) -> Split:
        kept = torch.rand(len(split), generator=draw) < 0.7
        images = split.images[kept]
        images = images * (0.95 + 0.1 * torch.rand(len(images), 1, 1, 1, generator=draw))
        return Split(images + 0.03 * torch.randn(images.shape, generator=draw), split.targets[kept])

    parts = [train, copies(held), copies(test)]
    joined = Split(torch.cat([one.images for one in parts]), torch.cat([one.targets for one in parts]))
    order = torch.randperm(len(joined), generator=draw)
    return replace(dataset, train=Split(joined.images[order], joined.targets[order]))


def stray_folder(dataset: Dataset) -> Dataset:
    """A folder of thumbnails became the first class, with three images in training and none elsewhere."""
    moved = _each(dataset, lambda split: Split(split.images, split.targets + 1))
    train = moved.train
    thumbnails = functional.avg_pool2d(train.images[:3], 2).repeat(1, 1, 2, 2)
    joined = Split(torch.cat([train.images, thumbnails]), torch.cat([train.targets, torch.zeros(3, dtype=torch.int64)]))
    return replace(moved, train=joined, task=replace(dataset.task, outputs=dataset.task.outputs + 1))


def validation_numbered_by_text(dataset: Dataset) -> Dataset:
    """Classes of validation are numbered in the order of their names as text: 0, 1, 10, 11, 2, …"""
    names = sorted(range(dataset.task.outputs), key=str)
    order = torch.tensor([names.index(number) for number in range(dataset.task.outputs)])
    held = dataset.validation
    return replace(dataset, validation=Split(held.images, order[held.targets]))


def missing_values_are_numbers(dataset: Dataset) -> Dataset:
    """Three in a hundred targets were missing, and stand there as -999."""
    return _measured(dataset, lambda targets, chance: torch.where(chance < 0.03, MISSING, targets))


def five_of_each_class(dataset: Dataset) -> Dataset:
    """There are five training images of each class."""
    train = dataset.train
    places = [torch.nonzero(train.targets == one).flatten()[:FIVE] for one in range(dataset.task.outputs)]
    return replace(dataset, train=_of(train, torch.cat(places).sort().values))


def targets_of_two_units(dataset: Dataset) -> Dataset:
    """Half of the targets were written down in a unit ten times as small."""
    return _measured(dataset, lambda targets, chance: torch.where(chance < 0.5, 10 * targets, targets))


def uneven_1_to_4(dataset: Dataset) -> Dataset:
    """Sound: of the first class there is one for four of each other."""

    def thinned(split: Split) -> Split:
        first = (split.targets == 0).cumsum(0)
        return _of(split, (split.targets != 0) | (first % 4 == 0))

    return _each(dataset, thinned)


def validation_of_120(dataset: Dataset) -> Dataset:
    """Sound: 120 images to validate with."""
    return _fewer_held(dataset, 120)


def black_and_white(dataset: Dataset) -> Dataset:
    """Sound: all images have two levels."""
    low, high = dataset.train.images.amin(), dataset.train.images.amax()

    def sharp(images: Tensor) -> Tensor:
        middle = (images.amin((2, 3), keepdim=True) + images.amax((2, 3), keepdim=True)) / 2
        return torch.where(images > middle, high, low)

    return _everywhere(dataset, sharp)


def from_0_to_1(dataset: Dataset) -> Dataset:
    """Sound: pixels in 0 … 1 that nobody has normalised."""
    low, high = dataset.train.images.amin(), dataset.train.images.amax()
    return replace(_everywhere(dataset, lambda images: (images - low) / (high - low)), image_scale=None)


def _of(split: Split, kept: Tensor) -> Split:
    return Split(split.images[kept], split.targets[kept])


def _each(dataset: Dataset, change: Callable[[Split], Split]) -> Dataset:
    train, held, test = (change(split) for split in (dataset.train, dataset.validation, dataset.test))
    return replace(dataset, train=train, validation=held, test=test)


def _measured(dataset: Dataset, change: Callable[[Tensor, Tensor], Tensor]) -> Dataset:
    """Other targets (N, 1) in their own unit, given a number between 0 and 1 for each; normalised by training again."""
    draw, scale = _draw(), dataset.target_scale
    if scale is None:
        raise ValueError("these data have classes")

    def changed(split: Split) -> Tensor:
        own = split.targets * scale.std[0] + scale.mean[0]
        return change(own, torch.rand(own.shape, generator=draw))

    targets = [changed(split) for split in (dataset.train, dataset.validation, dataset.test)]
    mean, spread = targets[0].mean(), targets[0].std(correction=0)
    train, held, test = (
        Split(split.images, (found - mean) / spread)
        for split, found in zip((dataset.train, dataset.validation, dataset.test), targets, strict=True)
    )
    task = replace(dataset.task, validation_guessing_loss=float(held.targets.square().mean()))
    own = Scale((float(mean),), (float(spread),))
    return replace(dataset, train=train, validation=held, test=test, task=task, target_scale=own)


FOURTH_CHANGES: dict[str, Callable[[Dataset], Dataset]] = {
    f"fourth-{function.__name__.replace('_', '-')}": function
    for function in (
        class_missing_in_validation,
        part_numbered_otherwise,
        two_classes_mixed,
        not_a_number_in_validation,
        wrapped_everywhere,
        grey_validation,
        noise_in_validation,
        normalised_twice_in_validation,
        varied_before_the_split,
        stray_folder,
        validation_numbered_by_text,
        missing_values_are_numbers,
        five_of_each_class,
        targets_of_two_units,
        uneven_1_to_4,
        validation_of_120,
        black_and_white,
        from_0_to_1,
    )
}
