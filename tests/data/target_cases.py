"""Regressions whose targets, or pixels, hold numbers that were not measured."""

from dataclasses import replace

import torch

from hpsearch.data.dataset import Dataset, Scale, Split
from tests.data.broken_data import INFO, WARNING, Case, changed, digits, generator


def measured(*, missing: float | None = None, factor: float = 1.0, more: float = 0.0, told: bool = True) -> Dataset:
    """How much more ink is in the upper half of a digit, about 100; some targets are missing or multiplied."""
    draw = generator()
    whole = digits()
    parts = {}
    for name in ("train", "validation", "test"):
        images = getattr(whole, name).images
        halves = images[:, 0, :4].mean(dim=(1, 2)) - images[:, 0, 4:].mean(dim=(1, 2))
        if not told:
            halves = halves[torch.randperm(len(halves), generator=draw)]
        targets = (2 * halves).exp() * 100 + more
        chance = torch.rand(len(targets), generator=draw)
        targets = torch.where(chance < 0.4, factor * targets, targets)
        if missing is not None:
            targets = torch.where(chance > 0.97, missing, targets)
        parts[name] = Split(images, targets[:, None])
    mean, std = float(parts["train"].targets.mean()), float(parts["train"].targets.std())
    parts = {name: Split(part.images, (part.targets - mean) / std) for name, part in parts.items()}
    task = replace(whole.task, loss="l2", outputs=1, validation_class_counts=(), validation_guessing_loss=1.0)
    return replace(whole, **parts, task=task, target_scale=Scale((mean,), (std,)))


def without_sight(value: float) -> Dataset:
    """The first row of each third training image is one number."""

    def change(images: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        images = images + 0.01 * torch.randn(images.shape, generator=generator())
        images[::3, :, 0] = value
        return images, targets

    return replace(changed(digits(), train=change), image_scale=None)


MEASURED = (
    Case("HD111", WARNING, lambda: without_sight(-9999.0), lambda: without_sight(-3.0), "are -9999, all others"),
    Case("HD209", WARNING, lambda: measured(missing=-999.0), measured, "train targets are -999, all others"),
    Case("HD209", INFO, lambda: measured(missing=0.0, more=1e5), lambda: measured(more=1e5), "targets are 0, all"),
    Case("HD210", WARNING, lambda: measured(factor=1000.0), lambda: measured(factor=1000.0, told=False), "1000 times"),
)
