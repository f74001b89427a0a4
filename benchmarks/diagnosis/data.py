"""The data sets of the catalogue, without any fault."""

from collections.abc import Collection
from dataclasses import replace
from functools import cache

import torch

from benchmarks.diagnosis.fifth_data import BALLS_DATA, FIFTH_DATA
from benchmarks.diagnosis.fourth_data import FOURTH_DATA, GAUGES_DATA
from benchmarks.diagnosis.second_data import SECOND_DATA
from benchmarks.diagnosis.sixth_data import SIXTH_DATA, SIXTH_REGRESSIONS
from benchmarks.diagnosis.third_data import THIRD_DATA
from hpsearch.data.dataset import Dataset, Split
from hpsearch.data.loading import load_dataset
from hpsearch.data.shapes import SHAPES, coloured_shapes
from hpsearch.job import DataSettings

SHAPES_KEPT = {"shapes": ("disc", "bars"), "forms": ("cross", "square")}
"""Those that all architectures learn soundly within two seconds. ``forms`` are held out, and drawn by another seed."""
FORMS_SEED, FORMS_SAMPLES = 77, 4_000


def data_settings(name: str) -> DataSettings:
    """A named data set, divided as ever."""
    return DataSettings(name, None, None, {}, 0.2, 0.2, True, "auto", split_seed=1)


@cache
def sound_data(name: str) -> Dataset:
    """The data without any fault."""
    if name == "digits":
        return load_dataset(data_settings(name))
    parts: dict[str, Collection[str]] = {
        "second": SECOND_DATA,
        "third": THIRD_DATA,
        "fourth": (*FOURTH_DATA, *GAUGES_DATA),
        "fifth": (*FIFTH_DATA, *BALLS_DATA),
        "sixth": (*SIXTH_DATA, *SIXTH_REGRESSIONS),
    }
    for part in (one for one, drawn in parts.items() if name in drawn):
        factory = f"benchmarks.diagnosis.{part}_data:{name}"
        return load_dataset(replace(data_settings(name), dataset=None, factory=factory))
    if name == "shapes":
        dataset = load_dataset(data_settings(name))
    else:
        settings = replace(
            data_settings("shapes"),
            dataset=None,
            factory="benchmarks.diagnosis.data:forms",
        )
        dataset = load_dataset(settings)
    places = torch.full((len(SHAPES),), -1)
    for number, shape in enumerate(SHAPES_KEPT[name]):
        places[list(SHAPES).index(shape)] = number
    splits = []
    for split in (dataset.train, dataset.validation, dataset.test):
        labels = places[split.targets]
        kept = torch.nonzero(labels >= 0).flatten()
        splits.append(Split(split.images[kept], labels[kept]))
    task = replace(dataset.task, outputs=len(SHAPES_KEPT[name]))
    return settled(replace(dataset, train=splits[0], validation=splits[1], test=splits[2], task=task))


def forms() -> tuple[object, object]:
    """Shapes drawn by another seed than those of the data set ``shapes``."""
    return coloured_shapes(FORMS_SAMPLES, FORMS_SEED)


def settled(dataset: Dataset) -> Dataset:
    """With a task that fits its splits."""
    task = dataset.task
    counts: tuple[int, ...] = ()
    if task.is_classification:
        counts = tuple(torch.bincount(dataset.validation.targets, minlength=task.outputs).tolist())
    height = dataset.train.images.shape[1:]
    task = replace(
        task,
        input_shape=(int(height[0]), int(height[1]), int(height[2])),
        train_samples=len(dataset.train),
        validation_samples=len(dataset.validation),
        test_samples=len(dataset.test),
        validation_class_counts=counts,
    )
    return replace(dataset, task=task)
