"""The short trainings that TheDeepChecker asks for itself, before the training that is checked.

It fits one batch of 16 for 1,000 updates, and watches up to 200 updates on one batch of 50; both batches hold equally
many samples of each class. The rule of the updates is that of the job, its learning rate as the schedule begins.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from benchmarks.diagnosis.rivals.notes import ACTIVATIONS, Notes
from benchmarks.diagnosis.rivals.record import Debugging, Fitting, Initial, Traces
from benchmarks.diagnosis.rivals.recorder import arrays_of
from hpsearch.data.dataset import Dataset, Split
from hpsearch.job import Job, seed_for
from hpsearch.training import member
from hpsearch.training.curves import Curves
from hpsearch.training.isolation import own_randomness
from hpsearch.training.loss import loss_function
from hpsearch.training.member import network_of

FIT_SAMPLES, FIT_UPDATES, FIT_ERRORS = 16, 1000, 0.05
SETTLED = 1e-8
"""A fit without errors is over at this loss: no check asks for more."""
WATCHED_SAMPLES, WATCHED_UPDATES, PATIENCE = 50, 200, 5
START, PERIOD = 10, 10
"""Watching begins with the tenth update and looks at every tenth."""
LOSS_SAMPLES, OTHERS = 128, 32


class Update(NamedTuple):
    """One update, and what was known before it."""

    network: nn.Module
    loss: float
    outputs: Tensor


@dataclass(frozen=True)
class Bench:
    """A job, and its data on the CPU."""

    job: Job
    dataset: Dataset
    total: int
    """Updates of the whole training, over which schedules run."""

    def network(self) -> nn.Module:
        """With its initial weights."""
        return network_of(self.job, arrays_of(self.job, self.dataset))

    def updates(self, batch: Split, count: int, see: Callable[[nn.Module], None] | None = None) -> Iterator[Update]:
        """Trains on this batch alone, by the loop that is in place; ``see`` is shown the network before each update.

        Ends where the network or the loop raises.
        """
        curves = LastStep(self.job, self.dataset.task)
        training = member.Training(self.job, arrays_of(self.job, replace(self.dataset, train=batch)), curves)
        update, network = training.optimizer.step, training.network

        def watched(learning_rate: float) -> None:
            if see is not None:
                see(network)
            update(learning_rate)

        training.optimizer.step = watched  # type: ignore[method-assign]
        network.train()
        for step in range(count):
            training.iteration(torch.arange(len(batch)), min(step, self.total - 1), self.total)
            yield Update(network, float(curves.loss), curves.outputs)


class LastStep(Curves):
    """Curves that remember the last iteration and nothing else."""

    loss = outputs = torch.empty(0)

    def add_step(self, loss: Tensor, outputs: Tensor, targets: Tensor) -> None:  # noqa: ARG002
        """Keeps the iteration."""
        self.loss, self.outputs = loss.detach(), outputs.detach()


def debugged(
    job: Job, dataset: Dataset, fit_updates: int = FIT_UPDATES, watched_updates: int = WATCHED_UPDATES
) -> Debugging:
    """What is seen before any update, of the fitting and of the watched updates; of classifications alone."""
    train = dataset.train
    samples = min(len(train), job.budget.samples or len(train))
    bench = Bench(job, dataset, max(1, math.ceil(samples / job.batch_size) * (job.budget.epochs or 1)))
    seed = seed_for(job.order_seed, "debugging")
    draw = torch.Generator().manual_seed(seed)

    def drawn(count: int) -> Split:
        return balanced(train, dataset.task.outputs, count, draw)

    with own_randomness(seed, torch.device("cpu")):
        return Debugging(
            _initial(bench, drawn(LOSS_SAMPLES), drawn(OTHERS)),
            _fitting(bench, drawn(FIT_SAMPLES), fit_updates),
            _watched(bench, drawn(WATCHED_SAMPLES), watched_updates),
        )


def balanced(split: Split, classes: int, count: int, draw: torch.Generator) -> Split:
    """About ``count`` samples, drawn with replacement, equally many of each class that there is."""
    chosen = []
    for label in range(classes):
        places = torch.nonzero(split.targets == label).flatten()
        if len(places):
            chosen.append(places[torch.randint(len(places), (max(1, count // classes),), generator=draw)])
    indices = torch.cat(chosen)
    return Split(split.images[indices], split.targets[indices])


def _initial(bench: Bench, batch: Split, others: Split) -> Initial:
    images, targets, task = bench.dataset.train.images, bench.dataset.train.targets, bench.dataset.task
    network = bench.network().train()
    loss_of = loss_function(task)
    with torch.no_grad():
        losses = [
            float(loss_of(network(batch.images.repeat(times, 1, 1, 1)), batch.targets.repeat(times)))
            for times in (1, 2, 4, 8)
        ]
    kinds = [type(module).__name__ for module in network.modules()]
    parameters = dict(network.named_parameters())
    weights = [(name, one) for name, one in parameters.items() if one.ndim > 1]
    return Initial(
        feature_mean=float(images.mean()),
        feature_std=float(images.std(correction=0)),
        feature_min=float(images.min()),
        feature_max=float(images.max()),
        label_balance=_balance(targets, task.outputs),
        weights=tuple((name, float(one.detach().var(correction=0)), *_fans(one)) for name, one in weights),
        activation=next((kind.lower() for kind in kinds if kind in ACTIVATIONS), ""),
        bias_sums=tuple(float(one.detach().sum()) for name, one in parameters.items() if name.endswith("bias")),
        loss=losses[0],
        expected_loss=math.log(task.outputs),
        growth=tuple(after / before if before else math.nan for before, after in pairwise(losses)),
        depends_on_others=_depends_on_others(bench.network().eval(), others.images),
    )


def _balance(targets: Tensor, classes: int) -> float:
    shares = torch.bincount(targets, minlength=classes).double() / len(targets)
    entropy = float(-(shares * shares.clamp(min=1e-300).log()).sum())
    return (math.exp(entropy) - 1) / max(1, classes - 1)


def _fans(weight: Tensor) -> tuple[int, int]:
    field = weight[0, 0].numel()
    return weight.shape[1] * field, weight.shape[0] * field


def _depends_on_others(network: nn.Module, images: Tensor) -> bool:
    """Whether any other sample has a part in what the network says of the first."""
    known = images.clone().requires_grad_(True)
    outputs = network(known)
    if not outputs.requires_grad:
        return False
    (gradient,) = torch.autograd.grad(outputs[0].sum(), known, allow_unused=True)
    return gradient is not None and bool((gradient[1:] != 0).any())


def _fitting(bench: Bench, batch: Split, count: int) -> Fitting:
    losses, best = [], 0.0
    for one in bench.updates(batch, count):
        losses.append(one.loss)
        best = max(best, _accuracy(one.outputs, batch))
        if not math.isfinite(one.loss) or (one.loss <= SETTLED and 1.0 - best <= FIT_ERRORS):
            break
    blank: list[float] = []
    if math.isfinite(losses[-1]) and 1.0 - best > FIT_ERRORS:
        for one in bench.updates(Split(torch.zeros_like(batch.images), batch.targets), count):
            blank.append(one.loss)
            if not math.isfinite(one.loss):
                break
    return Fitting(tuple(losses), best, tuple(blank))


def _accuracy(outputs: Tensor, batch: Split) -> float:
    return float((outputs.argmax(1) == batch.targets).float().mean())


def _watched(bench: Bench, batch: Split, count: int) -> Traces:
    notes = Notes()
    varied = torch.zeros(bench.dataset.task.outputs, dtype=torch.bool)
    patience = PATIENCE
    for step, one in enumerate(bench.updates(batch, count, notes.see(bench.job.optimizer.weight_decay))):
        notes.losses.append(one.loss)
        notes.accuracies.append(_accuracy(one.outputs, batch))
        varied |= one.outputs.softmax(1).var(0) > 0
        notes.vary.append(bool(varied.all()))
        notes.finite &= math.isfinite(one.loss) and bool(one.outputs.isfinite().all())
        if not notes.finite:
            break
        if step >= START and step % PERIOD == 0:
            notes.look(one.network)
        patience = patience - 1 if notes.accuracies[-1] == 1.0 else PATIENCE
        if not patience:
            break
    return notes.traces()
