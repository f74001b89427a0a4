"""From the settings of a job to a data set that can be trained on: read, check, divide, normalise."""

import numpy as np
import torch

from hpsearch.data.checking import (
    check_form,
    check_images,
    check_labels,
    check_lengths,
    check_undecided,
    check_values,
    is_whole,
)
from hpsearch.data.dataset import Dataset, Scale, Split
from hpsearch.data.moments import Moments, in_portions, mean_and_std
from hpsearch.data.sources import Array, read_source
from hpsearch.data.splitting import Division, divide
from hpsearch.data.stream import StreamedDataset
from hpsearch.data.streaming import NAMES, file_to_stream, gone_through, sampled, streams_of
from hpsearch.errors import DefinitionError, Problem
from hpsearch.job import DataSettings
from hpsearch.task import LossName, Task


def load_dataset(settings: DataSettings) -> Dataset:
    """Loads, checks, divides and normalises a data set.

    Equal settings give equal splits on every machine. Images in a file that is too large for the memory of this
    machine, or that the settings leave there, are gone through once and then read batch by batch, with the same
    results. Raises DefinitionError with every problem that the data have.
    """
    raw_images, raw_targets = read_source(settings)
    file = file_to_stream(settings, raw_images)
    loss = _loss(settings, raw_targets)
    images, problems = check_images(raw_images) if file is None else (raw_images, check_form(raw_images))
    problems += check_lengths(raw_images, raw_targets)
    if loss == "cross_entropy":
        targets, found = check_labels(raw_targets)
    else:
        targets, found = check_values(raw_targets)
        if settings.loss == "auto" and not found:
            found = check_undecided(raw_targets)
    seen: Moments | None = None
    if file is not None and not problems:
        file = file.as_it_is()
        seen, problems = gone_through(file)
        file.ensure_unchanged()  # by somebody who wrote into it meanwhile
    if problems or found:
        raise DefinitionError([*problems, *found])
    classes = targets if loss == "cross_entropy" else None
    division = divide(len(images), classes, settings.validation, settings.test, settings.split_seed)
    _check_division(division, settings, len(images))
    image_scale = None
    if settings.normalize:
        seen = in_portions(images) if seen is None else seen
        image_scale = _image_scale(seen[division.train], pixels=images.shape[-2] * images.shape[-1])
    target_scale = None if classes is not None else _scale(targets[division.train])
    if target_scale is not None:
        targets = _normalised(targets, target_scale, (1, -1))
    task = _task(loss, images, targets, division)
    parts = division.train, division.validation, division.test
    if file is not None:
        streams = streams_of(file, torch.from_numpy(targets), parts, image_scale)
        train, validation, test = sampled(streams)
        lengths = [len(train), len(validation), len(test)]
        origins = {name: one.indices[one.spread(n)] for (name, one), n in zip(streams.items(), lengths, strict=True)}
        scales = image_scale, target_scale
        return StreamedDataset(train, validation, test, task, *scales, settings.held, origins, streams)
    if image_scale is not None:
        images = _normalised(images, image_scale, (1, -1, 1, 1))
    train, validation, test = (Split(torch.from_numpy(images[part]), torch.from_numpy(targets[part])) for part in parts)
    origins = {name: torch.from_numpy(part) for name, part in zip(NAMES, parts, strict=True)}
    return Dataset(train, validation, test, task, image_scale, target_scale, settings.held, origins)


def _task(loss: LossName, images: Array, targets: Array, division: Division) -> Task:
    outputs = int(targets.max()) + 1 if loss == "cross_entropy" else targets.shape[1]
    held_out = targets[division.validation]
    counts = tuple(np.bincount(held_out, minlength=outputs).tolist()) if loss == "cross_entropy" else ()
    guess = None if loss == "cross_entropy" else _guessing_loss(loss, targets[division.train], held_out)
    channels, height, width = images.shape[1:] if images.ndim == 4 else (1, *images.shape[1:])
    sizes = (len(division.train), len(division.validation), len(division.test))
    return Task(loss, (channels, height, width), outputs, *sizes, counts, guess)


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


def _image_scale(seen: Moments, pixels: int) -> Scale:
    return _scale_of(*mean_and_std(seen, pixels))


def _scale(values: Array) -> Scale:
    """Mean and standard deviation of each column, in double precision."""
    return _scale_of(values.mean(axis=0, dtype=np.float64), values.std(axis=0, dtype=np.float64))


def _scale_of(mean: Array, std: Array) -> Scale:
    constant = std <= 1e-6 * np.abs(mean)  # below what float32 can tell from a constant
    return Scale(tuple(mean.tolist()), tuple(np.where(constant, 1.0, std).tolist()))


def _normalised(values: Array, scale: Scale, shape: tuple[int, ...]) -> Array:
    mean, std = np.reshape(scale.mean, shape), np.reshape(scale.std, shape)
    result: Array = ((values - mean.astype(np.float32)) / std.astype(np.float32)).astype(np.float32)
    return result
