"""The data of a cohort on its device, each split moved there when it is first needed."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor

from hpsearch.data.dataset import Dataset, Split
from hpsearch.data.stream import StreamedDataset, held
from hpsearch.task import Task
from hpsearch.training.samples.streamed import StreamedSplit

NEAR_SHARE = 1 / 16
"""Of the memory of a GPU, so much may be taken by a data set. Heuristic: workers share one, each with its own."""


class Samples(Protocol):
    """A split as it is trained on or evaluated: ``Split``, or one that is read from elsewhere."""

    @property
    def images(self) -> Tensor:
        """(N, C, H, W) on the device; of one that is read from elsewhere only some."""

    @property
    def targets(self) -> Tensor:
        """Of all samples, on the device."""

    def __len__(self) -> int: ...

    def pieces(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Images and targets of all samples in their order, so many at a time."""


class Shelf:
    """A data set in the layouts in which it has been asked for, for all cohorts of a worker."""

    def __init__(self, dataset: Dataset, device: str) -> None:
        self._dataset, self._device = dataset, torch.device(device)
        self._arrays = {channels_last: self._empty(channels_last=channels_last) for channels_last in (False, True)}

    def arrays(self, *, channels_last: bool) -> "Arrays":
        """The data set, which is brought to the device when it is first read."""
        return self._arrays[channels_last]

    def put_away(self, *, channels_last: bool) -> None:
        """Gives back the memory of one layout; whoever asks for that again waits until it is there again."""
        self._arrays[channels_last] = self._empty(channels_last=channels_last)

    def _empty(self, *, channels_last: bool) -> "Arrays":
        return Arrays(self._dataset, self._device, channels_last=channels_last)


class Arrays:
    """A data set on a device. The test split is not touched before it is asked for.

    With ``channels_last`` images are (N, C, H, W) as ever but lie in memory as (N, H, W, C), which convolution and
    batch norm on CPUs read faster.
    """

    def __init__(
        self, dataset: Dataset, device: torch.device, *, channels_last: bool = False, near: bool | None = None
    ) -> None:
        """``near``: whether it is all brought to the device; by default where there is room for it."""
        self._dataset = dataset
        self.device = device
        self.channels_last = channels_last
        self.near = lies_near(dataset, device) if near is None else near
        """Else batches are copied to the device, each before it is needed; not a bit of them is different."""

    @property
    def index_device(self) -> torch.device:
        """Where indices of samples are wanted."""
        return self.device if self.near else torch.device("cpu")

    @property
    def task(self) -> Task:
        """The task of the data set."""
        return self._dataset.task

    @cached_property
    def train(self) -> Samples:
        """What is trained on."""
        return self._placed("train", self._dataset.train)

    @cached_property
    def validation(self) -> Samples:
        """What epochs are compared on."""
        return self._placed("validation", self._dataset.validation)

    @cached_property
    def test(self) -> Samples:
        """What is read once, at the very end."""
        return self._placed("test", self._dataset.test)

    def expect(self, wanted: Iterable[Tensor]) -> None:
        """The indices of the batches to come, as ``batch`` or ``batches`` will be given them; others can come too."""
        if isinstance(self.train, StreamedSplit):
            self.train.expect(one if one.ndim == 1 else _side_by_side(one) for one in wanted)

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Images (N, C, H, W) and targets of some training samples."""
        chosen = indices.to(self.device)
        if isinstance(self.train, StreamedSplit):
            return self.train.batch(indices.cpu()), self.train.targets.index_select(0, chosen)
        return self._viewed(self._stored_train.index_select(0, chosen)), self.train.targets.index_select(0, chosen)

    def batches(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Images (K, N, C, H, W) and targets (K, N, …) of some training samples (K, N) for each of K members.

        They lie in memory sample by sample, those of all members side by side, which is what grouped convolutions read.
        """
        members, size = indices.shape
        images, targets = self.batch(_side_by_side(indices))
        side_by_side = images.view(size, members, *images.shape[1:])
        return side_by_side.transpose(0, 1), targets.view(size, members, *targets.shape[1:]).transpose(0, 1)

    @cached_property
    def _stored_train(self) -> Tensor:
        """The training images as they lie in memory: only so does choosing some keep the order of one channel."""
        return self.train.images.permute(0, 2, 3, 1) if self.channels_last else self.train.images

    def _placed(self, name: str, split: Split) -> Samples:
        if not self.near:
            streamed = self._dataset.streams[name] if isinstance(self._dataset, StreamedDataset) else held(split)
            return StreamedSplit(streamed, self.device, channels_last=self.channels_last)
        images = split.images.to(self.device)
        if self.channels_last:
            images = self._viewed(images.permute(0, 2, 3, 1).contiguous())
        return Split(images, split.targets.to(self.device))

    def _viewed(self, stored: Tensor) -> Tensor:
        return stored.permute(0, 3, 1, 2) if self.channels_last else stored


def lies_near(dataset: Dataset, device: torch.device) -> bool:
    """Whether a data set is brought to the device as a whole: it is in memory, and there is room for it."""
    if isinstance(dataset, StreamedDataset):
        return False
    if device.type == "cpu" or dataset.held == "device":
        return True
    if dataset.held == "host":
        return False
    room = torch.cuda.get_device_properties(device).total_memory if device.type == "cuda" else 0
    return image_bytes(dataset) <= NEAR_SHARE * room


def image_bytes(dataset: Dataset) -> int:
    """Of all splits that are held."""
    return sum(split.images.nbytes for split in (dataset.train, dataset.validation, dataset.test))


def _side_by_side(indices: Tensor) -> Tensor:
    """Of samples (K, N): sample by sample, those of all members one after the other."""
    return indices.t().reshape(-1)
