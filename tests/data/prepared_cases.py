"""Data whose splits were prepared in different ways, and others that only look like it."""

from dataclasses import replace

import torch

from hpsearch.data.dataset import Dataset, Split
from tests.data.broken_data import (
    INFO,
    WARNING,
    Case,
    Change,
    changed,
    digits,
    generator,
    inverted,
    kept,
    regression,
    shuffled,
)

Pair = tuple[torch.Tensor, torch.Tensor]


def mirrored(images: torch.Tensor, targets: torch.Tensor) -> Pair:
    return images.flip(3), targets


def symmetric(images: torch.Tensor, targets: torch.Tensor) -> Pair:
    return (images + images.flip(3)) / 2, targets


def coloured(order: tuple[int, ...] = (0, 1, 2)) -> Dataset:
    """Digits whose colours change from top to bottom; validation has its channels in this order."""
    slope = torch.linspace(-1, 1, 8).reshape(8, 1)

    def painted(images: torch.Tensor, targets: torch.Tensor) -> Pair:
        return torch.cat([images, images + slope, images - slope], dim=1), targets

    whole = digits()
    parts = {name: Split(*painted(*vars(getattr(whole, name)).values())) for name in ("train", "validation", "test")}
    found = replace(whole, **parts, image_scale=None)  # type: ignore[arg-type]
    return changed(found, validation=lambda images, targets: (images[:, list(order)], targets))


def framed(share: float) -> Change:
    """The rightmost column of some images is empty."""

    def change(images: torch.Tensor, targets: torch.Tensor) -> Pair:
        count = int(share * len(images))
        images[:count, :, :, -1] = 2.0
        return images, targets

    return change


def textured() -> Dataset:
    """Digits in which no border is of one colour."""

    def change(images: torch.Tensor, targets: torch.Tensor) -> Pair:
        return images + 0.1 * torch.sin(torch.arange(64.0).reshape(8, 8)), targets

    whole = changed(digits(), train=change, validation=change)
    return replace(whole, test=Split(*change(whole.test.images, whole.test.targets)))


def rounded(levels: int) -> Change:
    def change(images: torch.Tensor, targets: torch.Tensor) -> Pair:
        low, high = images.amin(), images.amax()
        return ((images - low) / (high - low) * (levels - 1)).round(), targets

    return change


def everywhere(change: Change, dataset: Dataset) -> Dataset:
    found = changed(dataset, train=change, validation=change)
    return replace(found, test=Split(*change(found.test.images.clone(), found.test.targets.clone())))


def waves(shift: float, *, over: bool) -> Dataset:
    """Smooth images in 0 … 255 that were made brighter: values ran over the end, or were cut off there."""
    places = torch.arange(16.0)

    def change(images: torch.Tensor, targets: torch.Tensor) -> Pair:
        phases = torch.arange(len(images)).reshape(-1, 1, 1, 1) * 0.7
        smooth = 127.5 + 120 * torch.sin(0.35 * places[:, None] + 0.2 * places + phases)
        brighter = (smooth + shift).round()
        return (brighter % 256 if over else brighter.clamp(0, 255)), targets

    return everywhere(change, digits())


def posters(dataset: Dataset) -> Dataset:
    """In each image a patch of black and white pixels, in grey surroundings and under noise."""
    draw = generator()

    def change(images: torch.Tensor, targets: torch.Tensor) -> Pair:
        ink = (torch.rand(len(images), 1, 8, 8, generator=draw) > 0.5) * 231.0 + 12
        scene = 0.3 * images + 80
        scene[:, :, 4:12, 4:12] = ink
        return (scene + 4 * torch.randn(scene.shape, generator=draw)).round().clamp(0, 255), targets

    return everywhere(change, dataset)


def stamped(size: int, label: int = 3) -> Change:
    """A square in a corner of the images of one class."""

    def change(images: torch.Tensor, targets: torch.Tensor) -> Pair:
        images[targets == label, :, :size, :size] = 1.5
        return images, targets

    return change


def faint(images: torch.Tensor, targets: torch.Tensor) -> Pair:
    """The same mark in half of the class."""
    marked, _ = stamped(1)(images.clone(), targets)
    half = torch.arange(len(images)).reshape(-1, 1, 1, 1) % 2 == 0
    return torch.where(half, marked, images), targets


