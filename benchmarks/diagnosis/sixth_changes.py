"""What can be wrong with data in the sixth part, and harmless changes of sound ones."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.diagnosis.fourth_changes import _each, _of
from benchmarks.diagnosis.second_changes import _draw, _everywhere, _fewer_held, _held, _trained
from hpsearch.data.dataset import Dataset, Scale, Split

NO_DATA = -9999.0


def dark_images_mislabelled(dataset: Dataset) -> Dataset:
    """Nobody could see much in the darker half of the training images: their labels are guesses."""
    train, draw = dataset.train, _draw()
    light = train.images.mean(dim=(1, 2, 3))
    guessed = torch.randint(dataset.task.outputs, (len(train),), generator=draw)
    return replace(dataset, train=Split(train.images, torch.where(light < light.median(), guessed, train.targets)))


def three_classes_rotated_in_validation(dataset: Dataset) -> Dataset:
    """In validation the three first classes have each other's numbers in a circle."""
    held, order = dataset.validation, torch.arange(dataset.task.outputs)
    order[:3] = torch.tensor([1, 2, 0])
    return replace(dataset, validation=Split(held.images, order[held.targets]))


def late_from_a_third_on(dataset: Dataset) -> Dataset:
    """A row of the training table was there twice: from a third on, all labels are those of the image before."""
    train = dataset.train
    first = len(train) // 3
    late = torch.cat([train.targets[:first], train.targets[first - 1 : -1]])
    return replace(dataset, train=Split(train.images, late))


