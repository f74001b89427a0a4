"""What users' loaders did wrong, each as one report tells it: a function takes images and targets, and breaks them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[Any]
Pair = tuple[Array, Array]


def _draw() -> np.random.Generator:
    return np.random.default_rng(23)


def _byte_scaled(images: Array) -> Array:
    floats = images.astype(np.float32)
    return floats / 255 if images.dtype == np.uint8 else floats


def divided_as_whole_numbers(images: Array, targets: Array) -> Pair:
    """Scaled to 0 … 1 in an array of whole numbers, which rounds it away: github.com/keras-team/keras/issues/255."""
    return images // 255, targets


def divided_by_own_deviation(images: Array, targets: Array) -> Pair:
    """Each pixel by its deviation, which is 0 for some: github.com/keras-team/keras/issues/2001."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return (images - images.mean(0)) / images.std(0), targets


def holes_in_measurements(images: Array, targets: Array) -> Pair:
    """Places that were not measured are NaN in some images: github.com/prs-eth/Marigold/issues/111."""
    floats, draw = images.astype(np.float32), _draw()
    chosen = draw.random(len(images)) < 0.1
    floats[chosen, ..., :3, 4:9] = np.nan
    return floats, targets


def normalised_twice(images: Array, targets: Array) -> Pair:
    """Mean and deviation are taken off twice: github.com/soumith/imagenet-multiGPU.torch/pull/18."""
    once = (_byte_scaled(images) - 0.45) / 0.22
    return (once - 0.45) / 0.22, targets


def divided_twice(images: Array, targets: Array) -> Pair:
    """Divided by 255 twice: github.com/pkmital/pycadl/pull/5."""
    return _byte_scaled(images) / 255, targets


def divided_and_normalised_as_bytes(images: Array, targets: Array) -> Pair:
    """Divided by 255, then normalised as if it had not been: github.com/4uiiurz1/pytorch-nested-unet/issues/62."""
    return (_byte_scaled(images) - 0.456 * 255) / (0.224 * 255), targets


def listed_in_any_order(images: Array, targets: Array) -> Pair:
    """Images as the system lists them, labels sorted by name:
    github.com/NoahVl/Explaining-In-Style-Reproducibility-Study/issues/9.
    """
    return images[_draw().permutation(len(images))], targets


def numbers_sorted_as_text(images: Array, targets: Array) -> Pair:
    """Two folders of numbered files, listed differently: github.com/chuanyangjin/fast-DiT/issues/4."""
    return images[sorted(range(len(images)), key=lambda number: f"{number}.npy")], targets


def labels_as_walked(images: Array, targets: Array) -> Pair:
    """Labels in the order of a walk, images in that of their names: github.com/keras-team/keras/issues/14416."""
    order = sorted(range(len(images)), key=lambda number: f"{number * 7919 % 10007:05d}.png")
    return images, targets[order]


def folders_in_another_order(images: Array, targets: Array) -> Pair:
    """Labels by where folders should begin, and the folders came otherwise:
    github.com/anujshah1003/own_data_cnn_implementation_keras/issues/4.
    """
    classes = np.roll(np.arange(targets.max() + 1), 1)
    images = np.concatenate([images[targets == one] for one in classes])
    return images, np.sort(targets)


def from_one(images: Array, targets: Array) -> Pair:
    """Classes 1 … 10: github.com/pytorch/pytorch/issues/15666."""
    return images, targets + 1


def grey_values(images: Array, targets: Array) -> Pair:
    """Classes as the greys of a mask, 0 and 255: github.com/milesial/Pytorch-UNet/issues/291."""
    return images, targets * 255


def from_minus_one(images: Array, targets: Array) -> Pair:
    """Classes that begin at −1: github.com/EricFillion/happy-transformer/issues/248."""
    return images, targets - 1


def one_hot(images: Array, targets: Array) -> Pair:
    """Rows of zeros and a one: github.com/pytorch/pytorch/issues/1258."""
    return images, np.eye(int(targets.max()) + 1)[targets]


def as_floats(images: Array, targets: Array) -> Pair:
    """Classes that were cast to floats: github.com/torchgeo/terratorch/pull/644."""
    return images, targets.astype(np.float32)


