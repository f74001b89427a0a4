"""Training a cohort: one result for each of its jobs."""

from collections.abc import Iterator

import torch

from hpsearch.cohort import Cohort
from hpsearch.data.dataset import Dataset
from hpsearch.training.arrays import Arrays
from hpsearch.training.member import train_member
from hpsearch.training.size import Arithmetic
from hpsearch.trial import TrialResult


def train_cohort(cohort: Cohort, dataset: Dataset, device: str = "cpu") -> Iterator[TrialResult]:
    """Trains every member and gives its result as soon as it has ended, in no promised order.

    A member's result follows from its job and the data alone, on the CPU bit for bit if torch runs on one thread:
    neither the other members nor what the process did before changes it. A member that raises or diverges gives a
    failed result; KeyboardInterrupt and MemoryError are passed on.
    """
    # A user's own network may view its maps as they lie in memory, so only the named ones get another layout.
    named = cohort.jobs[0].network.name is not None
    arrays = Arrays(dataset, torch.device(device), channels_last=named and device == "cpu")
    arithmetic = Arithmetic()
    for job in cohort.jobs:
        yield train_member(job, arrays, arithmetic)
