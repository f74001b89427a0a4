"""The catalogue's trainings once more, bit for bit, with what published detectors record of them."""

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.diagnosis.rivals.record import Activation, Epoch, FirstBatch, Modes, Record, Saved, Values
from benchmarks.diagnosis.rivals.similarity import similarity
from hpsearch.cohort import Cohort
from hpsearch.data.dataset import Dataset
from hpsearch.job import Job, seed_for
from hpsearch.training import member
from hpsearch.training.answers import Answers
from hpsearch.training.curves import Curves, DivergedError
from hpsearch.training.formats import alone_channels_last
from hpsearch.training.isolation import own_randomness
from hpsearch.training.loss import loss_function
from hpsearch.training.member import Training
from hpsearch.training.samples.arrays import Arrays, Shelf

EVERY = 10
"""Iterations between two savings. The default of SageMaker Debugger is 500, more than most trainings of the catalogue
have; its documented samples go down to 10 (losses of the Overfit rule)."""
MODES_EVERY, MODES_SAMPLES = 250, 1024
"""TheDeepChecker compares both modes every 250 iterations on so many samples."""
BATCHES_BETWEEN = 3
"""AutoTrainer looks every third epoch."""
SPREAD_SAVINGS = 10
"""So many of the first savings tell the spread of gradients, which is read of no later ones."""
LIVELY = 0.01
"""Units that are active in less than this share of their values are counted as inactive."""
SLOPES = {"Sigmoid": (-23.0, 16.99999), "Tanh": (-9.4999, 9.4999), "ReLU": (0.0, math.inf)}
"""Where an activation is active, in its inputs: documented by SageMaker Debugger."""


def recorded(job: Job, dataset: Dataset) -> Record:
    """Trains the job as its cohort of one would be, by the loop that is in place, and gives what was seen."""
    arrays = arrays_of(job, dataset)
    curves = WatchedCurves(job, arrays.task)
    batches, raised = 1, ""
    try:
        with own_randomness(seed_for(job.order_seed, "noise"), arrays.device):
            training = member.Training(job, arrays, curves)
            batches = training.order.batches
            Watch(training, curves, arrays)
            training.run(None)
    except Exception as error:  # noqa: BLE001  (what a broken network raises ends its training, as ever)
        with suppress(DivergedError):
            curves.flush()
        raised = f"{type(error).__name__}: {error}"
    watch = curves.watch
    return Record(
        epochs_planned=job.budget.epochs or 0,
        step_losses=tuple(curves.losses),
        epochs=tuple(
            Epoch(one.train_loss, one.train_accuracy or 0.0, one.val_loss, one.val_accuracy or 0.0)
            for one in curves.epochs
        )
        + curves.broken,
        saved=tuple(watch.saved) if watch else (),
        first_batches=tuple(watch.first_batches) if watch else (),
        modes=tuple(watch.modes) if watch else (),
        batches=batches,
        ended_by=raised,
    )


def arrays_of(job: Job, dataset: Dataset) -> Arrays:
    """The data as a cohort of this job alone reads them."""
    full = replace(dataset, task=replace(dataset.task, train_samples=len(dataset.train)))
    return Shelf(full, "cpu").arrays(channels_last=alone_channels_last(Cohort((job,)), "cpu"))


class WatchedCurves(Curves):
    """Curves that tell who watches of each iteration and each epoch."""

    watch: "Watch | None" = None
    broken: tuple[Epoch, ...] = ()
    """The epoch whose validation loss is not finite: it ends the training, and has no place among the others."""

    def add_step(self, loss: Tensor, outputs: Tensor, targets: Tensor) -> None:
        """As ever."""
        if self.watch is not None:
            self.watch.loss, self.watch.outputs, self.watch.targets = loss.detach(), outputs.detach(), targets
        super().add_step(loss, outputs, targets)

    def add_epoch(
        self, start: int, val_loss: float, val_accuracy: float | None, answers: Answers | None = None
    ) -> bool:
        """As ever."""
        if not math.isfinite(val_loss):
            loss, accuracy = self.of_pass(start)
            self.broken = (Epoch(loss, accuracy or 0.0, val_loss, val_accuracy or 0.0),)
        is_best = super().add_epoch(start, val_loss, val_accuracy, answers)
        if self.watch is not None and (len(self.epochs) - 1) % BATCHES_BETWEEN == 0:
            self.watch.look_at_first_batch(len(self.epochs))
        return is_best


