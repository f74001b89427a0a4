"""Small data sets and jobs that the tests of the training room share."""

from dataclasses import replace
from typing import Any

import torch

from hpsearch.cohort import Cohort
from hpsearch.data.dataset import Dataset, Split
from hpsearch.job import Budget, DataSettings, Job, NetworkSettings, OptimizerSettings
from hpsearch.stage import StageName
from hpsearch.task import Task
from hpsearch.training.cohort import train_cohort
from hpsearch.trial import TrialResult

DATA = DataSettings("none", None, None, {}, 0.2, 0.2, True, "auto", 0)
SIZES = (45, 20, 15)
"""Samples of the training, validation and test split."""


def classes(count: int = 3, shape: tuple[int, int, int] = (1, 5, 5), sizes: tuple[int, int, int] = SIZES) -> Dataset:
    """Classes that can be told apart by the sign and place of a patch, with noise."""
    generator = torch.Generator().manual_seed(1)
    patterns = torch.randn(count, *shape, generator=generator)
    splits = []
    for size in sizes:
        targets = torch.randint(0, count, (size,), generator=generator)
        splits.append(Split(patterns[targets] + 0.3 * torch.randn(size, *shape, generator=generator), targets))
    counts = tuple(torch.bincount(splits[1].targets, minlength=count).tolist())
    return Dataset(*splits, Task("cross_entropy", shape, count, *sizes, counts), None, None)


def values(loss: str = "l2", columns: int = 2, shape: tuple[int, int, int] = (1, 5, 5)) -> Dataset:
    """Targets that are linear in the pixels, normalised."""
    generator = torch.Generator().manual_seed(2)
    images = torch.randn(sum(SIZES), *shape, generator=generator)
    targets = images.flatten(1) @ torch.randn(images[0].numel(), columns, generator=generator)
    targets = (targets - targets.mean(0)) / targets.std(0)
    splits = [Split(*parts) for parts in zip(images.split(SIZES), targets.split(SIZES), strict=True)]
    return Dataset(*splits, Task(loss, shape, columns, *SIZES), None, None)  # type: ignore[arg-type]


def optimizer(name: str = "sgd", learning_rate: float = 0.05, **settings: Any) -> OptimizerSettings:
    """Settings of an optimiser."""
    defaults = {"weight_decay": 0.0, "momentum": 0.9, "schedule": "constant", "factor": 0.1, "every": 1 / 3}
    return OptimizerSettings(name, learning_rate, **{**defaults, **settings})  # type: ignore[arg-type]


def own(factory: str, **parameters: Any) -> NetworkSettings:
    """A network of this folder's ``training_networks``."""
    return NetworkSettings(None, f"tests.training.training_networks:{factory}", parameters)


def job(network: NetworkSettings | None = None, budget: Budget | None = None, **changes: Any) -> Job:
    """A job of the coarse stage, three epochs of batches of eight."""
    settings = Job(
        stage=StageName.COARSE,
        number=0,
        parameters={},
        data=DATA,
        batch_size=8,
        network=network or own("small"),
        optimizer=optimizer(),
        label_smoothing=0.0,
        budget=budget or Budget(epochs=3),
        objective=None,
        regularised=True,
        weights_seed=11,
        order_seed=12,
    )
    return replace(settings, **changes)


def train(wanted: Job, dataset: Dataset) -> TrialResult:
    """The result of a job that is trained alone."""
    (result,) = train_cohort(Cohort((wanted,)), dataset)
    return result
