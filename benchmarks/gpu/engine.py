"""Steps of the training engine itself: what a worker does in an iteration, data and records included."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from benchmarks.gpu.cases import Case
from hpsearch.data.dataset import Dataset
from hpsearch.training.curves import Curves
from hpsearch.training.member import Training
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.stacked_members import StackedMembers

Step = Callable[[], None]


def alone(case: Case, data: Dataset, device: torch.device, precision: str, batch_size: int, *, last: bool) -> Step:
    """An iteration of one member, as it is trained by itself; ``last``: with channels last in memory."""
    arrays = Arrays(data, device, channels_last=last)
    (job,) = case.jobs(1, precision, batch_size)
    curves = Curves(job, arrays.task, total=10**9)
    training = Training(job, arrays, curves)
    training.network.train()
    batches = _endless(lambda: list(training.order.one_pass()))

    def step() -> None:
        training.iteration(next(batches), 1, 10**9)

    return step


def stacked(
    case: Case, data: Dataset, device: torch.device, precision: str, batch_size: int, *, last: bool, members: int
) -> Step:
    """An iteration of so many members as one network, each on a batch of its own."""
    arrays = Arrays(data, device, channels_last=last)
    together = StackedMembers(case.jobs(members, precision, batch_size), arrays, arrays)
    if members > 2:  # that it can be stacked was tried with two
        together.network.tried_before()
    together.network.train()
    batches = _endless(lambda: list(torch.split(together.orders(), together.sizes, dim=1)))
    pending: list[Tensor] = []

    def step() -> None:
        losses, _ = together.iteration(next(batches))
        pending.append(losses)
        if len(pending) == 16:  # as often as in training
            torch.stack(pending).tolist()
            pending.clear()

    return step


def _endless(one_pass: Callable[[], list[Tensor]]) -> Iterator[Tensor]:
    while True:
        yield from one_pass()