def renamed(table: dict[int, int]) -> Change:
    def change(images: torch.Tensor, targets: torch.Tensor) -> Pair:
        return images, torch.tensor([table.get(label, label) for label in targets.tolist()])

    return change


def held_out(count: int) -> Change:
    return lambda images, targets: (images[:count], targets[:count])


def two_classes() -> Dataset:
    """Zeros and ones, which single pixels tell apart in all honesty."""

    def change(images: torch.Tensor, targets: torch.Tensor) -> Pair:
        return images[targets < 2], targets[targets < 2]

    found = everywhere(change, digits())
    return replace(found, task=replace(found.task, outputs=2))


def one_column_each(columns: int, *, soft: float = 0.0, total: float = 1.0) -> Dataset:
    """Targets as many columns, with the sum 1 or another."""
    whole = regression(20)

    def split(name: str) -> Split:
        images = getattr(whole, name).images
        hot = torch.nn.functional.one_hot(torch.arange(len(images)) % columns, columns).float()
        return Split(images, ((1 - soft) * hot + soft / columns) * total)

    task = replace(whole.task, outputs=columns)
    return replace(whole, task=task, target_scale=None, **{name: split(name) for name in ("train", "validation")})


PREPARED = (
    Case(
        "HD107",
        WARNING,
        lambda: changed(digits(), validation=mirrored),
        lambda: changed(everywhere(symmetric, digits()), validation=mirrored),
        "look mirrored left to right",
    ),
    Case(
        "HD107",
        WARNING,
        lambda: changed(digits(), validation=inverted),
        lambda: changed(digits(), validation=kept(3, 2)),
        "look like negatives",
    ),
    Case("HD107", WARNING, lambda: coloured((2, 1, 0)), coloured, "in the order 2 1 0"),
    Case(
        "HD108",
        WARNING,
        lambda: changed(textured(), validation=framed(0.9)),
        lambda: changed(textured(), validation=framed(0.4)),
        "the right border is of one colour in 90.0% of the validation images and in 0.0%",
    ),
    Case(
        "HD109",
        WARNING,
        lambda: changed(digits(), validation=rounded(2)),
        lambda: changed(digits(), validation=rounded(5)),
        "the validation images have 2 levels of brightness in a channel, the train images 17",
    ),
    Case(
        "HD109",
        INFO,
        lambda: everywhere(rounded(2), digits()),
        lambda: everywhere(rounded(3), digits()),
        "two levels",
    ),
    Case("HD110", WARNING, lambda: waves(60, over=True), lambda: waves(60, over=False), "ran over the end"),
    Case("HD110", WARNING, lambda: waves(90, over=True), lambda: posters(waves(60, over=False)), "ran over the end"),
    Case("HD207", WARNING, lambda: one_column_each(4), lambda: one_column_each(4, total=2.0), "are they 4 classes?"),
    Case("HD207", WARNING, lambda: one_column_each(4, soft=0.1), digits, "none is below 0 and the sum is 1"),
    Case(
        "HD208",
        WARNING,
        lambda: changed(digits(), validation=held_out(41)),
        lambda: changed(digits(), validation=held_out(200)),
        "known to ±4.7% (one standard error); ±1% takes 900 samples",
    ),
    Case("HD208", INFO, lambda: changed(digits(), validation=held_out(42)), digits, "42 samples"),
    Case(
        "HD403",
        WARNING,
        lambda: changed(digits(), validation=renamed({2: 7, 7: 2})),
        lambda: changed(digits(), train=renamed({2: 7, 7: 2}), validation=renamed({2: 7, 7: 2})),
        "takes 2 classes for each other in validation (2 for 7, 7 for 2;",
    ),
    Case(
        "HD403",
        WARNING,
        lambda: changed(digits(), train=renamed({label: (label + 1) % 10 for label in range(10)})),
        lambda: shuffled(1.0),
        "takes 10 classes for each other",
    ),
    Case(
        "HD404",
        WARNING,
        lambda: changed(digits(), train=stamped(1)),
        lambda: changed(digits(), train=faint),
        "gives class 3 away: at row 0, column 0",
    ),
    Case(
        "HD404",
        WARNING,
        lambda: changed(two_classes(), train=stamped(1, 1)),
        two_classes,
        "a mark of one pixel gives class 0 away",
    ),
)
