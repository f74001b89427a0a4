"""What single images measure: numbers that show how they were made, and hardly what is in them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from hpsearch.data.checks.facts import Facts, Part, evenly

MOST, NUMBERS = 1_024, 2**23
"""Images of a split that are measured, evenly spaced ones of more, and how many numbers they may be …"""
AT_LEAST = 32
"""… though of large images so many are: of fewer nothing could be told."""
LEAST_SIDE = 4
"""Below it only brightness and contrast are measured."""
EQUAL = 1e-5
"""Of the range of an image: neighbours that differ by less are equal."""
COLOURS = 3


@dataclass(frozen=True)
class Measure:
    """One number of an image."""

    name: str
    """As a sentence calls it."""
    lower: str
    """What makes it lower (examples)."""
    higher: str
    """What makes it higher (examples)."""
    turns: bool = True
    """Whether it is the same in a mirrored or turned image."""
    relative: bool = True
    """Whether it does not depend on what is called 0."""


BRIGHTNESS = Measure(
    "mean brightness", "darkening or another normalisation", "brightening or another normalisation", relative=False
)
CONTRAST = Measure("contrast", "another normalisation", "another normalisation")
SHARPNESS = Measure("sharpness", "blurring, enlarging or compressing", "noise, shrinking or rounding")
DETAIL = Measure("share of the finest detail", "blurring, enlarging or compressing", "noise or rounding")
FLAT = Measure(
    "share of neighbours that are equal", "noise, blurring or resizing", "padding, erasing, cutting off or rounding"
)
LEVELS = Measure("number of levels", "rounding or a threshold", "noise, blurring, resizing or compressing")
LOWEST = Measure("share of the darkest level", "noise or another range", "padding, erasing, cutting off or rounding")
HIGHEST = Measure("share of the brightest level", "noise or another range", "padding, erasing, cutting off or rounding")
SKEWNESS = Measure("skewness", "another curve of brightness", "another curve of brightness")
FRAME = Measure("contrast along the border", "padding or shrinking", "cropping, enlarging or noise")
FRAME_BRIGHTNESS = Measure("brightness of the border", "padding, shrinking or erasing", "padding or cropping")
MIDDLE = Measure("contrast within the middle", "enlarging or erasing", "padding or erasing the rest")
COLOUR = Measure("colourfulness", "turning grey", "another mixture of the channels")
ROWS = Measure("steps down against steps to the right", "turning or stretching", "turning or stretching", turns=False)
TOP = Measure("brightness of the upper half", "turning or moving", "turning or moving", turns=False)
LEFT = Measure("brightness of the left half", "turning or moving", "turning or moving", turns=False)


@dataclass(frozen=True, eq=False)
class Measured:
    """Some images of a split and what they measure."""

    chosen: Tensor
    """Indices in the split (N,)."""
    labels: Tensor
    """Their classes (N,); all 0 in regression."""
    names: tuple[Measure, ...]
    values: Tensor
    """(N, M), in the order of the names."""


def chosen_of(facts: Facts, part: Part) -> tuple[Tensor, Tensor]:
    """Indices and classes of the images that are measured: evenly spaced ones that show something, of equal ones the
    first, since copies are no further evidence."""
    targets = part.split.targets
    labels = targets if facts.classes else torch.zeros(len(part.split), dtype=torch.int64)
    found = evenly(_unrepeated(facts, part), max(AT_LEAST, min(MOST, NUMBERS // max(1, part.split.images[:1].numel()))))
    return found, labels[found]


def _unrepeated(facts: Facts, part: Part) -> Tensor:
    again = [index for places in facts.repeated for index in [index for name, index in places if name == part.name][1:]]
    if not again:
        return part.telling
    kept = torch.ones(len(part), dtype=torch.bool)
    kept[again] = False
    return part.telling[kept[part.telling]]


def measured(facts: Facts, part: Part, change: Callable[[Tensor], Tensor] | None = None) -> Measured:
    """What the images of a split measure, or would if they were changed."""
    chosen, labels = chosen_of(facts, part)
    if not len(chosen):
        return Measured(chosen, labels, (), torch.empty(0, 0, dtype=torch.float64))
    portions = (part.split.images[some].float() for some in torch.split(chosen, part.portion))
    found = [measures_of((change or _as_they_are)(images)) for images in portions]
    names = tuple(found[0])
    columns = [torch.cat([one[name] for one in found]).double() for name in names]
    return Measured(chosen, labels, names, torch.stack(columns, dim=1))


def measures_of(images: Tensor) -> dict[Measure, Tensor]:
    """Of images (N, C, H, W) by measure (N,); none is affected by how bright and rich in contrast an image is, but the
    first ones."""
    flat = images.flatten(1)
    spread = flat.std(dim=1, correction=0).clamp_min(1e-12)
    found = dict(_of_channels(images))
    if min(images.shape[2:]) < LEAST_SIDE:
        return found
    grey = images.mean(dim=1)
    low, high = flat.amin(dim=1), flat.amax(dim=1)
    slack = EQUAL * (high - low)
    centred = (grey - grey.mean(dim=(1, 2), keepdim=True)) / spread[:, None, None]
    down, right = (images.diff(dim=dim).abs() for dim in (2, 3))
    steps = (down.flatten(1).mean(1), right.flatten(1).mean(1))
    fine = sum(images.diff(2, dim=dim).abs().flatten(1).mean(1) for dim in (2, 3))
    slopes = (steps[0] + steps[1]).clamp_min(1e-12)
    found[SHARPNESS] = slopes / spread
    found[DETAIL] = fine / slopes
    equal = [(one <= slack[:, None, None, None]).flatten(1).float().mean(1) for one in (down, right)]
    found[FLAT] = (equal[0] + equal[1]) / 2
    found[LEVELS] = 1 + (images[:, 0].flatten(1).sort(dim=1).values.diff(dim=1) > slack[:, None]).float().sum(1)
    found[LOWEST] = (flat <= (low + slack)[:, None]).float().mean(1)
    found[HIGHEST] = (flat >= (high - slack)[:, None]).float().mean(1)
    found[SKEWNESS] = (((flat - flat.mean(1, keepdim=True)) / spread[:, None]) ** 3).mean(1)
    frame = torch.cat([centred[:, 0], centred[:, -1], centred[:, 1:-1, 0], centred[:, 1:-1, -1]], dim=1)
    found[FRAME] = frame.std(dim=1, correction=0)
    found[FRAME_BRIGHTNESS] = frame.mean(dim=1)
    height, width = grey.shape[1:]
    middle = centred[:, height // 4 : height - height // 4, width // 4 : width - width // 4]
    found[MIDDLE] = middle.flatten(1).std(dim=1, correction=0)
    if images.shape[1] > 1:
        found[COLOUR] = (images - grey[:, None]).flatten(1).square().mean(1).sqrt() / spread
    found[ROWS] = steps[0] / slopes
    found[TOP] = centred[:, : height // 2].mean(dim=(1, 2)) - centred[:, height - height // 2 :].mean(dim=(1, 2))
    found[LEFT] = centred[:, :, : width // 2].mean(dim=(1, 2)) - centred[:, :, width - width // 2 :].mean(dim=(1, 2))
    return found


def _as_they_are(images: Tensor) -> Tensor:
    return images


def _of_channels(images: Tensor) -> Iterator[tuple[Measure, Tensor]]:
    means, spreads = images.mean(dim=(2, 3)), images.flatten(2).std(dim=2, correction=0)
    yield BRIGHTNESS, means.mean(dim=1)
    yield CONTRAST, spreads.mean(dim=1)
    if images.shape[1] == 1:
        return
    for channel in range(min(COLOURS, images.shape[1])):
        name = f"brightness of channel {channel} against the others"
        words = "another order, scale or mixture of the channels"
        yield Measure(name, words, words, relative=False), means[:, channel] - means.mean(dim=1)
