"""Trains several jobs of one structure at once, as one stacked network. Each member is what it would be alone."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from hpsearch.job import Job
from hpsearch.schedule import learning_rate_at
from hpsearch.training.arrays import Arrays
from hpsearch.training.checkpoint import Checkpoints
from hpsearch.training.curves import FLUSH_EVERY, DivergedError
from hpsearch.training.evaluation import evaluate_together
from hpsearch.training.isolation import drawn_from, own_randomness
from hpsearch.training.looks import SHORT, Eye, Glance, moments
from hpsearch.training.losses import MemberLosses, right_predictions
from hpsearch.training.member import STAGES_WITH_LAYERS, learned
from hpsearch.training.members_seen import see_evaluation, see_gradients, see_layers, see_test
from hpsearch.training.network_state import state_of_member
from hpsearch.training.precision import Autocast
from hpsearch.training.seat import Seat, kept_places, noise_seed, seated
from hpsearch.training.setting_aside import set_aside, taken_up
from hpsearch.training.size import Arithmetic
from hpsearch.training.stacked import CannotStackError, StackedOutputs, stack
from hpsearch.training.updates import StackedOptimizer
from hpsearch.trial import Failure, TrialResult


def train_together(
    jobs: Sequence[Job],
    arrays: Arrays,
    alone: Arrays,
    arithmetic: Arithmetic,
    checkpoints: Checkpoints | None = None,
    *,
    looks: bool = True,
) -> Iterator[TrialResult]:
    """Trains the jobs and gives each result as soon as its member has left.

    Maps lie in memory as the images of ``arrays`` do; ``alone`` are those on which each would be trained alone. With
    ``checkpoints`` members go on from where they were set aside, if all of them were after the same epoch.

    Raises CannotStackError where the networks cannot be trained as one, and whatever a network of the user's own
    raises; jobs without a result are then to be trained alone, which shows whose fault it was.
    """
    training = Together(jobs, arrays, alone, arithmetic, checkpoints)
    if looks:
        training.open_eye()
    yield from training.taken_up()
    while training.present:
        yield from training.one_epoch()


class Together:
    """Members that train, in an even number of places: an odd one is filled up with a member that nobody asks for."""

    def __init__(
        self,
        jobs: Sequence[Job],
        arrays: Arrays,
        alone: Arrays,
        arithmetic: Arithmetic,
        checkpoints: Checkpoints | None = None,
    ) -> None:
        began = time.perf_counter()
        self.arrays = arrays
        self.alone = alone
        self.task = arrays.task
        self.device = arrays.device
        self.arithmetic = arithmetic
        self.checkpoints = checkpoints
        self.budget = jobs[0].budget  # a part of the structure, as the batch size is
        is_cohort = len(jobs) > 1  # a single member is computed as it would be among others
        self.seats = [seated(job, arrays) for job in jobs]
        if len(jobs) % 2:
            jobs = [*jobs, jobs[-1]]
            self.seats.append(replace(seated(jobs[-1], arrays), left=True))
        self.sizes = self.seats[0].order.sizes
        self.total = self.budget.steps or (self.budget.epochs or 0) * len(self.sizes)
        for seat in self.seats:
            seat.curves.total = self.total
        self.step = 0
        self.share_order = is_cohort and len({job.order_seed for job in jobs}) == 1
        self.tried = False
        generators = [seat.generator for seat in self.seats]
        form = torch.channels_last if arrays.channels_last else torch.contiguous_format
        self.network = stack([seat.network for seat in self.seats], generators, memory_format=form)
        self.autocast = Autocast(jobs[0].precision, self.device)
        self.network.autocast(self.autocast)
        self.optimizer = StackedOptimizer(jobs, self.network.parameters.values())
        self.losses = MemberLosses(
            self.task, [job.label_smoothing if job.regularised else 0.0 for job in jobs], self.device
        )
        self.eye: Eye | None = None
        self._share(began)

    def open_eye(self) -> None:
        """From here on the networks are looked at now and then."""
        self.eye = Eye(
            self.network, moments(self.total, ends_early=self.budget.until_learned), classes=self.task.is_classification
        )

    @property
    def present(self) -> list[tuple[int, Seat]]:
        """Who still trains, by place."""
        return [(place, seat) for place, seat in enumerate(self.seats) if not seat.left]

    def taken_up(self) -> list[TrialResult]:
        """Goes on with what was set aside of the members; gives the results of those who have come to their end."""
        epoch = taken_up(self.checkpoints, self.seats, self.network, self.optimizer)
        self.step = epoch * len(self.sizes)
        ended = [place for place, seat in self.present if seat.curves.ended or seat.diverged]
        with own_randomness(noise_seed(self.seats[0].job), self.device):
            self._read_test(ended)
            results = [self._ended(place) for place in ended]
        self._leave(ended)
        return results

    def one_epoch(self) -> list[TrialResult]:
        """Trains on every sample once, or up to the last iteration, evaluates, and gives the results of those who left.

        Raises CannotStackError if something was drawn from the global generators, which each member has to itself.
        """
        with own_randomness(noise_seed(self.seats[0].job), self.device), drawn_from(self.device) as drawn:
            start = self.step
            results = self._one_pass()
            if drawn():
                raise CannotStackError("the network draws random numbers itself")
            if not self.present:
                return results
            began = time.perf_counter()
            whole = self.step - start == len(self.sizes)
            ended = self._after_pass(start, whole=whole)
            self._share(began)
            self._read_test([place for place, error in ended.items() if error is None])
            for place, error in ended.items():
                seat = self.seats[place]
                results.append(self._finished(place, seat) if error is None else self._diverged(place, error))
            self._leave(ended)
        return results

    def _one_pass(self) -> list[TrialResult]:
        results: list[TrialResult] = []
        orders = self.orders()
        pending: list[tuple[Tensor, Tensor | None]] = []
        self.network.train()
        begun, position = time.perf_counter(), 0
        sizes = self.sizes[: self.total - self.step]
        self._expect(orders, sizes)
        for number, size in enumerate(sizes):
            pending.append(self.iteration(orders[:, position : position + size]))
            position += size
            hopeless = any(self.optimizer.hopeless(place) for place, _ in self.present)
            if hopeless or len(pending) == FLUSH_EVERY or number + 1 == len(sizes):
                diverged = self._read(pending, sizes[number + 1 - len(pending) : number + 1])
                pending = []
                begun = self._share(begun)
                results += [self._diverged(place, error) for place, error in diverged.items()]
                kept = self._leave(diverged)
                if len(kept) < len(orders) and self.present:
                    orders = orders[kept]
                    self._expect(orders[:, position:], sizes[number + 1 :])
                if not self.present:
                    break
        return results

    def orders(self) -> Tensor:
        """The samples of the next pass of each member (K, samples)."""
        return torch.stack([seat.order.whole_pass() for seat in self.seats]).to(self.arrays.index_device)

    def _expect(self, orders: Tensor, sizes: Sequence[int]) -> None:
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
        glance.answered(outputs.logits)
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

    def _read(self, pending: list[tuple[Tensor, Tensor | None]], sizes: list[int]) -> dict[int, DivergedError]:
        """Hands the iterations to the members' curves; who diverged, by place."""
        losses = torch.stack([losses for losses, _ in pending], 1).tolist()
        counts = [right for _, right in pending if right is not None]
        right = torch.stack(counts, 1).tolist() if counts else [[] for _ in self.seats]
        diverged = {}
        for place, seat in self.present:
            try:
                seat.curves.add_steps(losses[place], right[place], list(sizes))
                if self.optimizer.hopeless(place):
                    raise seat.curves.never_finite()
            except DivergedError as error:
                diverged[place] = error
        return diverged

    def _after_pass(self, start: int, *, whole: bool) -> dict[int, DivergedError | None]:
        """Evaluates if the budget is in epochs; who ends now, by place, with the reason if it failed."""
        ended: dict[int, DivergedError | None] = {}
        scores = None
        if self.budget.epochs is not None:
            scores = evaluate_together(self.network, self.arrays.validation, self.task)
        for place, seat in self.present:
            if scores is not None:
                try:
                    improved = seat.curves.add_epoch(start, *scores[place])
                except DivergedError as error:
                    ended[place] = error
                    continue
                if improved and seat.job.evaluate_test:
                    seat.best = state_of_member(self.network, place)
            if self.budget.until_learned:
                seat.curves.learned = whole and learned(seat.curves, start, self.arrays)
            if seat.curves.ended or self.step >= self.total:
                ended[place] = None
        if scores is not None and self.eye is not None and self.total >= SHORT:
            see_evaluation(self.present, self.seats, self.network, self.arrays, self.step // len(self.sizes))
        return ended

    def _read_test(self, places: Sequence[int]) -> None:
        """The test score of those that end here: by the stacked network, which holds all that a member has become."""
        asked = [(place, self.seats[place]) for place in places if self.seats[place].job.evaluate_test]
        if asked and self.task.test_samples:
            see_test(asked, self.network, self.arrays)

    def _finished(self, place: int, seat: Seat) -> TrialResult:
        set_aside(self.checkpoints, place, seat, self.network, self.optimizer)
        if self.budget.epochs is not None:
            seat.curves.count(seat.network, self.arithmetic, self.device)
        return seat.curves.complete(seat.duration_s)

    def _diverged(self, place: int, error: DivergedError) -> TrialResult:
        seat = self.seats[place]
        seat.diverged = str(error)
        set_aside(self.checkpoints, place, seat, self.network, self.optimizer)
        return self._ended(place)

    def _ended(self, place: int) -> TrialResult:
        """The result of a member that trains no more, whether it has diverged or not."""
        seat = self.seats[place]
        if seat.diverged is not None:
            return seat.curves.failed(Failure.DIVERGED, seat.diverged, seat.duration_s)
        return self._finished(place, seat)

    def _leave(self, places: Iterable[int]) -> list[int]:
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

    def _share(self, began: float) -> float:
        """Charges each member its part of the time since then; the time now."""
        now = time.perf_counter()
        present = self.present
        for _, seat in present:
            seat.duration_s += (now - began) / len(present)
        return now
