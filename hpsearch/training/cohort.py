"""Training a cohort: one result for each of its jobs."""

from collections.abc import Iterator
from dataclasses import replace

import torch

from hpsearch.cohort import Cohort
from hpsearch.data.dataset import Dataset
from hpsearch.training.blame import described
from hpsearch.training.checkpoints.checkpoint import Checkpoints
from hpsearch.training.formats import alone_channels_last, stacked_channels_last
from hpsearch.training.member import train_member
from hpsearch.training.precision import settled_precision
from hpsearch.training.samples.arrays import Shelf
from hpsearch.training.size import Arithmetic
from hpsearch.training.together import train_together
from hpsearch.trial import TrialResult


def train_cohort(
    cohort: Cohort, dataset: Dataset, device: str = "cpu", shelf: Shelf | None = None
) -> Iterator[TrialResult]:
    """Trains every member and gives its result as soon as it has ended, in no promised order.

    What is trained one by one follows from its job and the data alone, on the CPU bit for bit if torch runs on one
    thread: neither the other members nor what the process did before changes it. What is trained as one network
    follows from the cohort, rounding included. A member that raises or diverges gives a failed result;
    KeyboardInterrupt and MemoryError are passed on. A cohort that cannot be trained as one network, or not in the
    memory there is, is trained one by one, and its results tell why.

    ``shelf`` is that of the data set on the device, kept from an earlier cohort.
    """
    shelf = shelf or Shelf(dataset, device)
    arrangement = cohort.arrangement
    arithmetic = Arithmetic()
    jobs = settled_precision(cohort)
    checkpoints = None
    if cohort.checkpoints is not None:
        checkpoints = Checkpoints(cohort.checkpoints, arrangement, torch.device(device))
    settled: set[int] = set()
    reason = None
    alone = shelf.arrays(channels_last=alone_channels_last(cohort, device))
    if arrangement.stacked and cohort.jobs[0].budget.steps != 0:
        arrays = shelf.arrays(channels_last=stacked_channels_last(arrangement, device))
        try:
            for result in train_together(jobs, arrays, alone, arithmetic, checkpoints):
                settled.add(result.number)
                yield result
        except (Exception, SystemExit) as error:  # noqa: BLE001  (whose fault it was shows when each is trained alone)
            reason = described(error)
    for job in jobs:
        if job.number not in settled:
            yield replace(train_member(job, alone, arithmetic, checkpoints), alone_because=reason)
