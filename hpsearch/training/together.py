"""Trains several jobs of one structure at once, as one stacked network. Each member is what it would be alone."""

import time
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from hpsearch.job import Job
from hpsearch.training.checkpoints.checkpoint import Checkpoints
from hpsearch.training.curves import FLUSH_EVERY, DivergedError
from hpsearch.training.evaluation import evaluate_together
from hpsearch.training.isolation import drawn_from, own_randomness
from hpsearch.training.looks import SHORT
from hpsearch.training.member import learned
from hpsearch.training.members_seen import see_evaluation, see_test
from hpsearch.training.network_state import state_of_member
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.seat import Seat, noise_seed
from hpsearch.training.setting_aside import set_aside, taken_up
from hpsearch.training.size import Arithmetic
from hpsearch.training.stacked import CannotStackError
from hpsearch.training.stacked_members import StackedMembers
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
    members = StackedMembers(jobs, arrays, alone)
    if looks:
        members.open_eye()
    training = Together(members, arithmetic, checkpoints)
    yield from training.taken_up()
    while members.present:
        yield from training.one_epoch()


class Together:
    """The course of a stacked training: passes, evaluations, and what each member ends with."""

    def __init__(self, members: StackedMembers, arithmetic: Arithmetic, checkpoints: Checkpoints | None) -> None:
        self.members = members
        self.arrays = members.arrays
        self.task = members.task
        self.device = members.arrays.device
        self.budget = members.budget
        self.arithmetic = arithmetic
        self.checkpoints = checkpoints

    def taken_up(self) -> list[TrialResult]:
        """Goes on with what was set aside of the members; gives the results of those who have come to their end."""
        members = self.members
        epoch = taken_up(self.checkpoints, members.seats, members.network, members.optimizer)
        members.step = epoch * len(members.sizes)
        ended = [place for place, seat in members.present if seat.curves.ended or seat.diverged]
        with own_randomness(noise_seed(members.seats[0].job), self.device):
            self._read_test(ended)
            results = [self._ended(place) for place in ended]
        members.leave(ended)
        return results

    def one_epoch(self) -> list[TrialResult]:
        """Trains on every sample once, or up to the last iteration, evaluates, and gives the results of those who left.

        Raises CannotStackError if something was drawn from the global generators, which each member has to itself.
        """
        members = self.members
        with own_randomness(noise_seed(members.seats[0].job), self.device), drawn_from(self.device) as drawn:
            start = members.step
            results = self._one_pass()
            if drawn():
                raise CannotStackError("the network draws random numbers itself")
            if not members.present:
                return results
            began = time.perf_counter()
            whole = members.step - start == len(members.sizes)
            ended = self._after_pass(start, whole=whole)
            members.share(began)
            self._read_test([place for place, error in ended.items() if error is None])
            for place, error in ended.items():
                seat = members.seats[place]
                results.append(self._finished(place, seat) if error is None else self._diverged(place, error))
            members.leave(ended)
        return results

    def _one_pass(self) -> list[TrialResult]:
        members = self.members
        results: list[TrialResult] = []
        orders = members.orders()
        pending: list[tuple[Tensor, Tensor | None]] = []
        members.network.train()
        begun, position = time.perf_counter(), 0
        sizes = members.sizes[: members.total - members.step]
        members.expect(orders, sizes)
        for number, size in enumerate(sizes):
            pending.append(members.iteration(orders[:, position : position + size]))
            position += size
            if members.hopeless or len(pending) == FLUSH_EVERY or number + 1 == len(sizes):
                diverged = self._read(pending, sizes[number + 1 - len(pending) : number + 1])
                pending = []
                begun = members.share(begun)
                results += [self._diverged(place, error) for place, error in diverged.items()]
                kept = members.leave(diverged)
                if len(kept) < len(orders) and members.present:
                    orders = orders[kept]
                    members.expect(orders[:, position:], sizes[number + 1 :])
                if not members.present:
                    break
        return results

    def _read(self, pending: list[tuple[Tensor, Tensor | None]], sizes: list[int]) -> dict[int, DivergedError]:
        """Hands the iterations to the members' curves; who diverged, by place."""
        members = self.members
        losses = torch.stack([losses for losses, _ in pending], 1).tolist()
        counts = [right for _, right in pending if right is not None]
        right = torch.stack(counts, 1).tolist() if counts else [[] for _ in members.seats]
        diverged = {}
        for place, seat in members.present:
            try:
                seat.curves.add_steps(losses[place], right[place], list(sizes))
                if members.optimizer.hopeless(place):
                    raise seat.curves.never_finite()
            except DivergedError as error:
                diverged[place] = error
        return diverged

    def _after_pass(self, start: int, *, whole: bool) -> dict[int, DivergedError | None]:
        """Evaluates if the budget is in epochs; who ends now, by place, with the reason if it failed."""
        members = self.members
        ended: dict[int, DivergedError | None] = {}
        scores = None
        if self.budget.epochs is not None:
            scores = evaluate_together(members.network, self.arrays.validation, self.task)
        for place, seat in members.present:
            if scores is not None:
                try:
                    improved = seat.curves.add_epoch(start, *scores[place])
                except DivergedError as error:
                    ended[place] = error
                    continue
                if improved and seat.job.evaluate_test:
                    seat.best = state_of_member(members.network, place)
            if self.budget.until_learned:
                seat.curves.learned = whole and learned(seat.curves, start, self.arrays)
            if seat.curves.ended or members.step >= members.total:
                ended[place] = None
        if scores is not None and members.eye is not None and members.total >= SHORT:
            epoch = members.step // len(members.sizes)
            see_evaluation(members.present, members.seats, members.network, self.arrays, epoch, members.eye)
        return ended

    def _read_test(self, places: Sequence[int]) -> None:
        """The test score of those that end here: by the stacked network, which holds all that a member has become."""
        members = self.members
        asked = [(place, members.seats[place]) for place in places if members.seats[place].job.evaluate_test]
        if asked and self.task.test_samples:
            see_test(asked, members.network, self.arrays)

    def _finished(self, place: int, seat: Seat) -> TrialResult:
        set_aside(self.checkpoints, place, seat, self.members.network, self.members.optimizer)
        if self.budget.epochs is not None:
            seat.curves.count(seat.network, self.arithmetic, self.device)
        return seat.curves.complete(seat.duration_s)

    def _diverged(self, place: int, error: DivergedError) -> TrialResult:
        seat = self.members.seats[place]
        seat.diverged = str(error)
        set_aside(self.checkpoints, place, seat, self.members.network, self.members.optimizer)
        return self._ended(place)

    def _ended(self, place: int) -> TrialResult:
        """The result of a member that trains no more, whether it has diverged or not."""
        seat = self.members.seats[place]
        if seat.diverged is not None:
            return seat.curves.failed(Failure.DIVERGED, seat.diverged, seat.duration_s)
        return self._finished(place, seat)