def tenth_again(images: Array, targets: Array) -> Pair:
    """A tenth of the images is there again, to be tested by: github.com/stefyste/RIAWELC/issues/2."""
    again = _draw().random(len(images)) < 0.1
    return np.concatenate([images, images[again]]), np.concatenate([targets, targets[again]])


def read_twice(images: Array, targets: Array) -> Pair:
    """Every file was found by two patterns: github.com/huggingface/datasets/issues/6494."""
    return images.repeat(2, 0), targets.repeat(2)


def blurred_before_division(images: Array, targets: Array) -> Pair:
    """Noise and blur make four of each before anybody divides them:
    github.com/robinreni96/Font_Recognition-DeepFont/issues/2.
    """
    draw = _draw()
    floats = images.astype(np.float64)
    blurred = ndimage.gaussian_filter(floats, (0,) * (floats.ndim - 2) + (0.4, 0.4))
    made = (floats, floats + draw.normal(0, 5, floats.shape), blurred, blurred + draw.normal(0, 3, floats.shape))
    return np.clip(np.concatenate(made), 0, 255).round().astype(np.uint8), np.concatenate([targets] * 4)


def louder_before_division(images: Array, targets: Array) -> Pair:
    """Each sound three times, louder or with a little noise, before anybody divides them:
    github.com/skanderhamdi/attention_cnn_lstm_covid_mel_spectrogram/issues/2.
    """
    made = (images, images + 3, images + _draw().normal(0, 1, images.shape).astype(np.float32))
    return np.concatenate(made), np.concatenate([targets] * 3)


def overlapping_windows(images: Array, targets: Array) -> Pair:
    """Windows of one sound that overlap by half:
    github.com/NazarPonochevnyi/Trained-CNN-for-Genre-classification/issues/5.
    """
    windows: list[Array] = []
    labels: list[Any] = []
    for target in np.unique(targets):
        long = np.concatenate(list(images[targets == target]), axis=-1)
        width = images.shape[-1]
        windows += [long[..., start : start + width] for start in range(0, long.shape[-1] - width + 1, width // 2)]
        labels += [target] * (len(windows) - len(labels))
    return np.stack(windows), np.array(labels)


def turned_by_degrees(images: Array, targets: Array) -> Pair:
    """Each shape turned by a degree at a time, and then divided: github.com/yogeshhk/MidcurveNN/issues/34."""
    few, labels = images[:300], targets[:300]
    turned = [ndimage.rotate(few, angle, (-1, -2), reshape=False, order=1, mode="nearest") for angle in range(5)]
    return np.concatenate(turned).astype(images.dtype), np.concatenate([labels] * 5)


def four_in_a_hundred(images: Array, targets: Array) -> Pair:
    """One class is a twenty-fourth of the other: github.com/keras-team/keras/issues/14141."""
    kept = (targets == 0) | (np.cumsum(targets == 1) <= (targets == 0).sum() // 24)
    return images[kept], targets[kept]


def kept_channels_last(images: Array, targets: Array) -> Pair:
    """Rows, columns, channels: github.com/harshsinh/deepbilateral/issues/2."""
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1)), targets


def opaque(images: Array, targets: Array) -> Pair:
    """With a fourth channel that says how opaque a pixel is: all are."""
    return np.concatenate([images, np.full_like(images[:, :1], 255)], axis=1), targets


DATA_FAULTS: dict[str, Callable[[Array, Array], Pair]] = {
    found.__name__.replace("_", "-"): found
    for found in (
        *(divided_as_whole_numbers, divided_by_own_deviation, holes_in_measurements, normalised_twice, divided_twice),
        *(divided_and_normalised_as_bytes, listed_in_any_order, numbers_sorted_as_text, labels_as_walked),
        *(folders_in_another_order, from_one, grey_values, from_minus_one, one_hot, as_floats, tenth_again, read_twice),
        *(blurred_before_division, louder_before_division, overlapping_windows, turned_by_degrees, four_in_a_hundred),
        *(kept_channels_last, opaque),
    )
}
"""Faults by name."""