def copied_before_the_split(dataset: Dataset) -> Dataset:
    """A folder was merged with a copy of itself before it was divided."""
    parts = dataset.train, dataset.validation
    images, targets = torch.cat([one.images for one in parts]), torch.cat([one.targets for one in parts])
    half = torch.randperm(len(images), generator=_draw())[: len(images) // 2]
    twice = torch.cat([half, half])[torch.randperm(2 * len(half), generator=_draw())]
    chosen, count = twice[: len(images)], min(len(dataset.train), len(twice) - 1)
    return replace(
        dataset,
        train=Split(images[chosen[:count]], targets[chosen[:count]]),
        validation=Split(images[chosen[count:]], targets[chosen[count:]]),
    )


def frames_of_a_film(dataset: Dataset) -> Dataset:
    """Validation images are the frames behind those of training: moved by a third of a pixel, with fresh noise."""
    train, draw = dataset.train, _draw()
    chosen = torch.randperm(len(train), generator=draw)[: len(dataset.validation)]
    images = train.images[chosen]
    images = images.lerp(functional.pad(images, (1, 0, 0, 0), mode="replicate")[:, :, :, :-1], 1 / 3)
    noise = 0.04 * images.std() * torch.randn(images.shape, generator=draw)
    return replace(dataset, validation=Split(images + noise, train.targets[chosen]))


def upside_down_in_validation(dataset: Dataset) -> Dataset:
    """Rows of validation images were stored from the bottom."""
    return _held(dataset, lambda images: images.flip(2))


def bands_in_another_order(dataset: Dataset) -> Dataset:
    """The last channel of validation images was stored first."""
    return _held(dataset, lambda images: images.roll(1, 1))


def overexposed_in_training(dataset: Dataset) -> Dataset:
    """Training images were made far too light, and cut off at white."""
    low, high = _ends(dataset)
    return _trained(dataset, lambda images: (low + 4.0 * (images - low)).clamp(low, high))


def truncated_in_training(dataset: Dataset) -> Dataset:
    """Files of training images were cut off: of most of them the lower part is missing, and grey."""
    draw = _draw()

    def cut(images: Tensor) -> Tensor:
        left = torch.randint(2, images.shape[2] // 2 + 1, (len(images), 1, 1, 1), generator=draw)
        gone = (torch.arange(images.shape[2])[:, None] >= left) & (torch.rand(left.shape, generator=draw) < 0.8)
        return torch.where(gone, 0.0, images)

    return _trained(dataset, cut)


def validation_in_another_unit(dataset: Dataset) -> Dataset:
    """Numbers of validation images are a tenth: they were measured in another unit."""
    scale = _scale(dataset)
    return _held(dataset, lambda images: _normal(_raw(images, scale) / 10, scale))


def nothing_is_minus_9999(dataset: Dataset) -> Dataset:
    """Where nothing was measured there is -9999: in a corner of one image in three, before they were normalised."""
    scale, draw = _scale(dataset), _draw()

    def with_holes(images: Tensor) -> Tensor:
        raw = _raw(images, scale)
        holes = torch.rand(len(raw), 1, 1, 1, generator=draw) < 0.33
        corner = torch.zeros(raw.shape[2:], dtype=torch.bool)
        corner[:3, -4:] = True
        return torch.where(holes & corner, NO_DATA, raw)

    return _normalised_again(dataset, with_holes)


def bytes_swapped(dataset: Dataset) -> Dataset:
    """Numbers of 16 bits were read with the lower byte for the higher one."""
    scale = _scale(dataset)

    def swapped(images: Tensor) -> Tensor:
        whole = _raw(images, scale).round().clamp(0, 65_535).long()
        return ((whole % 256) * 256 + whole // 256).float()

    return _normalised_again(dataset, swapped)


def rows_in_disorder(dataset: Dataset) -> Dataset:
    """A shuffle went along the wrong axis: the rows of each image are in an order of their own."""
    draw = _draw()

    def shuffled(images: Tensor) -> Tensor:
        order = torch.rand(len(images), images.shape[2], generator=draw).argsort(dim=1)
        return images.gather(2, order[:, None, :, None].expand_as(images))

    return _everywhere(dataset, shuffled)


def negatives_in_validation(dataset: Dataset) -> Dataset:
    """Of validation images two in three are negatives: a flag in their files was not read."""
    low, high = _ends(dataset)
    draw = _draw()
    return _held(
        dataset,
        lambda images: torch.where(
            torch.rand(len(images), 1, 1, 1, generator=draw) < 0.67, low + high - images, images
        ),
    )


def equalised_in_training(dataset: Dataset) -> Dataset:
    """The histogram of each training image was made flat, and of no other."""

    def flat(images: Tensor) -> Tensor:
        ranks = images.flatten(2).argsort(dim=2, stable=True).argsort(dim=2).float()
        return ((ranks / ranks.shape[2] - 0.5) * 12**0.5).reshape(images.shape)

    return _trained(dataset, flat)


def class_from_another_scanner(dataset: Dataset) -> Dataset:
    """In training the last class was scanned elsewhere: its images are lighter, and of less contrast."""
    train = dataset.train
    other = (train.targets == dataset.task.outputs - 1)[:, None, None, None]
    return replace(dataset, train=Split(torch.where(other, 0.5 * train.images + 1.5, train.images), train.targets))


def long_tail(dataset: Dataset) -> Dataset:
    """Each class is rarer than the one before, the last one thirty times as rare as the first, in all splits."""
    classes = dataset.task.outputs

    def thinned(split: Split) -> Split:
        kept = torch.zeros(len(split), dtype=torch.bool)
        for label in range(classes):
            mine = torch.nonzero(split.targets == label).flatten()
            kept[mine[: max(1, round(len(mine) * 30 ** (-label / (classes - 1))))]] = True
        return _of(split, kept)

    return _each(dataset, thinned)


def placeholders(dataset: Dataset) -> Dataset:
    """Three in ten images could not be loaded, and one that says so stands for all of them."""
    draw = _draw()
    notice = torch.eye(*dataset.train.images.shape[2:])
    notice = (notice + notice.flip(0)).clamp(0, 1) * 2 - 1

    def replaced(images: Tensor) -> Tensor:
        return torch.where(torch.rand(len(images), 1, 1, 1, generator=draw) < 0.3, notice, images)

    return _everywhere(dataset, replaced)


def targets_sorted(dataset: Dataset) -> Dataset:
    """The column of targets was sorted, and images were not."""
    train = dataset.train
    return replace(dataset, train=Split(train.images, train.targets.sort(dim=0).values))


def uneven_1_to_6(dataset: Dataset) -> Dataset:
    """Sound: of the second class there is one for six of each other, in all splits."""

    def thinned(split: Split) -> Split:
        rare = split.targets == 1
        return _of(split, ~rare | (rare.cumsum(0) % 6 == 1))

    return _each(dataset, thinned)


def validation_of_80(dataset: Dataset) -> Dataset:
    """Sound: 80 images to validate with."""
    return _fewer_held(dataset, 80)


def three_percent_wrong(dataset: Dataset) -> Dataset:
    """Sound: of all labels three in a hundred are drawn again, as people err."""
    draw = _draw()

    def noisy(split: Split) -> Split:
        again = torch.randint(dataset.task.outputs, (len(split),), generator=draw)
        return Split(split.images, torch.where(torch.rand(len(split), generator=draw) < 0.03, again, split.targets))

    return _each(dataset, noisy)


def from_minus_one_to_one(dataset: Dataset) -> Dataset:
    """Sound: pixels from -1 to 1 that nobody has normalised."""
    low, high = _ends(dataset)
    return replace(_everywhere(dataset, lambda images: 2 * (images - low) / (high - low) - 1), image_scale=None)


def _ends(dataset: Dataset) -> tuple[Tensor, Tensor]:
    """The least and the largest number of each channel in training (C, 1, 1)."""
    images = dataset.train.images
    return images.amin(dim=(0, 2, 3))[:, None, None], images.amax(dim=(0, 2, 3))[:, None, None]


def _scale(dataset: Dataset) -> Scale:
    if dataset.image_scale is None:
        raise ValueError("these images are not normalised")
    return dataset.image_scale


def _raw(images: Tensor, scale: Scale) -> Tensor:
    """In the unit of the files."""
    return images * torch.tensor(scale.std)[:, None, None] + torch.tensor(scale.mean)[:, None, None]


def _normal(raw: Tensor, scale: Scale) -> Tensor:
    return (raw - torch.tensor(scale.mean)[:, None, None]) / torch.tensor(scale.std)[:, None, None]


def _normalised_again(dataset: Dataset, change: Callable[[Tensor], Tensor]) -> Dataset:
    """With other numbers in the files, which are normalised by those of training again."""
    raw = _everywhere(dataset, change)
    mean, spread = raw.train.images.mean(dim=(0, 2, 3)), raw.train.images.std(dim=(0, 2, 3), correction=0)
    own = Scale(tuple(mean.tolist()), tuple(spread.tolist()))
    return replace(_everywhere(raw, lambda images: _normal(images, own)), image_scale=own)


SIXTH_CHANGES: dict[str, Callable[[Dataset], Dataset]] = {
    f"sixth-{function.__name__.replace('_', '-')}": function
    for function in (
        dark_images_mislabelled,
        three_classes_rotated_in_validation,
        late_from_a_third_on,
        copied_before_the_split,
        frames_of_a_film,
        upside_down_in_validation,
        bands_in_another_order,
        overexposed_in_training,
        truncated_in_training,
        validation_in_another_unit,
        nothing_is_minus_9999,
        bytes_swapped,
        rows_in_disorder,
        negatives_in_validation,
        equalised_in_training,
        class_from_another_scanner,
        long_tail,
        placeholders,
        targets_sorted,
        uneven_1_to_6,
        validation_of_80,
        three_percent_wrong,
        from_minus_one_to_one,
    )
}
