"""Trains one member of a cohort."""

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress

import torch
from torch import Tensor, nn

from hpsearch.job import Job, seed_for
from hpsearch.networks.build import build_network
from hpsearch.schedule import learning_rate_at
from hpsearch.stage import StageName
from hpsearch.training.blame import described
from hpsearch.training.checkpoints.checkpoint import Checkpoints, Snapshot
from hpsearch.training.checkpoints.resuming import (
    fits,
    go_on,
    kept_of,
    noise_of,
    random_states,
    set_random_states,
    snapshot,
)
from hpsearch.training.curves import Curves, DivergedError
from hpsearch.training.evaluation import evaluate
from hpsearch.training.isolation import own_randomness
from hpsearch.training.looks import (
    SHORT,
    TRAINED_ON,
    Eye,
    Glance,
    Minimised,
    ended,
    in_mode,
    moments,
    tried,
)
from hpsearch.training.loss import loss_function, training_outputs, with_auxiliary
from hpsearch.training.network_state import NetworkState, copied, put_back, state_of
from hpsearch.training.optimizer import optimizer_of
from hpsearch.training.precision import Autocast
from hpsearch.training.probe import layer_scales, without_gradient
from hpsearch.training.regularisation import DropoutByFunctions, switch_dropout_off
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.samples.order import DataOrder
from hpsearch.training.size import Arithmetic
from hpsearch.trial import Failure, TrialResult

INITIAL_SAMPLES = 1024
"""Over so many training samples at most the loss at initialisation is averaged."""
LEARNED_SHARE = 0.01
"""A regression is learned when its mean squared error is this share of the targets' variance."""
STAGES_WITH_LAYERS = frozenset({StageName.INITIAL_LOSS, StageName.OVERFIT})
"""The stages that look at the scale of every layer."""


