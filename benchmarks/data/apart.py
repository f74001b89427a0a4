"""Faults of one split: validation and test were prepared apart from training, or validation alone was."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate, pad

from benchmarks.data.divided import as_given, as_trained_on
from benchmarks.data.fields import Draw
from hpsearch.data.dataset import Dataset, Split

Change = Callable[[Draw, Tensor], Tensor | None]
"""Of images as they were given (N, C, H, W); None where it changes nothing."""
PREPARED = frozenset({"HD106", "HD107", "HD108", "HD109"})


@dataclass(frozen=True)
class Apart:
    """One fault of splits, and the codes that tell it."""

    change: Change | None
    """None: the targets are changed."""
    right: frozenset[str] = PREPARED


def spoiled(draw: Draw, dataset: Dataset, fault: Apart) -> Dataset | None:
    """The data set with other validation images, and in half of all cases other test images too; None where the fault
    cannot be made."""
    if fault.change is None:
        return _numbered_otherwise(draw, dataset)
    splits = {"validation": dataset.validation, "test": dataset.test}
    for name in ("validation", "test")[: 1 + int(draw.integers(2))]:
        images = fault.change(draw, as_given(dataset, splits[name].images))
        if images is None:
            return None
        splits[name] = Split(as_trained_on(dataset, images.contiguous()), splits[name].targets)
    return replace(dataset, validation=splits["validation"], test=splits["test"])


def _numbered_otherwise(draw: Draw, dataset: Dataset) -> Dataset | None:
    if not dataset.task.is_classification:
        return None
    order = torch.arange(dataset.task.outputs)
    some = torch.from_numpy(draw.permutation(len(order))[: max(2, len(order) // 2)])
    order[some] = order[some.roll(1)]
    return replace(dataset, validation=Split(dataset.validation.images, order[dataset.validation.targets]))


def scaled(_draw: Draw, images: Tensor) -> Tensor:
    return 0.8 * images + 0.1 * images.std()


def mirrored(_draw: Draw, images: Tensor) -> Tensor:
    return images.flip(3)


def turned(_draw: Draw, images: Tensor) -> Tensor:
    return images.flip(2, 3)


def cropped(_draw: Draw, images: Tensor) -> Tensor | None:
    """Four fifths of each side, enlarged."""
    height, width = images.shape[2:]
    top, left = height // 10, width // 10
    if not top or not left:
        return None
    cut = images[:, :, top : height - top, left : width - left]
    return interpolate(cut, (height, width), mode="bilinear", align_corners=False)


def other_order(_draw: Draw, images: Tensor) -> Tensor | None:
    return images.flip(1) if images.shape[1] >= 3 else None


def clipped(_draw: Draw, images: Tensor) -> Tensor | None:
    """Cut off at 5 % and 95 % of all values."""
    values = images.flatten()[:: max(1, images.numel() // 100_000)]
    low, high = (float(torch.quantile(values, at)) for at in (0.05, 0.95))
    found = images.clamp(low, high)
    return None if torch.equal(found, images) else found


def curved(_draw: Draw, images: Tensor) -> Tensor | None:
    """The power 1.4 of what is between the ends of the range."""
    low, high = images.min(), images.max()
    found: Tensor = ((images - low) / (high - low)) ** 1.4 * (high - low) + low
    return None if float((found - images).abs().mean()) < 1e-3 * float(images.std()) else found


def blurred(_draw: Draw, images: Tensor) -> Tensor:
    return avg_pool2d(pad(images, (1, 1, 1, 1), mode="replicate"), 3, stride=1)


def coarse(_draw: Draw, images: Tensor) -> Tensor | None:
    """In squares of 8×8 what is finer than every second wave is left out, as strong compression does."""
    height, width = images.shape[2:]
    if min(height, width) < 8:
        return None
    small = interpolate(images, (max(4, height // 2), max(4, width // 2)), mode="area")
    return interpolate(small, (height, width), mode="bilinear", align_corners=False)


def framed(_draw: Draw, images: Tensor) -> Tensor | None:
    """Smaller, on black."""
    height, width = images.shape[2:]
    edge = max(1, height // 10), max(1, width // 10)
    if min(height, width) < 8:
        return None
    small = interpolate(images, (height - 2 * edge[0], width - 2 * edge[1]), mode="area")
    return pad(small, (edge[1], edge[1], edge[0], edge[0]), value=float(images.min()))


def noisy(draw: Draw, images: Tensor) -> Tensor:
    noise = torch.from_numpy(draw.normal(size=tuple(images.shape)).astype(np.float32))
    return images + 0.15 * images.std() * noise


def grey(_draw: Draw, images: Tensor) -> Tensor | None:
    return images.mean(1, keepdim=True).expand_as(images) if images.shape[1] == 3 else None


def negative(_draw: Draw, images: Tensor) -> Tensor:
    return images.max() + images.min() - images


APART: dict[str, Apart] = {
    "split scaled otherwise": Apart(scaled),
    "split mirrored": Apart(mirrored),
    "split turned by 180°": Apart(turned),
    "split cropped": Apart(cropped),
    "split with channels reversed": Apart(other_order),
    "split clipped at 5 %": Apart(clipped),
    "split with gamma 1.4": Apart(curved),
    "split blurred": Apart(blurred),
    "split coarse": Apart(coarse),
    "split framed": Apart(framed),
    "split noisy": Apart(noisy),
    "split grey": Apart(grey),
    "split negative": Apart(negative),
    "split numbered otherwise": Apart(None, frozenset({"HD403"})),
}
