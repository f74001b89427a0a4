"""From drawn images to a divided data set, as ``hpsearch check`` and ``hpsearch run`` load it."""

from dataclasses import replace

import numpy as np
import torch

from benchmarks.data.fields import Array, Drawn
from hpsearch.data.dataset import Dataset, Split
from hpsearch.data.loading import load_dataset
from hpsearch.job import DataSettings

HELD: list[Drawn] = []
"""What ``given`` hands to the loader."""


def given() -> tuple[Array, Array]:
    """A factory for what is in memory already."""
    return HELD[-1].images, HELD[-1].targets


def divided(drawn: Drawn, seed: int = 0) -> Dataset:
    """A fifth for validation and a tenth for the test; samples of one group in one split, if there are groups.

    Raises DefinitionError where the loader refuses the arrays.
    """
    settings = DataSettings(
        None, "benchmarks.data.divided:given", None, {}, 0.2, 0.1, drawn.normalize, drawn.loss, split_seed=seed
    )
    HELD.append(drawn)
    try:
        whole = load_dataset(settings)
    finally:
        HELD.pop()
    return whole if drawn.groups is None else _by_groups(whole, drawn.groups, seed)


def _by_groups(whole: Dataset, groups: Array, seed: int) -> Dataset:
    """The same samples divided by their groups. They keep the scale of the division by chance."""
    known = np.random.default_rng(seed).permutation(np.unique(groups))
    place = {name: at for at, name in enumerate(known.tolist())}
    at = np.array([place[one] for one in groups.tolist()]) / len(known)
    order = torch.cat([whole.origins[name] for name in ("train", "validation", "test")]).argsort()
    images, targets = (
        torch.cat([getattr(split, what) for split in (whole.train, whole.validation, whole.test)])[order]
        for what in ("images", "targets")
    )
    chosen = [
        torch.from_numpy(np.flatnonzero((at >= low) & (at < high))) for low, high in ((0, 0.7), (0.7, 0.9), (0.9, 1))
    ]
    splits = [Split(images[one], targets[one]) for one in chosen]
    task = replace(
        whole.task,
        train_samples=len(splits[0]),
        validation_samples=len(splits[1]),
        test_samples=len(splits[2]),
    )
    origins = dict(zip(("train", "validation", "test"), chosen, strict=True))
    return replace(whole, train=splits[0], validation=splits[1], test=splits[2], task=task, origins=origins)


def as_given(dataset: Dataset, images: torch.Tensor) -> torch.Tensor:
    """Images of a data set before they were normalised."""
    scale = dataset.image_scale
    return images if scale is None else images * _of(scale.std, images) + _of(scale.mean, images)


def as_trained_on(dataset: Dataset, images: torch.Tensor) -> torch.Tensor:
    """What ``as_given`` undoes."""
    scale = dataset.image_scale
    return images if scale is None else (images - _of(scale.mean, images)) / _of(scale.std, images)


def _of(numbers: tuple[float, ...], images: torch.Tensor) -> torch.Tensor:
    return images.new_tensor(numbers).view(-1, 1, 1)
