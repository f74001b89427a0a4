"""What can be wrong with data in the fifth part, and harmless changes of sound ones."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.diagnosis.fourth_changes import _each, _of
from benchmarks.diagnosis.second_changes import _draw, _everywhere, _fewer_held, _held, _trained
from hpsearch.data.dataset import Dataset, Split

KEPT_OF_EACH = 4
"""Training images of each class that are left."""


def labels_become_the_first(dataset: Dataset) -> Dataset:
    """Of the training samples 45 % were given the label of the first class."""
    train = dataset.train
    changed = torch.rand(len(train), generator=_draw()) < 0.45
    return replace(dataset, train=Split(train.images, torch.where(changed, 0, train.targets)))


def most_training_data_removed(dataset: Dataset) -> Dataset:
    """Four training images of each class are left."""
    train = dataset.train
    places = [torch.nonzero(train.targets == one).flatten()[:KEPT_OF_EACH] for one in range(dataset.task.outputs)]
    return replace(dataset, train=_of(train, torch.cat(places).sort().values))


def unbalanced_in_training(dataset: Dataset) -> Dataset:
    """Of every second class one training sample in thirty is left."""
    train = dataset.train
    rare = train.targets % 2 == 1
    return replace(dataset, train=_of(train, ~rare | (rare.cumsum(0) % 30 == 1)))


def noise_in_training(dataset: Dataset) -> Dataset:
    """Training images were saved with noise two and a half times as strong as what they show."""
    draw = _draw()
    return _trained(dataset, lambda images: images + 2.5 * torch.randn(images.shape, generator=draw))


def classes_overlap(dataset: Dataset) -> Dataset:
    """Two in five training images of the first class are there once more as the second."""
    train = dataset.train
    chosen = (train.targets == 0) & (torch.rand(len(train), generator=_draw()) < 0.4)
    again = train.images[chosen]
    images = torch.cat([train.images, again])
    targets = torch.cat([train.targets, torch.ones(len(again), dtype=torch.int64)])
    order = torch.randperm(len(images), generator=_draw())
    return replace(dataset, train=Split(images[order], targets[order]))


def never_scaled(dataset: Dataset) -> Dataset:
    """Pixels are bytes, as they lie in the files."""
    return replace(_everywhere(dataset, lambda images: 255 * _unit(dataset, images)), image_scale=None)


def divided_by_255_twice(dataset: Dataset) -> Dataset:
    """Pixels in 0 … 1 were divided by 255 once more."""
    return replace(_everywhere(dataset, lambda images: _unit(dataset, images) / 255), image_scale=None)


def bytes_in_validation(dataset: Dataset) -> Dataset:
    """Training images were brought to 0 … 1, those of validation left at 0 … 255."""
    scaled = _everywhere(dataset, lambda images: _unit(dataset, images))
    return replace(_held(scaled, lambda images: 255 * images), image_scale=None)


def transposed_in_validation(dataset: Dataset) -> Dataset:
    """Rows and columns of validation images have changed places."""
    return _held(dataset, lambda images: images.transpose(2, 3).contiguous())


def channels_read_as_rows(dataset: Dataset) -> Dataset:
    """Images with their channels last were given another shape where their axes should have been moved."""
    return _everywhere(dataset, lambda images: images.permute(0, 2, 3, 1).reshape(images.shape).contiguous())


def low_resolution(dataset: Dataset) -> Dataset:
    """All images were made three pixels wide and high, and as large as before again."""

    def small(images: Tensor) -> Tensor:
        return functional.interpolate(functional.adaptive_avg_pool2d(images, 3), size=images.shape[2:], mode="nearest")

    return _everywhere(dataset, small)


def shuffled_apart(dataset: Dataset) -> Dataset:
    """Training images were shuffled before the labels were, by another draw."""
    train = dataset.train
    order = torch.randperm(len(train), generator=_draw())
    return replace(dataset, train=Split(train.images[order], train.targets))


def split_in_stored_order(dataset: Dataset) -> Dataset:
    """Samples lay in the order of their classes when the last fifth of them was held out."""
    parts = dataset.train, dataset.validation
    images, targets = torch.cat([one.images for one in parts]), torch.cat([one.targets for one in parts])
    order = targets.argsort(stable=True)
    count = len(dataset.train)
    mixed = torch.randperm(count, generator=_draw())
    return replace(
        dataset,
        train=Split(images[order[:count][mixed]], targets[order[:count][mixed]]),
        validation=Split(images[order[count:]], targets[order[count:]]),
    )


def validated_on_training_data(dataset: Dataset) -> Dataset:
    """There was no validation set, so that samples of training serve as one."""
    train = dataset.train
    kept = torch.arange(len(dataset.validation)) % len(train)
    return replace(dataset, validation=_of(train, kept))


def uneven_1_to_5(dataset: Dataset) -> Dataset:
    """Sound: of the last class there is one for five of each other, in all splits."""
    last = dataset.task.outputs - 1

    def thinned(split: Split) -> Split:
        rare = split.targets == last
        return _of(split, ~rare | (rare.cumsum(0) % 5 == 1))

    return _each(dataset, thinned)


def validation_of_100(dataset: Dataset) -> Dataset:
    """Sound: 100 images to validate with."""
    return _fewer_held(dataset, 100)


def one_percent_wrong(dataset: Dataset) -> Dataset:
    """Sound: of the training labels one in a hundred is drawn again."""
    train, draw = dataset.train, _draw()
    again = torch.randint(dataset.task.outputs, (len(train),), generator=draw)
    wrong = torch.rand(len(train), generator=draw) < 0.01
    return replace(dataset, train=Split(train.images, torch.where(wrong, again, train.targets)))


def _unit(dataset: Dataset, images: Tensor) -> Tensor:
    """In 0 … 1 as far as training images go."""
    low, high = dataset.train.images.amin(), dataset.train.images.amax()
    return (images - low) / (high - low)


FIFTH_CHANGES: dict[str, Callable[[Dataset], Dataset]] = {
    f"fifth-{function.__name__.replace('_', '-')}": function
    for function in (
        labels_become_the_first,
        most_training_data_removed,
        unbalanced_in_training,
        noise_in_training,
        classes_overlap,
        never_scaled,
        divided_by_255_twice,
        bytes_in_validation,
        transposed_in_validation,
        channels_read_as_rows,
        low_resolution,
        shuffled_apart,
        split_in_stored_order,
        validated_on_training_data,
        uneven_1_to_5,
        validation_of_100,
        one_percent_wrong,
    )
}
