"""Images whose pixels have an order, seen through haze or under noise, and the same without."""

from dataclasses import replace

import torch
from sklearn.datasets import load_breast_cancer

from hpsearch.data.dataset import Dataset, Split
from hpsearch.task import Task
from tests.data.broken_data import INFO, WARNING, Case, changed, digits, generator, kept


def split_in_two(images: torch.Tensor, labels: torch.Tensor) -> Dataset:
    images = (images - images.mean(dim=(0, 2, 3), keepdim=True)) / images.std(dim=(0, 2, 3), keepdim=True)
    train = len(images) * 3 // 4
    shape = (int(images.shape[1]), int(images.shape[2]), int(images.shape[3]))
    counts = torch.bincount(labels[train:], minlength=int(labels.max()) + 1)
    task = Task("cross_entropy", shape, len(counts), train, len(images) - train, 0, tuple(counts.tolist()))
    parts = Split(images[:train], labels[:train]), Split(images[train:], labels[train:])
    return Dataset(*parts, Split(images[:0], labels[:0]), task, None, None)


def waves(
    *, share: float = 1 / 3, period: float = 6.0, haze: float = 3.0, channels: int = 1, side: int = 12
) -> Dataset:
    """Noise as bright as its haze; in a share of the images waves of any phase, across or down."""
    draw = generator(3)
    count = 600
    down, across = (one.float() for one in torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij"))
    turned = (torch.rand(count, generator=draw) < 0.5)[:, None, None]
    phase = 6.3 * torch.rand(count, 1, 1, generator=draw)
    waving = torch.sin(6.283185 / period * torch.where(turned, down, across) + phase)[:, None]
    labels = (torch.rand(count, generator=draw) < share).long()
    images = haze * torch.randn(count, channels, 1, 1, generator=draw) + 0.5 * torch.randn(
        count, channels, side, side, generator=draw
    )
    paint = 0.3 + torch.rand(count, channels, 1, 1, generator=draw)
    return split_in_two(images + labels[:, None, None, None] * paint * waving, labels)


def reordered(dataset: Dataset) -> Dataset:
    """The pixels of all images in one random order."""

    def change(split: Split) -> Split:
        order = torch.randperm(split.images[0].numel(), generator=generator(1))
        return Split(split.images.flatten(1)[:, order].reshape(split.images.shape), split.targets)

    return replace(dataset, train=change(dataset.train), validation=change(dataset.validation))


def channels_among_pixels(dataset: Dataset) -> Dataset:
    """Reshaped from (N, H, W, C) where axes should have been moved."""

    def change(split: Split) -> Split:
        return Split(split.images.movedim(1, 3).reshape(split.images.shape).contiguous(), split.targets)

    return replace(dataset, train=change(dataset.train), validation=change(dataset.validation))


def table() -> Dataset:
    """Thirty numbers of a tumour as an image of 5x6 pixels."""
    numbers, labels = load_breast_cancer(return_X_y=True)
    columns = torch.tensor(numbers, dtype=torch.float32)
    columns = (columns - columns.mean(dim=0)) / columns.std(dim=0)
    return split_in_two(columns.reshape(-1, 1, 5, 6), torch.tensor(labels).long())


def fewer(*classes: int, count: int) -> Dataset:
    found = digits()
    for label in classes:
        found = changed(found, train=kept(label, count))
    return found


ORDERS = (
    Case("HD402", WARNING, lambda: reordered(waves()), waves, "order carries nothing"),
    Case("HD402", WARNING, lambda: reordered(waves(share=1.0)), lambda: waves(share=0.1), "order carries nothing"),
    Case("HD402", WARNING, table, lambda: waves(share=1.0, period=2.0), "order carries nothing"),
    Case(
        "HD402",
        WARNING,
        lambda: channels_among_pixels(waves(share=1.0, channels=3)),
        lambda: waves(share=1.0, channels=3, period=3.0),
        "3 channels lie among the pixels of each row",
    ),
    Case("HD203", INFO, lambda: fewer(7, count=10), lambda: fewer(7, count=20), "class 7 has 10"),
    Case("HD203", WARNING, lambda: fewer(7, 8, count=19), lambda: fewer(7, 8, count=20), "2 of 10 classes have"),
)
