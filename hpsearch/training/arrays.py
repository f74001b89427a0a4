"""The data of a cohort on its device, each split moved there when it is first needed."""

from functools import cached_property

import torch

from hpsearch.data.dataset import Dataset, Split
from hpsearch.task import Task


class Arrays:
    """A data set on a device. The test split is not touched before it is asked for."""

    def __init__(self, dataset: Dataset, device: torch.device) -> None:
        self._dataset = dataset
        self.device = device

    @property
    def task(self) -> Task:
        """The task of the data set."""
        return self._dataset.task

    @cached_property
    def train(self) -> Split:
        """What is trained on."""
        return self._moved(self._dataset.train)

    @cached_property
    def validation(self) -> Split:
        """What epochs are compared on."""
        return self._moved(self._dataset.validation)

    @cached_property
    def test(self) -> Split:
        """What is read once, at the very end."""
        return self._moved(self._dataset.test)

    def _moved(self, split: Split) -> Split:
        return Split(split.images.to(self.device), split.targets.to(self.device))
