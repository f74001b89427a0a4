"""Data sets that have one thing wrong each, and near misses that do not."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import torch

from hpsearch.data.dataset import Dataset, Scale, Split
from hpsearch.data.loading import load_dataset
from hpsearch.finding import Severity
from hpsearch.task import Task
from tests.data.data_cases import settings

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
Change = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


@cache
def digits(normalize: bool = True) -> Dataset:
    return load_dataset(settings(normalize=normalize))


def changed(dataset: Dataset, *, train: Change | None = None, validation: Change | None = None) -> Dataset:
    """A copy of the data set with images and targets of one split changed."""
    parts = {}
    for name, change in (("train", train), ("validation", validation)):
        split: Split = getattr(dataset, name)
        if change is not None:
            parts[name] = Split(*change(split.images.clone(), split.targets.clone()))
    return replace(dataset, **parts)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pixel(value: float) -> Change:
    def change(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        images[3, 0, 2, 2] = value
        return images, targets

    return change


def regression(values: int) -> Dataset:
    """The digits with so many different numbers as targets."""
    dataset = digits()
    parts = {}
    for name in ("train", "validation", "test"):
        split: Split = getattr(dataset, name)
        parts[name] = Split(split.images, (torch.arange(len(split)) % values).float()[:, None] / values)
    return replace(dataset, task=replace(dataset.task, loss="l2", outputs=1, validation_class_counts=()), **parts)


def inverted(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return -images, targets


def blank(count: int) -> Change:
    def change(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        images[:count] = torch.arange(count).reshape(-1, 1, 1, 1) * 0.01
        return images, targets

    return change


def second_channel(value: float) -> Dataset:
    def change(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        extra = torch.zeros_like(images)
        extra[0, 0, 0, 0] = value
        return torch.cat([images, extra], dim=1), targets

    found = changed(digits(), train=change, validation=change)
    test = Split(*change(found.test.images, found.test.targets))
    return replace(found, test=test, image_scale=Scale((0.0, 0.0), (1.0, 1.0)))


def scaled(factor: float, shift: float = 0.0) -> Dataset:
    """Raw digits 0 … 16 times a factor, and a shift; and nobody has normalised them."""
    found = digits(normalize=False)

    def change(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return images * factor + shift, targets

    return changed(found, train=change, validation=change)


def mixed(share: float) -> Dataset:
    """Some training images in 0 … 1, the others in 0 … 255."""

    def change(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        count = int(share * len(images))
        return torch.cat([images[:count] / 16, images[count:] * 255 / 16]), targets

    return changed(digits(normalize=False), train=change)


def brighter(by: float) -> Change:
    return lambda images, targets: (images + by, targets)


def labelled(value: int, count: int = 3) -> Change:
    def change(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        targets[:count] = value
        return images, targets

    return change


def kept(label: int, count: int) -> Change:
    """Only so many samples of a class."""

    def change(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        place = (targets == label).cumsum(0)
        keep = (targets != label) | (place <= count)
        return images[keep], targets[keep]

    return change


def both(first: Change, second: Change) -> Change:
    return lambda images, targets: second(*first(images, targets))


def in_order(share: float) -> Change:
    """The first samples sorted by class."""

    def change(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        count = int(share * len(targets))
        order = torch.cat([targets[:count].argsort(stable=True), torch.arange(count, len(targets))])
        return images[order], targets[order]

    return change


def twins(count: int, *, other_label: bool) -> Change:
    """The last samples are copies of the first, with their labels or the next ones."""

    def change(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        images[-count:] = images[:count]
        targets[-count:] = (targets[:count] + int(other_label)) % 10
        return images, targets

    return change


def leaking(count: int, noise: float, moved: int = 0) -> Dataset:
    """Validation has images of training, with noise or moved by some pixels."""
    found = digits()

    def change(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        source = found.train.images[:count].roll(moved, dims=3)
        images[:count] = source + noise * torch.randn(source.shape, generator=generator())
        targets[:count] = found.train.targets[:count]
        return images, targets

    return changed(found, validation=change)


def shuffled(share: float) -> Dataset:
    """Some of the labels of both splits are handed out anew."""

    def change(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        count = int(share * len(targets))
        return images, torch.cat([targets[:count][torch.randperm(count, generator=generator())], targets[count:]])

    return changed(digits(), train=change, validation=change)


def permuted(rows: int) -> Dataset:
    """The pixels of the first rows are in another order, the same for all images."""
    order = torch.cat([torch.randperm(8 * rows, generator=generator()), torch.arange(8 * rows, 64)])

    def change(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return images.flatten(2)[:, :, order].reshape(images.shape), targets

    return changed(digits(), train=change, validation=change)


def noise_only() -> Dataset:
    """Images without any structure; labels at random."""

    def split(count: int, seed: int) -> Split:
        draw = generator(seed)
        return Split(torch.randn(count, 1, 8, 8, generator=draw), torch.randint(4, (count,), generator=draw))

    task = Task("cross_entropy", (1, 8, 8), 4, 400, 200, 0, (50, 50, 50, 50))
    empty = Split(torch.empty(0, 1, 8, 8), torch.empty(0, dtype=torch.int64))
    return Dataset(split(400, 1), split(200, 2), empty, task, None, None)


@dataclass(frozen=True)
class Case:
    """One check with data that it finds and data that it lets pass."""

    code: str
    severity: Severity
    bad: Callable[[], Dataset]
    near: Callable[[], Dataset]
    said: str


CASES = (
    Case("HD101", ERROR, lambda: changed(digits(), train=pixel(float("nan"))), digits, "1 images"),
    Case(
        "HD101",
        ERROR,
        lambda: changed(digits(), validation=pixel(float("inf"))),
        lambda: changed(digits(), train=pixel(1e30)),
        "1 images",
    ),
    Case("HD102", WARNING, lambda: changed(digits(), train=blank(60)), digits, "60 of 1797"),
    Case("HD102", INFO, lambda: changed(digits(), train=blank(2)), digits, "2 of 1797"),
    Case("HD103", WARNING, lambda: second_channel(0.0), lambda: second_channel(1.0), "channel 1"),
    Case("HD104", WARNING, lambda: scaled(255 / 16), lambda: scaled(1 / 16), "too large"),
    Case("HD104", WARNING, lambda: scaled(1e-3), lambda: scaled(1.0), "too small"),
    Case("HD104", WARNING, lambda: scaled(1e-2, 3.0), lambda: scaled(1e-1, 3.0), "hardly differ"),
    Case("HD105", WARNING, lambda: mixed(0.5), lambda: mixed(0.0), "539 images"),
    Case(
        "HD106",
        WARNING,
        lambda: changed(digits(), validation=brighter(1.0)),
        lambda: changed(digits(), validation=brighter(0.02)),
        "brightness",
    ),
    Case("HD106", WARNING, lambda: changed(digits(), validation=inverted), digits, "mean of the validation images"),
    Case(
        "HD201",
        ERROR,
        lambda: changed(digits(), train=labelled(-100)),
        lambda: changed(digits(), train=labelled(9)),
        "3 labels",
    ),
    Case("HD201", ERROR, lambda: changed(digits(), validation=labelled(10)), digits, "to 10"),
    Case(
        "HD202",
        ERROR,
        lambda: changed(digits(), train=kept(4, 0)),
        lambda: changed(digits(), train=kept(4, 1)),
        "train split: 4",
    ),
    Case(
        "HD202",
        WARNING,
        lambda: changed(digits(), validation=kept(4, 0)),
        lambda: changed(digits(), validation=kept(4, 1)),
        "validation split: 4",
    ),
    Case(
        "HD203",
        WARNING,
        lambda: changed(digits(), train=kept(7, 9)),
        lambda: changed(digits(), train=kept(7, 20)),
        "class 7 has 9",
    ),
    Case(
        "HD204",
        WARNING,
        lambda: changed(digits(), train=kept(7, 10)),
        lambda: changed(digits(), train=kept(7, 12)),
        "class 7 has 10",
    ),
    Case(
        "HD205",
        INFO,
        lambda: changed(digits(), train=in_order(1.0)),
        lambda: changed(digits(), train=in_order(0.4)),
        "9 times",
    ),
    Case(
        "HD206",
        WARNING,
        lambda: changed(digits(), validation=both(kept(3, 2), kept(4, 2))),
        lambda: changed(digits(), validation=kept(3, 25)),
        "class",
    ),
    Case("HD207", WARNING, lambda: regression(20), lambda: regression(21), "20 values"),
    Case(
        "HD301",
        ERROR,
        lambda: changed(digits(), train=twins(120, other_label=True)),
        lambda: changed(digits(), train=twins(120, other_label=False)),
        "240 images",
    ),
    Case("HD301", WARNING, lambda: changed(digits(), train=twins(30, other_label=True)), digits, "60 images"),
    Case("HD302", ERROR, lambda: leaking(40, 0.0), lambda: leaking(40, 0.05), "40 of 359"),
    Case(
        "HD302",
        WARNING,
        lambda: leaking(30, 0.0),
        lambda: changed(digits(), validation=twins(5, other_label=False)),
        "30 of 359",
    ),
    Case("HD303", WARNING, lambda: leaking(40, 0.05), lambda: leaking(40, 0.0), "nearly the same"),
    Case("HD303", INFO, lambda: leaking(2, 0.02), lambda: leaking(40, 1.0), "nearly the same"),
    Case(
        "HD304",
        INFO,
        lambda: changed(digits(), train=twins(5, other_label=False)),
        lambda: leaking(40, 0.0),
        "5 of 1079",
    ),
    Case("HD401", WARNING, lambda: shuffled(1.0), lambda: shuffled(0.7), "nothing to do with the images"),
    Case("HD401", WARNING, noise_only, digits, "nothing to do with the images"),
    Case("HD402", WARNING, lambda: permuted(8), lambda: permuted(4), "order carries nothing"),
    Case("HD402", INFO, noise_only, digits, "no other order would"),
)
