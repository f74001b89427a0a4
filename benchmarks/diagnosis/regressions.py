"""Regressions that are made of the data of the catalogue."""

from dataclasses import replace

import torch

from hpsearch.data.dataset import Dataset, Scale, Split


def as_numbers(dataset: Dataset) -> Dataset:
    """The classes are taken for a quantity, and their squared error is minimised."""
    mean, spread = dataset.train.targets.double().mean(), dataset.train.targets.double().std()
    splits = [
        Split(split.images, ((split.targets.double() - mean) / spread).float()[:, None])
        for split in (dataset.train, dataset.validation, dataset.test)
    ]
    return _regression(dataset, splits)


def heights(dataset: Dataset) -> Dataset:
    """Sound: a regression of where the ink of an image lies, from left to right."""
    splits = []
    for split in (dataset.train, dataset.validation, dataset.test):
        ink = (split.images - split.images.amin(dim=(1, 2, 3), keepdim=True)).sum(dim=(1, 2))  # (N, W)
        places = torch.arange(ink.shape[1], dtype=torch.float32)
        splits.append(Split(split.images, (ink @ places / ink.sum(dim=1))[:, None]))
    mean, spread = splits[0].targets.mean(), splits[0].targets.std()
    return _regression(dataset, [Split(one.images, (one.targets - mean) / spread) for one in splits])


def _regression(dataset: Dataset, splits: list[Split]) -> Dataset:
    guessing = float(splits[1].targets.square().mean())
    task = replace(dataset.task, loss="l2", outputs=1, validation_guessing_loss=guessing)
    return replace(
        dataset,
        train=splits[0],
        validation=splits[1],
        test=splits[2],
        task=task,
        target_scale=Scale((0.0,), (1.0,)),
    )
