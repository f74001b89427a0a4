"""Measuring on a worker: how jobs of one structure train fastest in the memory that it has."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

import torch

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.cost.live import LiveMemory
from hpsearch.cost.workspace import BLOCK_BYTES
from hpsearch.data.dataset import Dataset
from hpsearch.executors.measurement import Measurement, most_members
from hpsearch.executors.room import training_bytes
from hpsearch.job import Budget, Job
from hpsearch.training.cohort import train_cohort
from hpsearch.training.formats import alone_channels_last, stacked_channels_last
from hpsearch.training.samples.arrays import Shelf
from hpsearch.training.timing import measured
from hpsearch.trial import TrialState

STEPS = 2
"""The second one has the optimiser's state from its beginning."""

LEAST_SHARE = 0.01
"""Of a worker's room; whether a network that needs less was predicted well makes no difference, and looking takes time.
Heuristic."""

CPU_JOBS_PER_MEMBER = 2
"""On the CPU a measurement tries cohorts of at most half the jobs."""


def measurement(
    jobs: Sequence[Job], dataset: Dataset, device: str, room_bytes: int, shelf: Shelf | None = None
) -> Measurement:
    """Trains some steps of the jobs, which have one structure, in several arrangements.

    No more are tried together than fit into ``room_bytes``, the larger of what is predicted and what the first steps
    take being counted. Raises what building or training raises.
    """
    shelf = shelf or Shelf(dataset, device)
    predicted = training_bytes(jobs[0], dataset, device)
    allocated = None
    if predicted.step_bytes >= LEAST_SHARE * room_bytes:
        allocated = allocated_bytes(jobs[0], dataset, device, shelf)
    member = max(predicted.peak_bytes, allocated or 0)
    most = most_members(member, room_bytes)
    tried = most * CPU_JOBS_PER_MEMBER if device == "cpu" else most
    arrangement, _ = measured(jobs[:tried], dataset, device, shelf)
    if arrangement.stacked:
        arrangement = replace(arrangement, members=min(arrangement.members, most))
    # The room has place for the data once.
    shelf.put_away(channels_last=not _trains_channels_last(jobs[0], arrangement, device))
    return Measurement(arrangement, room_bytes, predicted.peak_bytes, predicted.step_bytes, allocated)


def allocated_bytes(job: Job, dataset: Dataset, device: str, shelf: Shelf | None = None) -> int | None:
    """The most that is really alive at once in the first steps of a job, the data set aside.

    On the CPU, whose allocator keeps no account, the tensors of the training itself are followed. None if the steps
    cannot be trained: that shows again when the job is.
    """
    budget = Budget(steps=STEPS, samples=job.budget.samples)
    cohort = Cohort((replace(job, budget=budget, evaluate_test=False),))
    shelf = shelf or Shelf(dataset, device)
    data = shelf.arrays(channels_last=_trains_channels_last(job, cohort.arrangement, device)).train  # there from now on
    before, memory = 0, LiveMemory(BLOCK_BYTES["cpu"])
    if device == "cpu":
        memory.add(one for split in (dataset.train, dataset.validation, data) for one in (split.images, split.targets))
        before = memory.live_bytes
    else:
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
    with memory if device == "cpu" else nullcontext():
        results = list(train_cohort(cohort, dataset, device, shelf))
    if any(result.state is TrialState.FAILED for result in results):
        return None
    most = memory.peak_bytes if device == "cpu" else torch.cuda.max_memory_allocated(device)
    return max(0, most - before)


def _trains_channels_last(job: Job, arrangement: Arrangement, device: str) -> bool:
    """How the training images lie in memory."""
    if arrangement.stacked:
        return stacked_channels_last(arrangement, device)
    return alone_channels_last(Cohort((job,), arrangement), device)
