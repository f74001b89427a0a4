"""From the settings of a job to a data set that can be trained on: read, check, divide, normalise."""

import numpy as np
import torch

from hpsearch.data.checking import check_images, check_labels, check_lengths, check_undecided, check_values, is_whole
from hpsearch.data.dataset import Dataset, Scale, Split
from hpsearch.data.sources import Array, read_source
from hpsearch.data.splitting import Division, divide
from hpsearch.errors import DefinitionError, Problem
from hpsearch.job import DataSettings
from hpsearch.task import LossName, Task


def load_dataset(settings: DataSettings) -> Dataset:
    """Loads, checks, divides and normalises a data set.

    Equal settings give equal splits on every machine. Raises DefinitionError with every problem that the data have.
    """
    raw_images, raw_targets = read_source(settings)
    loss = _loss(settings, raw_targets)
    images, problems = check_images(raw_images)
    problems += check_lengths(raw_images, raw_targets)
    if loss == "cross_entropy":
        targets, found = check_labels(raw_targets)
    else:
        targets, found = check_values(raw_targets)
        if settings.loss == "auto" and not found:
            found = check_undecided(raw_targets)
    if problems or found:
        raise DefinitionError([*problems, *found])
    classes = targets if loss == "cross_entropy" else None
    division = divide(len(images), classes, settings.validation, settings.test, settings.split_seed)
    _check_division(division, settings, len(images))
    image_scale = _scale(images[division.train], (0, 2, 3)) if settings.normalize else None
    target_scale = None if classes is not None else _scale(targets[division.train], (0,))
    if image_scale is not None:
        images = _normalised(images, image_scale, (1, -1, 1, 1))
    if target_scale is not None:
        targets = _normalised(targets, target_scale, (1, -1))
    train, validation, test = (
        Split(torch.from_numpy(images[part]), torch.from_numpy(targets[part]))
        for part in (division.train, division.validation, division.test)
    )
    outputs = int(targets.max()) + 1 if classes is not None else targets.shape[1]
    counts = () if classes is None else tuple(np.bincount(targets[division.validation], minlength=outputs).tolist())
    channels, height, width = images.shape[1:]
    guess = None if classes is not None else _guessing_loss(loss, targets[division.train], targets[division.validation])
    task = Task(loss, (channels, height, width), outputs, len(train), len(validation), len(test), counts, guess)
    return Dataset(train, validation, test, task, image_scale, target_scale)


def _loss(settings: DataSettings, targets: Array) -> LossName:
    if settings.loss == "auto":
        return "cross_entropy" if is_whole(targets) else "l2"
    return settings.loss


def _guessing_loss(loss: LossName, train: Array, validation: Array) -> float:
    """Mean loss over the validation targets (N, D) of the constant that is best for the training targets."""
    if loss == "l1":
        return float(np.abs(validation - np.median(train, axis=0)).mean(dtype=np.float64))
    return float(np.square(validation - train.mean(axis=0, dtype=np.float64)).mean(dtype=np.float64))


def _check_division(division: Division, settings: DataSettings, samples: int) -> None:
    problems = []
    for name, indices, share in (
        ("validation", division.validation, settings.validation),
        ("test", division.test, settings.test),
    ):
        if len(indices) == 0 and share > 0:
            rule = f"with {samples} samples the {name} split would be empty"
            problems.append(Problem(f"data.{name}", str(share), rule, "Raise the share or give more samples."))
    if problems:
        raise DefinitionError(problems)


def _scale(values: Array, axes: tuple[int, ...]) -> Scale:
    """Mean and standard deviation over ``axes``, in double precision."""
    mean = values.mean(axis=axes, dtype=np.float64)
    std = values.std(axis=axes, dtype=np.float64)
    constant = std <= 1e-6 * np.abs(mean)  # below what float32 can tell from a constant
    return Scale(tuple(mean.tolist()), tuple(np.where(constant, 1.0, std).tolist()))


def _normalised(values: Array, scale: Scale, shape: tuple[int, ...]) -> Array:
    mean, std = np.reshape(scale.mean, shape), np.reshape(scale.std, shape)
    result: Array = ((values - mean.astype(np.float32)) / std.astype(np.float32)).astype(np.float32)
    return result
