"""Training the catalogue in this process, and keeping what was recorded."""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import torch

from benchmarks.diagnosis.catalogue import Case, data_settings
from hpsearch.cohort import Cohort
from hpsearch.data.dataset import Dataset, Split
from hpsearch.data.loading import load_dataset
from hpsearch.data.shapes import SHAPES
from hpsearch.training.cohort import train_cohort
from hpsearch.trial import EpochRecord, Failure, FinishedTrial, TrialResult, TrialState

KEPT_CLASSES = ("disc", "bars")
"""Of the shapes: those that all three architectures learn soundly within two seconds. With four classes and a thousand
images they overfit, so that a sound training would have had a true finding."""


@cache
def sound_data(name: str) -> Dataset:
    """The data without any fault; of the shapes a part."""
    dataset = load_dataset(data_settings(name))
    if name == "digits":
        return dataset
    train, validation = _kept(dataset.train), _kept(dataset.validation)
    counts = tuple(torch.bincount(validation.targets, minlength=len(KEPT_CLASSES)).tolist())
    task = replace(
        dataset.task,
        outputs=len(KEPT_CLASSES),
        train_samples=len(train),
        validation_samples=len(validation),
        validation_class_counts=counts,
    )
    return replace(dataset, train=train, validation=validation, task=task)


def _kept(split: Split) -> Split:
    places = torch.full((len(SHAPES),), -1)
    for number, name in enumerate(KEPT_CLASSES):
        places[list(SHAPES).index(name)] = number
    labels = places[split.targets]
    chosen = torch.nonzero(labels >= 0).flatten()
    return Split(split.images[chosen], labels[chosen])


def broken_data(dataset: Dataset, change: str) -> Dataset:
    """The data with the fault of that name."""
    draw = torch.Generator().manual_seed(5)

    def shuffled(split: Split, share: float = 1.0) -> Split:
        wrong = torch.rand(len(split), generator=draw) < share
        other = split.targets[torch.randperm(len(split), generator=draw)]
        return Split(split.images, torch.where(wrong, other, split.targets))

    def noise(split: Split) -> Split:
        return Split(torch.randn(split.images.shape, generator=draw), split.targets)

    train, validation = dataset.train, dataset.validation
    match change:
        case "train-labels":
            train = shuffled(train)
        case "labels":
            train, validation = shuffled(train), shuffled(validation)
        case "shifted":
            train = Split(train.images, train.targets.roll(1))
            validation = Split(validation.images, validation.targets.roll(1))
        case "noise":
            train, validation = noise(train), noise(validation)
        case "noisy-labels":
            train, validation = shuffled(train, 0.45), shuffled(validation, 0.45)
        case "few-wrong-labels":
            train, validation = shuffled(train, 0.2), shuffled(validation, 0.2)
    return replace(dataset, train=train, validation=validation)


def trained(case: Case, folder: Path) -> tuple[FinishedTrial, Dataset]:
    """The case with its curves, read from the folder if it was trained before."""
    job = case.job
    dataset = broken_data(sound_data(case.data), case.kind.data)
    if job.budget.samples is not None:
        dataset = replace(dataset, task=replace(dataset.task, train_samples=job.budget.samples))
    file = folder / f"{case.name.replace('/', '--')}.json"
    if not file.is_file():
        file.write_text(json.dumps(_train(case, dataset)), encoding="utf-8")
    return FinishedTrial(job, _result(case, json.loads(file.read_text(encoding="utf-8")))), dataset


def _train(case: Case, dataset: Dataset) -> dict[str, Any]:
    started = time.process_time()
    full = replace(dataset, task=replace(dataset.task, train_samples=len(dataset.train)))
    (result,) = train_cohort(Cohort((case.job,)), full)
    return {
        "state": result.state,
        "failure": result.failure,
        "reason": result.reason,
        "value": result.value,
        "steps": [loss if math.isfinite(loss) else None for loss in result.step_losses],
        "epochs": [asdict(epoch) for epoch in result.epochs],
        "seconds": time.process_time() - started,
    }


def _result(case: Case, kept: dict[str, Any]) -> TrialResult:
    return TrialResult(
        case.job.stage,
        case.number,
        TrialState(kept["state"]),
        value=kept["value"],
        failure=None if kept["failure"] is None else Failure(kept["failure"]),
        reason=kept["reason"],
        step_losses=tuple(math.nan if loss is None else loss for loss in kept["steps"]),
        epochs=tuple(EpochRecord(**epoch) for epoch in kept["epochs"]),
        duration_s=kept["seconds"],
    )


def all_trained(chosen: Iterator[Case], folder: Path) -> Iterator[tuple[Case, FinishedTrial, Dataset]]:
    """Every case with its curves, one at a time."""
    for case in chosen:
        yield case, *trained(case, folder)
