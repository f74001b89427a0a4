"""What is recorded of a trial while it trains, and the result that comes of it."""

import math
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn

from hpsearch.class_counts import ClassCounts
from hpsearch.errors import TrialError
from hpsearch.job import Job
from hpsearch.look import Look, OutputBounds
from hpsearch.schedule import learning_rate_at
from hpsearch.study import Objective, objective_for
from hpsearch.task import Task
from hpsearch.training.answers import Answers
from hpsearch.training.looks.tried import Tried
from hpsearch.training.precision import HOPELESS
from hpsearch.training.size import Arithmetic, parameter_count
from hpsearch.trial import EpochRecord, Failure, LayerScale, TrialResult, TrialState

FLUSH_EVERY = 16
"""Iterations between two looks at the losses: how long a NaN may go unseen, and how often a device must wait."""


class DivergedError(TrialError):
    """The loss became NaN or infinite; it ends the trial."""


@dataclass
class Curves:
    """Everything that has been seen of one trial so far."""

    job: Job
    task: Task
    total: int = 0
    """Planned number of iterations."""
    losses: list[float] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    """Right predictions of each iteration; empty for regression."""
    sizes: list[int] = field(default_factory=list)
    """Samples of each iteration."""
    epochs: list[EpochRecord] = field(default_factory=list)
    layers: list[LayerScale] = field(default_factory=list)
    without_gradient: tuple[str, ...] = ()
    looks: list[Look] = field(default_factory=list)
    learned: bool | None = None
    best: EpochRecord | None = None
    classes: Answers | ClassCounts | None = None
    """Of the last epoch; counted when it is read, since most epochs are not the last one."""
    test_loss: float | None = None
    test_accuracy: float | None = None
    parameter_count: int | None = None
    multiply_adds: int | None = None
    _pending: list[tuple[Tensor, Tensor, Tensor]] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Whether the budget says after the epochs so far that this was the last one."""
        return bool(self.learned) or self._out_of_patience or self._pruned

    def add_step(self, loss: Tensor, outputs: Tensor, targets: Tensor) -> None:
        """One iteration, before its update. Raises DivergedError some iterations after the loss was not finite."""
        self._pending.append((loss.detach(), outputs.detach(), targets))
        if len(self._pending) >= FLUSH_EVERY:
            self.flush()

    def flush(self) -> None:
        """Reads the iterations that have not been read yet; raises DivergedError as ``add_step`` does.

        The curves then end with the first loss that was not finite, wherever the look fell.
        """
        pending, self._pending = self._pending, []
        if not pending:
            return
        sizes = [len(outputs) for _, outputs, _ in pending]
        losses = torch.stack([loss for loss, _, _ in pending]).tolist()
        self.add_steps(losses, self._right(pending, sizes) if self.task.is_classification else [], sizes)

    def add_steps(self, losses: list[float], right: list[int], sizes: list[int]) -> None:
        """Iterations that have been read: their losses, right predictions (none in regression) and samples.

        Raises DivergedError, with the curves up to there, if one of the losses was not finite.
        """
        end = next((index + 1 for index, loss in enumerate(losses) if not math.isfinite(loss)), len(losses))
        self.losses += losses[:end]
        self.right += right[:end]
        self.sizes += sizes[:end]
        if not math.isfinite(self.losses[-1]):
            raise DivergedError(self._divergence())

    def never_finite(self) -> DivergedError:
        """What ends a training whose loss is finite and whose gradients are not, whatever they are scaled by."""
        return DivergedError(
            f"the gradients were not finite in {HOPELESS} iterations in a row in fp16, up to iteration "
            f"{len(self.losses)} of {self.total}, although the loss was {self.losses[-1]:.4g} and not scaled up any "
            "more: no update could be made; write training.precision: bf16 or float32"
        )

    def merge_steps(self) -> None:
        """Makes one iteration of all so far: the mean over their samples."""
        loss, _ = self.of_pass(0)
        self.losses, self.sizes = [loss], [sum(self.sizes)]
        self.right = [sum(self.right)] if self.right else []

    def add_epoch(
        self, start: int, val_loss: float, val_accuracy: float | None, answers: Answers | None = None
    ) -> bool:
        """An epoch that began with iteration ``start``; true if it is the best so far. DivergedError as above."""
        if not math.isfinite(val_loss):
            raise DivergedError(
                f"the validation loss is {val_loss} after epoch {len(self.epochs) + 1}, with a last training loss "
                f"of {self.losses[-1]:.4g} and a learning rate of {self._learning_rate(len(self.losses) - 1):.3g}"
            )
        record = EpochRecord(len(self.epochs) + 1, *self.of_pass(start), val_loss, val_accuracy)
        self.epochs.append(record)
        self.classes = answers
        objective = self.objective
        if self.best is None or objective.better(record.metric(objective.metric), self.best.metric(objective.metric)):
            self.best = record
            return True
        return False

    @property
    def class_counts(self) -> ClassCounts | None:
        """Of the last epoch so far; None for regression, and where no epoch has ended."""
        if isinstance(self.classes, Answers):
            self.classes = self.classes.counts(len(self.epochs))
        return self.classes if isinstance(self.classes, ClassCounts) else None

    def add_first_evaluation(self, tried: Tried, training: tuple[str, ...], stays: tuple[str, ...] = ()) -> None:
        """What was tried in evaluation mode, and what was in training mode, the first look tells; the last one so far,
        what stays in evaluation mode after it."""
        if self.looks:
            self.looks[0] = replace(self.looks[0], **tried._asdict(), training=training)
            known = self.looks[-1].evaluating
            self.looks[-1] = replace(self.looks[-1], evaluating=tuple(dict.fromkeys((*known, *stays))))

    def add_last_evaluation(
        self, evaluated: float | None, trained: float | None, bounds: OutputBounds | None = None
    ) -> None:
        """The loss of some samples that were trained on, in evaluation and in training mode, and between what bounds
        outputs stay; the last look tells it."""
        if self.looks:
            self.looks[-1] = replace(self.looks[-1], evaluated_loss=evaluated, trained_loss=trained, bounds=bounds)

    def take_epochs(self, epochs: list[EpochRecord], classes: ClassCounts | None) -> None:
        """Goes on behind epochs that another training has recorded of the same trial."""
        self.classes = classes
        name, better = self.objective.metric, self.objective.better
        for record in epochs:
            self.epochs.append(record)
            if self.best is None or better(record.metric(name), self.best.metric(name)):
                self.best = record

    def of_pass(self, start: int) -> tuple[float, float | None]:
        """Mean loss and accuracy over the samples of the iterations since ``start``."""
        sizes, samples = self.sizes[start:], sum(self.sizes[start:])
        loss = math.fsum(size * loss for size, loss in zip(sizes, self.losses[start:], strict=True)) / samples
        return loss, sum(self.right[start:]) / samples if self.task.is_classification else None

    def count(self, network: nn.Module, arithmetic: Arithmetic, device: torch.device) -> None:
        """Records how large the network is, which nobody trains any more."""
        self.parameter_count = parameter_count(network)
        self.multiply_adds = arithmetic.multiply_adds(network, torch.zeros(1, *self.task.input_shape, device=device))

    @property
    def objective(self) -> Objective:
        """What epochs are compared by."""
        return objective_for(self.job.objective, self.task)

    def complete(self, duration_s: float) -> TrialResult:
        """The result of a trial that went to its end, or to that which its budget sets it before."""
        if self._pruned and not (self.learned or self._out_of_patience):
            epochs = self.job.budget.epochs
            reason = f"stopped as planned after epoch {len(self.epochs)} of {epochs}"
            return self._so_far(TrialState.PRUNED, None, reason, duration_s)
        return replace(
            self._so_far(TrialState.COMPLETE, None, None, duration_s),
            value=None if self.best is None else self.best.metric(self.objective.metric),
            best_epoch=None if self.best is None else self.best.epoch,
        )

    def failed(self, failure: Failure, reason: str, duration_s: float) -> TrialResult:
        """The result of a trial that ended early, with the curves up to there."""
        try:
            self.classes = self.class_counts
        except RuntimeError:  # the device itself may have failed
            self.classes = None
        return self._so_far(TrialState.FAILED, failure, reason, duration_s)

    @property
    def _out_of_patience(self) -> bool:
        patience = self.job.budget.patience
        if patience is None or len(self.epochs) <= patience:
            return False
        before = min(epoch.val_loss for epoch in self.epochs[:-patience])
        return all(epoch.val_loss >= before for epoch in self.epochs[-patience:])

    @property
    def _pruned(self) -> bool:
        budget = self.job.budget
        end = budget.until_epoch
        return end is not None and budget.epochs is not None and end <= len(self.epochs) < budget.epochs

    def _so_far(self, state: TrialState, failure: Failure | None, reason: str | None, duration_s: float) -> TrialResult:
        in_steps = self.job.budget.steps is not None
        return TrialResult(
            stage=self.job.stage,
            number=self.job.number,
            state=state,
            failure=failure,
            reason=reason,
            step_losses=tuple(self.losses),
            step_accuracies=tuple(right / size for right, size in zip(self.right, self.sizes, strict=False))
            if in_steps
            else (),
            epochs=tuple(self.epochs),
            layers=tuple(self.layers),
            without_gradient=self.without_gradient,
            looks=tuple(look for look in self.looks if look.step < len(self.losses)),
            learned=self.learned,
            class_counts=self.class_counts,
            test_loss=self.test_loss,
            test_accuracy=self.test_accuracy,
            parameter_count=self.parameter_count,
            multiply_adds=self.multiply_adds,
            duration_s=duration_s,
        )

    def _right(self, pending: list[tuple[Tensor, Tensor, Tensor]], sizes: list[int]) -> list[int]:
        outputs = torch.cat([outputs for _, outputs, _ in pending])
        right = outputs.argmax(1) == torch.cat([targets for _, _, targets in pending])
        return [int(count) for count in torch.stack([batch.sum() for batch in torch.split(right, sizes)]).tolist()]

    def _divergence(self) -> str:
        step = len(self.losses) - 1
        loss, rate = self.losses[-1], self._learning_rate(step)
        if step == 0:
            return f"the loss is {loss} at initialisation, before any update (learning rate {rate:.3g})"
        return (
            f"the loss became {loss} in iteration {step + 1} of {self.total}; the last finite loss was "
            f"{self.losses[-2]:.4g}, the learning rate {rate:.3g}"
        )

    def _learning_rate(self, step: int) -> float:
        return learning_rate_at(self.job.optimizer, step, max(1, self.total))
