"""The samples of a split that are read when they are needed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from hpsearch.data.array_file import ArrayFile
from hpsearch.data.dataset import Dataset, Scale, Split

AS_STORED = frozenset({"uint8", "int8", "int16", "float16", "float32"})
"""Types that go to a device as they are, where they become float32; others become that before."""


@dataclass(frozen=True, eq=False)
class Stream:
    """A split whose images lie elsewhere: in a file, or in memory beside the device."""

    images: ArrayFile | Tensor
    """(N, C, H, W) or, if grey, (N, H, W), of all splits maybe; a tensor holds them as they are trained on."""
    indices: Tensor
    """Which of them are the split's (n,)."""
    targets: Tensor
    """Of the split (n, …), as in ``Split``."""
    scale: Scale | None
    """By which images of a file are normalised."""

    def __len__(self) -> int:
        return len(self.indices)

    def read(self, positions: Tensor) -> Tensor:
        """Images of the split at those places (m, C, H, W), as they are stored; in any thread."""
        chosen = self.indices[positions]
        if isinstance(self.images, Tensor):
            return self.images.index_select(0, chosen)
        found = self.images.read(chosen.numpy())
        if found.ndim == 3:
            found = found.reshape(len(found), 1, *found.shape[1:])
        if str(found.dtype) not in AS_STORED:
            found = found.astype(np.float32)
        return torch.from_numpy(found)

    def ensure_unchanged(self) -> None:
        """Raises UnreadableSampleError if the file that they are in has been written into since it was checked."""
        if not isinstance(self.images, Tensor):
            self.images.ensure_unchanged()

    def ready(self, images: Tensor) -> Tensor:
        """What ``read`` gave as it is trained on, on whatever device it is now; float32.

        Bit for bit what ``load_dataset`` computes of images that it holds.
        """
        images = images.float()
        if self.scale is None:
            return images
        mean, std = (images.new_tensor(one).view(-1, 1, 1) for one in (self.scale.mean, self.scale.std))
        return (images - mean) / std

    def sample(self, limit_bytes: int) -> Split:
        """As many of its samples as fit, evenly spread over all of them, in memory."""
        first = self.ready(self.read(torch.arange(min(1, len(self)))))
        most = max(1, limit_bytes // max(1, first.numel() * first.element_size()))
        count = min(most, len(self))
        chosen = self.spread(count)
        return Split(self.ready(self.read(chosen)), self.targets[chosen])

    def spread(self, count: int) -> Tensor:
        """The places of so many samples that are evenly spread over all of them (count,)."""
        return torch.arange(count) * len(self) // max(1, count)


@dataclass(frozen=True, eq=False)
class StreamedDataset(Dataset):
    """What a study trains on, read from its file batch by batch. The splits in memory hold a sample of each."""

    streams: Mapping[str, Stream] = field(default_factory=dict)
    """The whole splits by name."""


def held(split: Split) -> Stream:
    """A split in memory, from which batches are copied to a device that has no room for all of it."""
    return Stream(split.images, torch.arange(len(split)), split.targets, None)