def train_member(
    job: Job,
    arrays: Arrays,
    arithmetic: Arithmetic,
    checkpoints: Checkpoints | None = None,
    *,
    looks: bool = True,
    enough: Callable[[Sequence[float]], bool] | None = None,
    behind: "Callable[[Training], None] | None" = None,
) -> TrialResult:
    """Trains a job to its end. Whatever is raised on the way ends the job as failed, except for an interruption and
    a lack of memory in Python, which are the process's own.

    ``arithmetic`` is that of the job's cohort. With ``checkpoints`` it goes on from where an earlier training of the
    same trial was set aside, and is set aside itself where its budget ends it at a rung. The size of the network is
    recorded of trials that are compared. Nothing but the record of ``looks`` depends on whether there are any.
    ``enough`` is asked after each pass whether the losses so far are all that is wanted. ``behind`` is given the
    training when it has ended, and may add to its record.
    """
    started = time.perf_counter()
    curves = Curves(job, arrays.task)
    try:
        with own_randomness(seed_for(job.order_seed, "noise"), arrays.device):
            training = Training(job, arrays, curves, enough)
            if looks:
                training.open_eye()
            with training.dropout:
                before_s = training.run(checkpoints)
                if behind is not None:
                    behind(training)
            duration_s = before_s + time.perf_counter() - started
            if checkpoints is not None and len(curves.epochs) == job.budget.until_epoch:
                checkpoints.save(job, lambda: training.snapshot(duration_s))
            if job.budget.epochs is not None:
                curves.count(training.network, arithmetic, arrays.device)
    except MemoryError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  (the user's code ends only its trial)
        failure, reason = _cause(error, curves)
        return curves.failed(failure, reason, time.perf_counter() - started)
    return curves.complete(duration_s)


def _cause(error: BaseException, curves: Curves) -> tuple[Failure, str]:
    """Why training ended. A loss that was not finite any more comes before an exception that followed from it."""
    if isinstance(error, DivergedError):
        return Failure.DIVERGED, str(error)
    try:
        curves.flush()
    except DivergedError as divergence:
        return Failure.DIVERGED, str(divergence)
    except RuntimeError:  # the device itself may have failed: then nothing more can be read from it
        pass
    return Failure.ERROR, described(error)


def network_of(job: Job, arrays: Arrays) -> nn.Module:
    """The network of a job with its initial weights, on the device and as images lie in memory there."""
    task = arrays.task
    network = build_network(job.network, task.input_shape, task.outputs, job.weights_seed).to(arrays.device)
    if arrays.channels_last:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if not job.regularised:
        switch_dropout_off(network)
    return network


def learned(curves: Curves, start: int, arrays: Arrays) -> bool:
    """Whether the pass that began with iteration ``start`` had everything right."""
    loss, accuracy = curves.of_pass(start)
    if accuracy is not None:
        return accuracy == 1.0
    variance = float(arrays.train.targets.double().var(dim=0, correction=0).mean())
    # An absolute error is compared by its square, so that both losses are held to the same unit.
    return (loss * loss if arrays.task.loss == "l1" else loss) <= LEARNED_SHARE * variance


class Training:
    """One job under way."""

    def __init__(
        self, job: Job, arrays: Arrays, curves: Curves, enough: Callable[[Sequence[float]], bool] | None = None
    ) -> None:
        self.job = job
        self.enough = enough
        self.arrays = arrays
        self.task = arrays.task
        self.curves = curves
        self.autocast = Autocast(job.precision, arrays.device)
        self.network = network_of(job, arrays)
        self.dropout = DropoutByFunctions(off=not job.regularised)
        self.loss = loss_function(self.task, job.label_smoothing if job.regularised else 0.0)
        self.order = DataOrder(job.order_seed, self.task.train_samples, job.budget.samples, job.batch_size)
        self.optimizer = optimizer_of(job, [one for one in self.network.parameters() if one.requires_grad])
        self.eye: Eye | None = None

    def open_eye(self) -> None:
        """From here on the network is looked at now and then."""
        budget = self.job.budget
        total = (budget.steps or 1) if budget.epochs is None else budget.epochs * self.order.batches
        smoothing = self.job.label_smoothing if self.job.regularised else 0.0
        minimised = Minimised(
            self.task.loss, lambda: [smoothing], lambda: [self.optimizer.factor], lambda: self.arrays.train.targets
        )
        with suppress(Exception):  # what cannot be looked at is trained all the same
            self.eye = Eye(self.network, moments(total, ends_early=budget.until_learned), minimised)

    def run(self, checkpoints: Checkpoints | None = None) -> float:
        """Trains to the end of the budget; gives the seconds that an earlier training took with which it went on."""
        if self.job.budget.steps == 0:
            self._look_at_initialisation()
            return 0.0
        budget, job = self.job.budget, self.job
        order = self.order
        total = self.curves.total = budget.steps or (budget.epochs or 0) * order.batches
        best: NetworkState | None = None
        before_s = self._go_on(checkpoints)
        start = len(self.curves.epochs) * order.batches
        while start < total and not self.curves.ended:
            whole = self._one_pass(order, start, total)
            if budget.epochs is not None:
                score = evaluate(self.network, self.arrays.validation, self.task, self.autocast)
                if self.curves.add_epoch(start, *score) and job.evaluate_test:
                    best = copied(state_of(self.network))
                if self.eye is not None and total >= SHORT:
                    self._look_at_evaluation()
            if budget.until_learned:
                self.curves.learned = whole and learned(self.curves, start, self.arrays)
            start += order.batches
            if self.enough is not None and self.enough(self.curves.losses):
                break
        if job.evaluate_test and self.task.test_samples:
            if best is not None:
                put_back(self.network, best)
            score = evaluate(self.network, self.arrays.test, self.task, self.autocast)
            self.curves.test_loss, self.curves.test_accuracy = score.loss, score.accuracy
        return before_s

    def snapshot(self, duration_s: float) -> Snapshot:
        """Where the training stands, after so many seconds."""
        memory, noise = self.optimizer.memory, random_states(self.arrays.device)
        return snapshot(self.curves, state_of(self.network), memory, self.order, noise, duration_s)

    def _go_on(self, checkpoints: Checkpoints | None) -> float:
        """Takes up what was set aside; how many seconds it took, 0 if there is nothing."""
        found = checkpoints.load(self.job) if checkpoints is not None else None
        if found is None or not fits(found, state_of(self.network), self.optimizer.memory):
            return 0.0
        put_back(self.network, kept_of(found))
        set_random_states(noise_of(found), self.arrays.device)
        return go_on(found, self.curves, self.optimizer.memory, self.order)

    def iteration(self, indices: Tensor, step: int, total: int) -> None:
        """The update number ``step`` (from 0) of ``total``, on some of the training samples."""
        glance = self._glance(step)
        batch = self.arrays.batch(indices)
        self._backward(*batch, glance, first=step == 0)
        glance.before_update()
        self.optimizer.step(learning_rate_at(self.job.optimizer, step, total))
        self.curves.looks += glance.looks(left_out=(self.optimizer.leaves_out,))
        if self.optimizer.hopeless:
            self.curves.flush()
            raise self.curves.never_finite()

    def _one_pass(self, order: DataOrder, start: int, total: int) -> bool:
        """Trains on every sample once, or up to the last iteration; whether it was every sample."""
        self.network.train()
        batches = order.one_pass()
        self.arrays.expect(batches[: total - start])
        for step, indices in enumerate(batches[: total - start], start):
            self.iteration(indices, step, total)
        self.curves.flush()
        return start + len(batches) <= total

    def _glance(self, step: int) -> Glance:
        return Glance() if self.eye is None else self.eye.glance(step)

    def _look_at_evaluation(self) -> None:
        """In evaluation mode, after an epoch. What fails here is not told."""
        network, epoch = self.network, len(self.curves.epochs)
        with suppress(Exception):
            if epoch == 1:
                found = tried(network, self.arrays.validation.images, self.task, self.autocast)
                stays = self.eye.stays() if self.eye is not None else ()
                self.curves.add_first_evaluation(found, in_mode(network, training=True), stays)
            if epoch == self.job.budget.epochs:
                samples = (*self.arrays.batch(self.order.some(TRAINED_ON)), self.task, self.autocast)
                head = self.eye.head if self.eye is not None else None
                self.curves.add_last_evaluation(*ended(network, *samples, self.job.batch_size, head))

    def _backward(self, images: Tensor, targets: Tensor, glance: Glance, *, first: bool) -> None:
        """One iteration without its update; in the first one the network is looked at as well.

        Curves hold the main loss alone, so that networks with and without auxiliary classifiers compare.
        """
        watched = layer_scales(self.network, self.curves.layers) if first and self._looks_at_layers else nullcontext()
        with watched, glance, self.autocast():
            outputs = training_outputs(self.network, images, self.task)
        glance.answered(outputs.logits, targets)
        loss = self.loss(outputs.logits, targets)
        self.curves.add_step(loss, outputs.logits, targets)
        minimised = with_auxiliary(loss, outputs, targets, self.loss)
        if minimised.requires_grad:  # a network that is frozen as a whole has nothing to go back through
            self.optimizer.backward(minimised)
        if first:
            self.curves.without_gradient = without_gradient(self.network)
            self.dropout.settle()

    @property
    def _looks_at_layers(self) -> bool:
        return self.job.stage in STAGES_WITH_LAYERS

    def _look_at_initialisation(self) -> None:
        """Mean loss over the first samples in training mode; layers and gradients are those of the first batch."""
        wanted = min(INITIAL_SAMPLES, self.job.budget.samples or INITIAL_SAMPLES)
        order = DataOrder(self.job.order_seed, self.task.train_samples, wanted, self.job.batch_size)
        self.network.train()
        for number, indices in enumerate(order.one_pass()):
            with torch.set_grad_enabled(number == 0):
                glance = self._glance(number) if number == 0 else Glance()
                batch = self.arrays.batch(indices)
                self._backward(*batch, glance, first=number == 0)
            glance.before_update()
            self.curves.looks += glance.looks(updated=False)
        self.curves.flush()
        self.curves.merge_steps()