class Watch:
    """Stands between a training and its optimiser, and reads without leaving a trace."""

    def __init__(self, training: Training, curves: WatchedCurves, arrays: Arrays) -> None:
        self.network = training.network
        self.arrays = arrays
        self.job = training.job
        self.loss_of = training.loss
        self.loss = self.outputs = self.targets = torch.empty(0)
        self.saved: list[Saved] = []
        self.first_batches: list[FirstBatch] = []
        self.modes: list[Modes] = []
        self.step_number = 0
        self._update = training.optimizer.step
        self._activations: list[Activation] = []
        self._input_mean, self._samples = 0.0, 0
        self._before: dict[str, Tensor] = {}
        curves.watch = self
        training.optimizer.step = self.step  # type: ignore[method-assign]
        self._aside = False
        self.network.register_forward_pre_hook(self._see_images)
        for name, module in self.network.named_modules():
            if type(module).__name__ in SLOPES:
                module.register_forward_hook(self._seer(name))

    def step(self, learning_rate: float) -> None:
        """Looks at gradients and weights, and updates."""
        if self.step_number % EVERY == 0:
            self._save()
        if self.step_number % MODES_EVERY == 0 and self.step_number:
            self._compare_modes()
        self._update(learning_rate)
        self.step_number += 1

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Inside, the network may be called: what it draws, counts and is switched to is afterwards as before."""
        buffers = [(one, one.clone()) for one in self.network.buffers()]
        modes = [(one, one.training) for one in self.network.modules()]
        self._aside = True
        try:
            with own_randomness(seed_for(self.job.order_seed, "aside"), self.arrays.device):
                yield
        finally:
            self._aside = False
            for one, before in buffers:
                one.detach().copy_(before)
            for module, mode in modes:
                module.training = mode

    def look_at_first_batch(self, epoch: int) -> None:
        """The gradient of the first samples, in the mode in which the network is."""
        with self._undisturbed():
            self._look_at_first_batch(epoch)

    def _look_at_first_batch(self, epoch: int) -> None:
        trained = [one for one in self.network.parameters() if one.requires_grad]
        images, targets = self.arrays.batch(torch.arange(min(self.job.batch_size, len(self.arrays.train))))
        loss = self.loss_of(self.network(images), targets)
        if not loss.requires_grad:
            return
        found = torch.autograd.grad(loss, trained, allow_unused=True)
        gradients = [one for one in found if one is not None]
        self.first_batches.append(
            FirstBatch(
                epoch,
                tuple(float(one.norm()) for one in gradients if one.ndim > 1),
                sum(int((one == 0).sum()) for one in gradients) / max(1, sum(one.numel() for one in gradients)),
                all(bool(one.isfinite().all()) for one in gradients),
            )
        )

    @property
    def _is_due(self) -> bool:
        return self.network.training and not self._aside and self.step_number % EVERY == 0

    def _see_images(self, _: nn.Module, inputs: tuple[Any, ...]) -> None:
        if self._is_due:
            self._activations = []
            self._input_mean, self._samples = float(inputs[0].detach().mean()), len(inputs[0])

    def _seer(self, name: str) -> Any:
        def see(module: nn.Module, inputs: tuple[Any, ...], outputs: Tensor) -> None:
            if self._is_due:
                kind = type(module).__name__
                # An activation in place has overwritten its inputs.
                known = outputs if getattr(module, "inplace", False) else inputs[0]
                values = known.detach().transpose(0, 1).flatten(1)  # (units, values)
                low, high = SLOPES[kind]
                active = ((values > low) & (values < high)).float().mean(1)
                share = float((active < LIVELY).float().mean())
                self._activations.append(Activation(name, kind, float(values.var()), share))

        return see

    def _save(self) -> None:
        spread = len(self.saved) < SPREAD_SAVINGS
        weights, gradients = [], []
        for name, parameter in self.network.named_parameters():
            if parameter.ndim > 1:
                now = parameter.detach()
                before = self._before.get(name)
                moved = None if before is None else float((now - before).norm() / (before.norm() + 1e-9))
                weights.append(replace(_values(name, now), moved=moved))
                self._before[name] = now.clone()
            if parameter.grad is not None:
                gradients.append(_values(name, parameter.grad, spread=spread))
        classes = self.outputs.shape[1]
        right = self.outputs.argmax(1) == self.targets
        self.saved.append(
            Saved(
                self.step_number,
                float(self.loss),
                self._input_mean,
                self._samples,
                tuple(weights),
                tuple(gradients),
                tuple(self._activations),
                tuple(torch.bincount(self.targets, minlength=classes).tolist()),
                tuple(torch.bincount(self.targets[right], minlength=classes).tolist()),
            )
        )

    def _compare_modes(self) -> None:
        if not any(isinstance(one, nn.modules.batchnorm._BatchNorm | nn.Dropout) for one in self.network.modules()):  # noqa: SLF001
            return
        samples = self.arrays.validation
        images, targets = samples.images[:MODES_SAMPLES], samples.targets[:MODES_SAMPLES]
        seen: dict[str, list[Tensor]] = {}
        handles = [
            module.register_forward_hook(
                lambda _, __, outputs, name=name: seen.setdefault(name, []).append(outputs.detach().flatten(1))
            )
            for name, module in self.network.named_modules()
            if type(module).__name__ in SLOPES
        ]
        loss = loss_function(self.arrays.task)
        losses = []
        with self._undisturbed(), torch.no_grad():
            for training in (True, False):
                outputs = self.network.train(training)(images)
                seen.setdefault("outputs", []).append(outputs)
                losses.append(float(loss(outputs, targets)))
        for handle in handles:
            handle.remove()
        similarities = {name: similarity(*pair) for name, pair in seen.items() if len(pair) == 2}
        self.modes.append(Modes(self.step_number, losses[0], losses[1], similarities))


def _values(name: str, tensor: Tensor, *, spread: bool = False) -> Values:
    flat = tensor.detach().flatten().float()
    ends = torch.quantile(flat, torch.tensor([0.05, 0.95])) if spread else None
    return Values(
        name,
        float(flat.abs().mean()),
        float(flat.var(correction=0)),
        float((flat == 0).float().mean()),
        bool(flat.isfinite().all()),
        None if ends is None else float(ends[1] - ends[0]),
    )
