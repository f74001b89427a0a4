"""The data of a cohort on its device, each split moved there when it is first needed."""

from functools import cached_property

import torch
from torch import Tensor

from hpsearch.data.dataset import Dataset, Split
from hpsearch.task import Task


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

    def __init__(self, dataset: Dataset, device: torch.device, *, channels_last: bool = False) -> None:
        self._dataset = dataset
        self.device = device
        self.channels_last = channels_last

    @property
    def task(self) -> Task:
        """The task of the data set."""
        return self._dataset.task

    @cached_property
    def train(self) -> Split:
        """What is trained on."""
        return self._placed(self._dataset.train)

    @cached_property
    def validation(self) -> Split:
        """What epochs are compared on."""
        return self._placed(self._dataset.validation)

    @cached_property
    def test(self) -> Split:
        """What is read once, at the very end."""
        return self._placed(self._dataset.test)

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Images (N, C, H, W) and targets of some training samples."""
        chosen = indices.to(self.device)
        return self._viewed(self._stored_train.index_select(0, chosen)), self.train.targets.index_select(0, chosen)

    def batches(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Images (K, N, C, H, W) and targets (K, N, …) of some training samples (K, N) for each of K members.

        They lie in memory sample by sample, those of all members side by side, which is what grouped convolutions read.
        """
        members, size = indices.shape
        images, targets = self.batch(indices.t().reshape(-1))
        side_by_side = images.view(size, members, *images.shape[1:])
        return side_by_side.transpose(0, 1), targets.view(size, members, *targets.shape[1:]).transpose(0, 1)

    @cached_property
    def _stored_train(self) -> Tensor:
        """The training images as they lie in memory: only so does choosing some keep the order of one channel."""
        return self.train.images.permute(0, 2, 3, 1) if self.channels_last else self.train.images

    def _placed(self, split: Split) -> Split:
        images = split.images.to(self.device)
        if self.channels_last:
            images = self._viewed(images.permute(0, 2, 3, 1).contiguous())
        return Split(images, split.targets.to(self.device))

    def _viewed(self, stored: Tensor) -> Tensor:
        return stored.permute(0, 3, 1, 2) if self.channels_last else stored
