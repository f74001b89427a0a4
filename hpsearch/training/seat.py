"""A member of a cohort that trains as one network, and how many places such a cohort keeps."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from hpsearch.job import Budget, Job, seed_for
from hpsearch.training.curves import Curves
from hpsearch.training.isolation import own_randomness
from hpsearch.training.member import network_of
from hpsearch.training.network_state import NetworkState
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.samples.order import DataOrder


@dataclass
class Seat:
    """One member under way."""

    job: Job
    network: nn.Module
    """As it was at the beginning."""
    order: DataOrder
    curves: Curves
    generator: torch.Generator
    """What it draws from while it trains, on the device."""
    duration_s: float = 0.0
    """Its share of the cohort's time."""
    best: NetworkState | None = None
    diverged: str | None = None
    """Why it has failed; None: it has not."""
    left: bool = False
    """Its result is given. It keeps its place, so that the others' sums are rounded as before."""


def seated(job: Job, arrays: Arrays) -> Seat:
    """A member with its initial weights."""
    with own_randomness(noise_seed(job), arrays.device):
        network = network_of(job, arrays)
    order = DataOrder(job.order_seed, arrays.task.train_samples, job.budget.samples, job.batch_size)
    generator = torch.Generator(arrays.device).manual_seed(noise_seed(job))
    return Seat(job, network, order, Curves(job, arrays.task), generator)


def room_for(members: int, places: int, *, ends_early: bool) -> int:
    """To how many places a cohort shrinks in which so many members still train.

    With another number of places, sums and ends of vectors are rounded differently on most processors. While more
    than half train, hence, places stay where they are. Below that they are halved as long as eight are left, which
    keeps vectors whole; where members end early as a rule, there is a place for each. The number stays even: a single
    one would be computed by other kernels, and an odd one ends vectors more often.
    """
    if 2 * members > places:
        return places
    if ends_early:
        return min(places, max(2, members + members % 2))
    while places % 16 == 0 and 2 * members <= places:
        places //= 2
    return places


def kept_places(seats: Sequence[Seat], budget: Budget) -> list[int]:
    """Which places a cohort goes on with: those of all who still train, and as many others as there is room for."""
    alive = [place for place, seat in enumerate(seats) if not seat.left]
    others = [place for place, seat in enumerate(seats) if seat.left]
    ends_early = budget.patience is not None or budget.until_learned
    room = room_for(len(alive), len(seats), ends_early=ends_early)
    return sorted([*alive, *others[: room - len(alive)]])


def noise_seed(job: Job) -> int:
    """Of what a job draws while it trains."""
    return seed_for(job.order_seed, "noise")
