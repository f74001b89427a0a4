"""What can be wrong with data: each function breaks a data set on purpose and gives it back."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from benchmarks.diagnosis.data import settled
from benchmarks.diagnosis.fifth_changes import FIFTH_CHANGES
from benchmarks.diagnosis.fourth_changes import FOURTH_CHANGES
from benchmarks.diagnosis.regressions import as_numbers, heights
from benchmarks.diagnosis.second_changes import SECOND_CHANGES
from benchmarks.diagnosis.sixth_changes import SIXTH_CHANGES
from benchmarks.diagnosis.third_data import THIRD_CHANGES
from hpsearch.data.dataset import Dataset, Scale, Split


def broken_data(dataset: Dataset, change: str) -> Dataset:
    """The data with the change of that name, or as they are for an empty one."""
    changes = {**CHANGES, **SECOND_CHANGES, **THIRD_CHANGES, **FOURTH_CHANGES, **FIFTH_CHANGES, **SIXTH_CHANGES}
    return settled(changes[change](dataset)) if change else dataset


def _draw() -> torch.Generator:
    return torch.Generator().manual_seed(5)


def _shuffled(split: Split, draw: torch.Generator, share: float = 1.0) -> Split:
    wrong = torch.rand(len(split), generator=draw) < share
    other = split.targets[torch.randperm(len(split), generator=draw)]
    return Split(split.images, torch.where(wrong, other, split.targets))


def train_labels(dataset: Dataset) -> Dataset:
    """The training labels are shuffled."""
    return replace(dataset, train=_shuffled(dataset.train, _draw()))


def labels(dataset: Dataset) -> Dataset:
    """All labels are shuffled."""
    draw = _draw()
    return _everywhere(dataset, lambda split: _shuffled(split, draw))


def shifted(dataset: Dataset) -> Dataset:
    """Every label belongs to the image before."""
    return _everywhere(dataset, lambda split: Split(split.images, split.targets.roll(1)))


def noisy_labels(dataset: Dataset) -> Dataset:
    """Of the labels 45 % are drawn again."""
    draw = _draw()
    return _everywhere(dataset, lambda split: _shuffled(split, draw, 0.45))


def few_wrong_labels(dataset: Dataset) -> Dataset:
    """Of the labels a fifth is drawn again."""
    draw = _draw()
    return _everywhere(dataset, lambda split: _shuffled(split, draw, 0.2))


def permuted_validation(dataset: Dataset) -> Dataset:
    """The classes have other numbers in validation than in training."""
    return replace(
        dataset,
        validation=Split(dataset.validation.images, (dataset.validation.targets + 1) % dataset.task.outputs),
    )


def off_by_one_in_training(dataset: Dataset) -> Dataset:
    """Training labels are one too high; the highest stay."""
    targets = (dataset.train.targets + 1).clamp_max(dataset.task.outputs - 1)
    return replace(dataset, train=Split(dataset.train.images, targets))


def starts_at_one(dataset: Dataset) -> Dataset:
    """Classes are numbered from one, so that the network has an output for none."""
    moved = _everywhere(dataset, lambda split: Split(split.images, split.targets + 1))
    return replace(moved, task=replace(dataset.task, outputs=dataset.task.outputs + 1))


def noise(dataset: Dataset) -> Dataset:
    """The images show nothing."""
    draw = _draw()
    return _images(dataset, lambda images: torch.randn(images.shape, generator=draw))


def scattered(dataset: Dataset) -> Dataset:
    """The pixels of all images in one and the same random order, as a wrong reshape leaves them."""
    order = torch.randperm(dataset.train.images[0].numel(), generator=_draw())
    return _images(dataset, lambda images: images.flatten(1)[:, order].reshape(images.shape))


def not_a_number(dataset: Dataset) -> Dataset:
    """One training image in a hundred has a pixel that is NaN."""
    images = dataset.train.images.clone()
    images[::100, 0, 0, 0] = torch.nan
    return replace(dataset, train=Split(images, dataset.train.targets))


def constant_images(dataset: Dataset) -> Dataset:
    """Three images of ten are empty."""

    def emptied(images: Tensor) -> Tensor:
        images = images.clone()
        images[torch.arange(len(images)) % 10 < 3] = 0.0
        return images

    return _images(dataset, emptied)


def constant_channel(dataset: Dataset) -> Dataset:
    """One more channel, that is the same everywhere."""
    scale = dataset.image_scale
    more = None if scale is None else Scale((*scale.mean, 0.0), (*scale.std, 1.0))
    changed = _images(dataset, lambda images: torch.cat([images, torch.zeros_like(images[:, :1])], dim=1))
    return replace(changed, image_scale=more)


def inverted_validation(dataset: Dataset) -> Dataset:
    """Validation images are negatives."""
    held = dataset.validation
    return replace(dataset, validation=Split(-held.images, held.targets))


def darker_validation(dataset: Dataset) -> Dataset:
    """Validation images are darker and paler than those of training."""
    held = dataset.validation
    return replace(dataset, validation=Split(0.4 * held.images - 1.0, held.targets))


def bytes_in(dataset: Dataset) -> Dataset:
    """Pixels in 0 … 255 that nobody has normalised."""

    def raw(images: Tensor) -> Tensor:
        low, high = dataset.train.images.amin(), dataset.train.images.amax()
        return (images - low) / (high - low) * 255

    return replace(_images(dataset, raw), image_scale=None)


def faint(dataset: Dataset) -> Dataset:
    """Pixels a thousand times too small."""
    return replace(_images(dataset, lambda images: images * 1e-3), image_scale=None)


def mixed_ranges(dataset: Dataset) -> Dataset:
    """Half of the images in 0 … 1, the others in 0 … 255, normalised together."""
    low, high = dataset.train.images.amin(), dataset.train.images.amax()

    def mixed(images: Tensor) -> Tensor:
        unit = (images - low) / (high - low)
        unit[::2] *= 255
        return unit

    mean, spread = float(mixed(dataset.train.images).mean()), float(mixed(dataset.train.images).std())
    channels = dataset.train.images.shape[1]
    changed = _images(dataset, lambda images: (mixed(images) - mean) / spread)
    return replace(changed, image_scale=Scale((mean,) * channels, (spread,) * channels))


def leaking(dataset: Dataset) -> Dataset:
    """The validation images are among those of training."""
    train, held = dataset.train, dataset.validation
    joined = Split(torch.cat([train.images, held.images]), torch.cat([train.targets, held.targets]))
    return replace(dataset, train=joined)


def leaking_nearly(dataset: Dataset) -> Dataset:
    """Half of the validation images are among those of training, with a little noise."""
    train, held = dataset.train, dataset.validation
    copies = held.images[::2]
    copies = copies + 0.02 * torch.randn(copies.shape, generator=_draw())
    joined = Split(torch.cat([train.images, copies]), torch.cat([train.targets, held.targets[::2]]))
    return replace(dataset, train=joined)


def copied(dataset: Dataset) -> Dataset:
    """The training split has 60 samples, each of them many times."""
    train = dataset.train
    kept = torch.arange(len(train)) % 60
    return replace(dataset, train=Split(train.images[kept], train.targets[kept]))


def conflicting(dataset: Dataset) -> Dataset:
    """A fifth of the training images is there twice, with two labels."""
    train = dataset.train
    again = Split(train.images[::5], (train.targets[::5] + 1) % dataset.task.outputs)
    joined = Split(torch.cat([train.images, again.images]), torch.cat([train.targets, again.targets]))
    return replace(dataset, train=joined)


def uneven(dataset: Dataset) -> Dataset:
    """Of every class but the first, one sample in twenty is left, and one at least."""

    def thinned(split: Split) -> Split:
        kept = [torch.nonzero(split.targets == 0).flatten()]
        kept += [torch.nonzero(split.targets == one).flatten()[::20] for one in range(1, dataset.task.outputs)]
        chosen = torch.sort(torch.cat(kept)).values
        return Split(split.images[chosen], split.targets[chosen])

    return _everywhere(dataset, thinned)


def ordered(dataset: Dataset) -> Dataset:
    """The training samples are stored class by class."""
    order = torch.argsort(dataset.train.targets, stable=True)
    return replace(dataset, train=Split(dataset.train.images[order], dataset.train.targets[order]))


def divided_by_class(dataset: Dataset) -> Dataset:
    """Training has most of the lower half of the classes, validation most of the upper half."""

    def thinned(split: Split, upper: bool) -> Split:
        rare = (split.targets >= (dataset.task.outputs + 1) // 2) != upper
        kept = torch.nonzero(~rare | (torch.arange(len(split)) % 8 == 0)).flatten()
        return Split(split.images[kept], split.targets[kept])

    return replace(
        dataset, train=thinned(dataset.train, upper=False), validation=thinned(dataset.validation, upper=True)
    )


def coloured(dataset: Dataset) -> Dataset:
    """Sound: 400 grey images in colours of their own, in three channels."""
    if dataset.train.images.shape[1] != 1:
        return dataset
    draw = _draw()

    def painted(images: Tensor) -> Tensor:
        return images * (0.5 + torch.rand(len(images), 3, 1, 1, generator=draw))

    return _images(dataset, painted)


def _images(dataset: Dataset, change: Callable[[Tensor], Tensor]) -> Dataset:
    return _everywhere(dataset, lambda split: Split(change(split.images), split.targets))


def _everywhere(dataset: Dataset, change: Callable[[Split], Split]) -> Dataset:
    train, held, test = (change(split) for split in (dataset.train, dataset.validation, dataset.test))
    return replace(dataset, train=train, validation=held, test=test)


CHANGES: dict[str, Callable[[Dataset], Dataset]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        train_labels,
        labels,
        shifted,
        noisy_labels,
        few_wrong_labels,
        permuted_validation,
        off_by_one_in_training,
        starts_at_one,
        noise,
        scattered,
        not_a_number,
        constant_images,
        constant_channel,
        inverted_validation,
        darker_validation,
        bytes_in,
        faint,
        mixed_ranges,
        leaking,
        leaking_nearly,
        copied,
        conflicting,
        uneven,
        ordered,
        divided_by_class,
        as_numbers,
        coloured,
        heights,
    )
}
