"""A rule on settings of the definition that are so extreme that they explain a poor training."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from hpsearch.diagnosis.curves.curve import UNFINISHED, Curve
from hpsearch.diagnosis.curves.stability import oscillating
from hpsearch.rulebook import Remark

SPREAD = 0.5
"""Label smoothing: from it on half of each label and more is none (usual is 0.1)."""
WARMING = 0.5
"""Share of the training: with a longer warm-up most of it has less than the rate that was chosen (usual is 0.05)."""
REMEMBERED = 0.25
"""Share of the training that momentum remembers, 1 / (1 - momentum) iterations: with more, where the loss swings, that
is why; with all of it velocities still add up when the training ends …"""
USUAL_MOMENTUM = 0.9
"""… though in the shortest of trainings that is no reason to call the usual momentum extreme."""
SLOW = frozenset({"HC103", "HC105", "HC106", "HC202", "HC204", "HC205", "HC313"})
"""What looks so where updates are few or small."""
BOUNDED = frozenset({"HC204", "HC205", "HC207"})
"""What looks so where the network cannot answer as sure as it would."""
SWINGING = frozenset({"HC107", "HC314"})
CLIPPED = 0.01
"""Of the norm of gradients as they come: with a limit below it plain descent has a hundredth of its rate and less
(heuristic; optimisers that divide by the size of gradients do not mind)."""
TINY = 0.25
"""Norm of the weights into one unit, of which He's rule draws about 1.4 (usual limits are 3 to 4)."""
BATCHES = 2
"""An epoch of so few updates learns from averages over most of the data …"""
UPDATES = 200
"""… which takes many epochs to come anywhere: with more updates in all there were enough (heuristic)."""
MANY_SAMPLES = 200
"""Of fewer, most are one batch however batches are made."""


@dataclass(frozen=True)
class Extreme:
    """One setting that can explain a poor training."""

    path: str
    value: float
    why: str
    """What it does, with numbers."""
    explains: frozenset[str]
    """Codes of what it makes a training look like."""


def extreme_setting(curve: Curve) -> Remark | None:
    """The training ended poorly, and a setting of the definition is so extreme that it explains it.

    The training loss ended above a tenth of guessing, or the validation error is surely high; and one of these is so
    (heuristics): label smoothing of 0.5 and more, so that half of a label says nothing; a warm-up of more than half of
    the training; a momentum above 0.9 that remembers more than all iterations, or more than a quarter of them where the
    loss swings; with SGD a limit of the norm of gradients that is below a hundredth of what they are; a limit of the
    norm of weights below 0.25; or batches of half of the data and more, and fewer than 200 updates in all. Where
    training went well such a setting is no fault. What dropout and weight decay do is read from inside the network.
    Each setting takes the place of what it makes a training look like, and of nothing else; an error is told beside it.
    """
    if not curve.ended or (curve.level < UNFINISHED * curve.guess and curve.ended_well):
        return None
    found = list(_extremes(curve))
    if not found:
        return None
    words = "; ".join(f"{one.path} is {one.value:g}, so that {one.why}" for one in found)
    level, held = curve.epochs[-1].train_loss, curve.val_errors[-1]
    error = f"a validation error of {held:.1%}" if curve.task.is_classification else f"{held:.0%} of guessing"
    numbers: dict[str, Any] = {one.path: one.value for one in found}
    return Remark(
        f"{words}; the training ended at a loss of {level:.3g} and {error}",
        {**numbers, "train_loss": level, "validation_error": held},
        explains=frozenset[str]().union(*(one.explains for one in found)),
    )


def _extremes(curve: Curve) -> Iterator[Extreme]:
    """Those that hold for this job."""
    job, total = curve.trial.job, curve.total
    if job.regularised:
        yield from _of_regularisation(curve)
    optimizer = job.optimizer
    if optimizer.warmup > WARMING:
        yield Extreme(
            "optimizer.schedule.warmup",
            optimizer.warmup,
            f"the learning rate was still rising in {optimizer.warmup:.0%} of the training",
            SLOW,
        )
    memory = 1 / max(1e-12, 1 - optimizer.momentum)
    long = memory > total or (memory > REMEMBERED * total and oscillating(curve) is not None)
    if optimizer.name != "adagrad" and optimizer.momentum > USUAL_MOMENTUM and long:
        yield Extreme(
            "optimizer.momentum",
            optimizer.momentum,
            f"each update goes by the last {memory:.0f} iterations, of {total} in all",
            SWINGING,
        )
    norm = _gradient_norm(curve) if optimizer.name == "sgd" else None
    if optimizer.clip_norm is not None and norm is not None and optimizer.clip_norm < CLIPPED * norm:
        yield Extreme(
            "optimizer.clip_norm",
            optimizer.clip_norm,
            f"gradients with a norm of {norm:.2g} were cut to {optimizer.clip_norm / norm:.1g} of it",
            SLOW,
        )
    if curve.per_epoch <= BATCHES and total < UPDATES and curve.task.train_samples >= MANY_SAMPLES:
        yield Extreme(
            "data.batch_size",
            job.batch_size,
            f"an epoch of {curve.task.train_samples} samples is {_counted(curve.per_epoch)}, and {total} were made",
            SLOW,
        )


def _counted(updates: int) -> str:
    return "one update" if updates == 1 else f"{updates} updates"


def _of_regularisation(curve: Curve) -> Iterator[Extreme]:
    job = curve.trial.job
    if curve.task.is_classification and job.label_smoothing >= SPREAD:
        yield Extreme(
            "loss.label_smoothing",
            job.label_smoothing,
            f"no loss can be below {curve.floor:.3g}, and guessing has {curve.guess:.3g}",
            BOUNDED,
        )
    limit = job.optimizer.max_norm
    if limit is not None and limit < TINY:
        why = "weights are a fraction of what units need to pass a signal on"
        yield Extreme("optimizer.max_norm", limit, why, SLOW | BOUNDED | {"HC314"})  # steps are large beside them


def _gradient_norm(curve: Curve) -> float | None:
    """Over all layers, before clipping: the median over the looks; None where nobody looked."""
    norms = []
    for look in curve.trial.result.looks:
        squares = [layer.gradient_norm**2 for layer in look.layers if layer.gradient_norm is not None]
        if squares and math.isfinite(math.fsum(squares)):
            norms.append(math.sqrt(math.fsum(squares)))
    return median(norms) if norms else None
