"""Members that train as one stacked network, and one iteration of all of them."""

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

import torch
from torch import Tensor

from hpsearch.job import Job
from hpsearch.schedule import learning_rate_at
from hpsearch.training.looks import Eye, Glance, Minimised, moments
from hpsearch.training.losses import MemberLosses, right_predictions
from hpsearch.training.member import STAGES_WITH_LAYERS
from hpsearch.training.members_seen import see_gradients, see_layers
from hpsearch.training.precision import Autocast
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.seat import Seat, kept_places, seated
from hpsearch.training.stacked import CannotStackError, StackedOutputs, stack
from hpsearch.training.updates import StackedOptimizer


class StackedMembers:
    """Members in an even number of places: an odd one is filled up with a member that nobody asks for.

    Maps lie in memory as the images of ``arrays`` do; ``alone`` are those on which each would be trained alone.
    """

    def __init__(self, jobs: Sequence[Job], arrays: Arrays, alone: Arrays) -> None:
        """Raises CannotStackError where the networks cannot be trained as one."""
        began = time.perf_counter()
        self.arrays = arrays
        self.alone = alone
        self.task = arrays.task
        self.budget = jobs[0].budget  # a part of the structure, as the batch size is
        is_cohort = len(jobs) > 1  # a single member is computed as it would be among others
        self.share_order = is_cohort and len({job.order_seed for job in jobs}) == 1
        self.seats = [seated(job, arrays) for job in jobs]
        if len(jobs) % 2:
            jobs = [*jobs, jobs[-1]]
            self.seats.append(replace(seated(jobs[-1], arrays), left=True))
        self.sizes = self.seats[0].order.sizes
        self.total = self.budget.steps or (self.budget.epochs or 0) * len(self.sizes)
        for seat in self.seats:
            seat.curves.total = self.total
        self.step = 0
        self.tried = False
        generators = [seat.generator for seat in self.seats]
        form = torch.channels_last if arrays.channels_last else torch.contiguous_format
        self.network = stack([seat.network for seat in self.seats], generators, memory_format=form)
        self.autocast = Autocast(jobs[0].precision, arrays.device)
        self.network.autocast(self.autocast)
        self.optimizer = StackedOptimizer(jobs, self.network.parameters.values())
        self.losses = MemberLosses(
            self.task, [job.label_smoothing if job.regularised else 0.0 for job in jobs], arrays.device
        )
        self.eye: Eye | None = None
        self.share(began)

    def open_eye(self) -> None:
        """From here on the networks are looked at now and then."""
        minimised = Minimised(
            self.task.loss,
            lambda: self.losses.smoothing,
            lambda: self.optimizer.factors,
            lambda: self.arrays.train.targets,
        )
        with suppress(Exception):  # what cannot be looked at is trained all the same
            self.eye = Eye(self.network, moments(self.total, ends_early=self.budget.until_learned), minimised)

    @property
    def present(self) -> list[tuple[int, Seat]]:
        """Who still trains, by place."""
        return [(place, seat) for place, seat in enumerate(self.seats) if not seat.left]

    def orders(self) -> Tensor:
        """The samples of the next pass of each member (K, samples)."""
        return torch.stack([seat.order.whole_pass() for seat in self.seats]).to(self.arrays.index_device)

    def expect(self, orders: Tensor, sizes: Sequence[int]) -> None:
        """Announces the next batches."""
        coming = orders[0] if self.share_order else orders
        self.arrays.expect(torch.split(coming[..., : sum(sizes)], list(sizes), dim=-1))

    def iteration(self, chosen: Tensor) -> tuple[Tensor, Tensor | None]:
        """One update of every member on samples (K, N) of its own; losses (K,) and right predictions before it."""
        images, targets = self._batch(chosen)
        first = self.step == 0
        if first and self.seats[0].job.stage in STAGES_WITH_LAYERS:
            see_layers(self.seats, chosen, self.alone, self.autocast)
        glance = Glance() if self.eye is None else self.eye.glance(self.step)
        with glance:
            outputs = self.network(images) if self.tried else self._first_outputs(images)
        glance.answered(outputs.logits, targets)
        losses = self.losses(outputs.logits, targets)
        minimised = sum((outputs.weight * self.losses(one, targets) for one in outputs.auxiliary), losses)
        if minimised.requires_grad:
            self.optimizer.backward(minimised)
        if first:
            see_gradients(self.seats, self.network)
        glance.before_update()
        self.optimizer.step(
            [None if seat.left else learning_rate_at(seat.job.optimizer, self.step, self.total) for seat in self.seats]
        )
        looks = glance.looks(left_out=self.optimizer.left_out)
        for place, seat in self.present if looks else ():
            seat.curves.looks.append(looks[place])
        self.step += 1
        right = right_predictions(outputs.logits.detach(), targets) if self.task.is_classification else None
        return losses.detach(), right

    def _batch(self, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """Images (K, N, C, H, W), or (N, C, H, W) where all members have the same order; targets (K, N, …)."""
        if not self.share_order:
            return self.arrays.batches(chosen)
        images, targets = self.arrays.batch(chosen[0])
        return images, targets.expand(len(chosen), *targets.shape)

    def _first_outputs(self, images: Tensor) -> StackedOutputs:
        """The first pass, which shows whether the networks can be trained as one."""
        self.tried = True
        outputs = self.network(images)
        expected = (len(self.seats), images.shape[-4], self.task.outputs)
        if any(tuple(found.shape) != expected for found in (outputs.logits, *outputs.auxiliary)):
            raise CannotStackError("the network returns another shape than (batch, outputs)")
        return outputs

    @property
    def hopeless(self) -> bool:
        """Whether no update will be made any more of one that still trains."""
        return any(self.optimizer.hopeless(place) for place, _ in self.present)

    def leave(self, places: Iterable[int]) -> list[int]:
        """Goes on without these members; which places are kept."""
        for place in places:
            self.seats[place].left = True
        kept = kept_places(self.seats, self.budget)
        if self.present and len(kept) < len(self.seats):
            self.seats = [self.seats[place] for place in kept]
            self.network.keep(kept)
            self.optimizer.keep(kept, self.network.parameters.values())
            self.losses.keep(kept)
        return kept

    def share(self, began: float) -> float:
        """Charges each member its part of the time since then; the time now."""
        now = time.perf_counter()
        present = self.present
        for _, seat in present:
            seat.duration_s += (now - began) / len(present)
        return now
