"""Training a cohort: one result for each of its jobs."""

from collections.abc import Iterator
from dataclasses import replace

import torch

from hpsearch.cohort import Cohort
from hpsearch.data.dataset import Dataset
from hpsearch.training.arrays import Arrays
from hpsearch.training.blame import described
from hpsearch.training.member import train_member
from hpsearch.training.size import Arithmetic
from hpsearch.training.together import train_together
from hpsearch.trial import TrialResult


def train_cohort(cohort: Cohort, dataset: Dataset, device: str = "cpu") -> Iterator[TrialResult]:
    """Trains every member and gives its result as soon as it has ended, in no promised order.

    A member's result follows from its job and the data alone, on the CPU bit for bit if torch runs on one thread:
    neither the other members nor what the process did before changes it. A member that raises or diverges gives a
    failed result; KeyboardInterrupt and MemoryError are passed on, and in an arrangement as one network torch's
    OutOfMemoryError, which fewer members may not meet. A cohort that cannot be trained as one network is trained one
    by one, and its results tell why.
    """
    arrangement = cohort.arrangement
    arrays = Arrays(dataset, torch.device(device), channels_last=_channels_last(cohort, device))
    arithmetic = Arithmetic()
    settled: set[int] = set()
    reason = None
    if arrangement.stacked and len(cohort.jobs) > 1 and cohort.jobs[0].budget.steps != 0:
        try:
            for result in train_together(cohort.jobs, arrays, arithmetic, channels_last=arrays.channels_last):
                settled.add(result.number)
                yield result
        except (MemoryError, torch.OutOfMemoryError):
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001  (whose fault it was shows when each is trained alone)
            reason = described(error)
            arrays = Arrays(dataset, arrays.device, channels_last=_alone_channels_last(cohort, device))
    for job in cohort.jobs:
        if job.number not in settled:
            yield replace(train_member(job, arrays, arithmetic), alone_because=reason)


def _channels_last(cohort: Cohort, device: str) -> bool:
    """How maps lie in memory. What is stacked asks no layout of its maps, whoever wrote it."""
    if cohort.arrangement.memory_format != "auto":
        return cohort.arrangement.memory_format == "channels_last"
    return device == "cpu" if cohort.arrangement.stacked else _alone_channels_last(cohort, device)


def _alone_channels_last(cohort: Cohort, device: str) -> bool:
    """A user's own network may view its maps as they lie in memory, so that only named ones get another layout."""
    return cohort.jobs[0].network.name is not None and device == "cpu"
