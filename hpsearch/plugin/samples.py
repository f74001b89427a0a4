"""The data of an assertion: whatever a test has, as the recipe's data set."""

from collections.abc import Iterable, Iterator, Sized
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from hpsearch.data.dataset import Dataset, Split
from hpsearch.data.splitting import permutation
from hpsearch.task import Task

MOST_SAMPLES = 1024
"""Enough for every assertion."""


def dataset_of(data: object, outputs: int) -> Dataset:
    """The first samples of a loader, or a random few of anything that can be indexed, as training split.

    ``data``: a pair (images, targets) of tensors or arrays, a ``DataLoader``, or a ``Dataset`` of such pairs. Whole
    targets are classes 0 … ``outputs`` − 1; real ones are brought to mean 0 and variance 1, as in the recipe. Raises
    TypeError or ValueError for anything else.
    """
    images, targets = pair_of(data)
    if len(images) != len(targets) or not len(images):
        raise ValueError(f"there must be one target for each image, got {len(images)} images, {len(targets)} targets")
    if targets.is_floating_point():
        targets = targets.float().reshape(len(targets), -1)
        if targets.shape[1] != outputs:
            raise ValueError(
                f"there must be one output for each real number of a target, got {outputs} outputs for "
                f"{targets.shape[1]} numbers; give classes as whole numbers"
            )
        targets = (targets - targets.mean(dim=0)) / targets.std(dim=0, correction=0).clamp_min(1e-12)
        return _dataset(images, targets, Task("l2", _shape(images), outputs, len(images), 0, 0))
    targets = targets.long().reshape(len(targets), -1).squeeze(1)
    if targets.ndim != 1 or int(targets.min()) < 0 or int(targets.max()) >= outputs:
        raise ValueError(
            f"classes must be a vector of 0 … {outputs - 1}, as the network has {outputs} outputs; got shape "
            f"{tuple(targets.shape)} and values {int(targets.min())} … {int(targets.max())}"
        )
    return _dataset(images, targets, Task("cross_entropy", _shape(images), outputs, len(images), 0, 0))


def pair_of(data: object) -> tuple[Tensor, Tensor]:
    """Images (N, C, H, W) as float32 and targets (N, …), at most ``MOST_SAMPLES`` of them.

    Grey images (N, H, W) get their one channel.
    """
    images, targets = _found(data)
    return images.unsqueeze(1) if images.ndim == 3 else images, targets


def _found(data: object) -> tuple[Tensor, Tensor]:
    if isinstance(data, tuple | list) and len(data) == 2:
        images, targets = (_tensor(part) for part in data)
        chosen = _few(len(images)) if len(images) == len(targets) else slice(None)
        return images[chosen].float(), targets[chosen]
    if isinstance(data, DataLoader):
        return _joined(data)
    if isinstance(data, TorchDataset) and isinstance(data, Sized) and hasattr(data, "__getitem__"):
        if not len(data):
            raise ValueError("the data are empty")
        pairs = [data[int(index)] for index in _few(len(data))]
        return torch.stack([_tensor(one[0]) for one in pairs]).float(), torch.stack([_tensor(one[1]) for one in pairs])
    if isinstance(data, TorchDataset) and isinstance(data, Iterable):
        return _joined((image[None], target[None]) for image, target in _tensors(data))
    raise TypeError(f"data must be a pair (images, targets), a DataLoader or a Dataset; got {type(data).__name__}")


def _joined(batches: Iterable[Any]) -> tuple[Tensor, Tensor]:
    images: list[Tensor] = []
    targets: list[Tensor] = []
    count = 0
    for batch in batches:
        image, target, *_ = batch
        images.append(_tensor(image))
        targets.append(_tensor(target))
        count += len(images[-1])
        if count >= MOST_SAMPLES:
            break
    if not images:
        raise ValueError("the data are empty")
    return torch.cat(images)[:MOST_SAMPLES].float(), torch.cat(targets)[:MOST_SAMPLES]


def _tensors(data: Iterable[Any]) -> Iterator[tuple[Tensor, Tensor]]:
    return ((_tensor(one[0]), _tensor(one[1])) for one in islice(data, MOST_SAMPLES))


def _few(count: int) -> Tensor:
    """Places of a random few, the same every time: many data sets are sorted by class."""
    return torch.from_numpy(permutation(count, seed=0)[:MOST_SAMPLES])


def _tensor(part: object) -> Tensor:
    found = part.detach() if isinstance(part, Tensor) else torch.from_numpy(np.asarray(part).copy())
    return found.cpu()


def _shape(images: Tensor) -> tuple[int, int, int]:
    """Of one image; an axis of one stands for those that it lacks."""
    sides = (1, 1, *images.shape[1:])[-3:] if images.ndim <= 4 else tuple(images.shape[1:4])
    return (int(sides[0]), int(sides[1]), int(sides[2]))


def _dataset(images: Tensor, targets: Tensor, task: Task) -> Dataset:
    empty = Split(images[:0], targets[:0])
    return Dataset(Split(images, targets), empty, empty, task, None, None)
