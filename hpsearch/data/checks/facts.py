"""What the checks know of a data set: each fact is computed once, when it is first asked for, in small portions."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar, cast

import torch
from torch import Tensor

from hpsearch.data.checks.prints import fingerprints
from hpsearch.data.dataset import Dataset, Split
from hpsearch.data.stream import StreamedDataset

Fact = TypeVar("Fact")
Place = tuple[str, int]
"""The name of a split and an index in it."""
PORTION = 2**22
"""Pixels that are looked at together, of all channels: 16 MiB."""
MOST = 8_192
"""Images of a split that means are taken of: they are known to a hundredth of the spread of single images."""


@dataclass(frozen=True, eq=False)
class Part:
    """One split and what is known of it. All numbers are those of the images as they are trained on."""

    name: str
    """train, validation or test."""
    split: Split
    """Of a data set that stays in its file a sample."""
    targets: Tensor
    """Of all samples, those that stay in a file included."""

    def __len__(self) -> int:
        return len(self.split)

    def portions(self) -> Iterator[Tensor]:
        """The images in their order, some at a time."""
        return iter(torch.split(self.split.images, self.portion))

    @property
    def portion(self) -> int:
        """How many images are looked at together."""
        return max(1, PORTION // max(1, self.split.images[:1].numel()))

    @cached_property
    def lowest(self) -> Tensor:
        """(N, C); NaN where a pixel is."""
        return self._per_image(lambda images: images.amin(dim=(2, 3)))

    @cached_property
    def highest(self) -> Tensor:
        """(N, C); NaN where a pixel is."""
        return self._per_image(lambda images: images.amax(dim=(2, 3)))

    @cached_property
    def sampled(self) -> Tensor:
        """Indices of the images that means are taken of: finite ones, evenly spaced ones of more (M,)."""
        return evenly(torch.nonzero(self.finite).flatten(), MOST)

    @cached_property
    def means(self) -> Tensor:
        """Of each channel of each sampled image (M, C)."""
        return self._per_sampled(lambda images: images.mean(dim=(2, 3)))

    @cached_property
    def spreads(self) -> Tensor:
        """Standard deviation over the pixels of each channel of each sampled image (M, C)."""
        return self._per_sampled(lambda images: images.flatten(2).std(dim=2, correction=0))

    @cached_property
    def finite(self) -> Tensor:
        """Whether all pixels of an image are (N,)."""
        return (torch.isfinite(self.lowest) & torch.isfinite(self.highest)).all(dim=1)

    @cached_property
    def constant(self) -> Tensor:
        """Whether all pixels of every channel are equal (N,)."""
        return (self.lowest == self.highest).all(dim=1)

    @cached_property
    def telling(self) -> Tensor:
        """Indices of the images that can be compared: finite ones that show something."""
        return torch.nonzero(self.finite & ~self.constant).flatten()

    @cached_property
    def prints(self) -> list[bytes]:
        """A fingerprint of each image's values: equal images have equal ones, others do not."""
        return [one for images in self.portions() for one in fingerprints(images)]

    def _per_image(self, fact: Callable[[Tensor], Tensor]) -> Tensor:
        if not len(self):
            return torch.empty(0, self.split.images.shape[1])
        return torch.cat([fact(images) for images in self.portions()])

    def _per_sampled(self, fact: Callable[[Tensor], Tensor]) -> Tensor:
        if not len(self.sampled):
            return torch.empty(0, self.split.images.shape[1])
        return torch.cat([fact(self.split.images[some]) for some in torch.split(self.sampled, self.portion)])


@dataclass(frozen=True, eq=False)
class Facts:
    """A data set and what is known of it."""

    dataset: Dataset
    _made: dict[Callable[["Facts"], object], object] = field(default_factory=dict)

    def once(self, fact: Callable[["Facts"], Fact]) -> Fact:
        """What another file makes of these facts, when it is asked for the first time."""
        if fact not in self._made:
            self._made[fact] = fact(self)
        return cast("Fact", self._made[fact])

    @cached_property
    def train(self) -> Part:
        return self._part("train", self.dataset.train)

    @cached_property
    def validation(self) -> Part:
        return self._part("validation", self.dataset.validation)

    @cached_property
    def test(self) -> Part:
        return self._part("test", self.dataset.test)

    def part(self, name: str) -> Part:
        """A split by its name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The splits that have samples."""
        return tuple(part for part in (self.train, self.validation, self.test) if len(part))

    @property
    def held_out(self) -> tuple[Part, ...]:
        """The splits that scores are read from."""
        return tuple(part for part in (self.validation, self.test) if len(part))

    @property
    def classes(self) -> int:
        """Number of classes; 0 for regression."""
        return self.dataset.task.outputs if self.dataset.task.is_classification else 0

    def labels(self, part: Part) -> Tensor:
        """The classes of a split that are in range (M,); empty for regression."""
        found = part.targets
        if not self.classes:
            return torch.empty(0, dtype=torch.int64)
        return found[(found >= 0) & (found < self.classes)]

    def counts(self, part: Part) -> Tensor:
        """Samples of each class (K,)."""
        return torch.bincount(self.labels(part), minlength=self.classes)

    def _part(self, name: str, split: Split) -> Part:
        streamed = self.dataset.streams[name] if isinstance(self.dataset, StreamedDataset) else split
        return Part(name, split, streamed.targets)

    @cached_property
    def repeated(self) -> tuple[tuple[Place, ...], ...]:
        """The places of every image that shows something and is there more than once."""
        found: defaultdict[bytes, list[Place]] = defaultdict(list)
        for part in self.parts:
            prints = part.prints
            for index in part.telling.tolist():
                found[prints[index]].append((part.name, index))
        return tuple(tuple(places) for places in found.values() if len(places) > 1)

    def origin(self, place: Place) -> int | None:
        """The sample's index in the arrays as they were given; None if nobody recorded it."""
        name, index = place
        found = self.dataset.origins.get(name)
        return int(found[index]) if found is not None and len(found) == len(self.part(name)) else None

    def raw(self, values: Tensor) -> Tensor:
        """Values for each channel (…, C) as they were before the data were normalised."""
        scale = self.dataset.image_scale
        if scale is None:
            return values
        return values * values.new_tensor(scale.std) + values.new_tensor(scale.mean)

    def raw_images(self, images: Tensor) -> Tensor:
        """Images (N, C, H, W) as they were before the data were normalised."""
        return self.raw(images.movedim(1, -1)).movedim(-1, 1)

    def normal(self, images: Tensor) -> Tensor:
        """What ``raw_images`` undoes."""
        scale = self.dataset.image_scale
        if scale is None:
            return images
        mean, std = (images.new_tensor(one).view(-1, 1, 1) for one in (scale.mean, scale.std))
        return (images - mean) / std


def evenly(indices: Tensor, most: int) -> Tensor:
    """So many of the indices at most, evenly spaced ones."""
    return indices if len(indices) <= most else indices[torch.arange(most) * len(indices) // most]
