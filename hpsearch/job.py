"""A job: the order to train one trial, with every hyperparameter fixed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from hpsearch.optimization import OptimizerName, ScheduleName
from hpsearch.space import Point
from hpsearch.stage import StageName
from hpsearch.study import NetworkDefinition, Objective, StudyDefinition


@dataclass(frozen=True)
class DataSettings:
    """Which data a job trains on; equal settings mean the same loaded arrays."""

    dataset: str | None
    factory: str | None
    path: str | None
    options: Mapping[str, Any]
    validation: float
    """Share of all samples."""
    test: float
    """Share of all samples."""
    normalize: bool
    loss: Literal["auto", "cross_entropy", "l1", "l2"]
    """``auto``: cross-entropy for whole-numbered targets, L2 for real ones. L1 and L2 see normalised targets."""
    split_seed: int
    held: Literal["auto", "device", "host", "disk"] = field(default="auto", repr=False)
    """Where the samples lie while they are trained on, which changes no result: hence no part of any name."""


@dataclass(frozen=True)
class NetworkSettings:
    """A network with all its hyperparameters fixed."""

    name: str | None
    factory: str | None
    parameters: Mapping[str, Any]
    library: str | None = None
    """``timm:NAME`` or ``torchvision:NAME``; then both name and factory are None."""


def network_settings(network: NetworkDefinition, parameters: Mapping[str, Any]) -> NetworkSettings:
    """The network of a definition with all its hyperparameters fixed."""
    return NetworkSettings(network.name, network.factory, parameters, network.library)


@dataclass(frozen=True)
class OptimizerSettings:
    """An optimiser with all its hyperparameters fixed."""

    name: OptimizerName
    learning_rate: float
    weight_decay: float
    momentum: float
    schedule: ScheduleName
    factor: float
    """``step`` multiplies the learning rate by it …"""
    every: float
    """… whenever this share of the training has passed. For the other schedules see ``ScheduleDefinition``."""
    warmup: float = 0.0
    """Share of the training."""
    nesterov: bool = False
    clip_norm: float | None = None
    """Over all parameters; None: no limit."""
    l1: float = 0.0
    max_norm: float | None = None
    """Of the weights into one unit; None: no limit."""


@dataclass(frozen=True)
class Budget:
    """How long a job trains and on how much; exactly one of epochs and steps is given."""

    epochs: int | None = None
    """Passes over the training split, each followed by an evaluation on the validation split."""
    steps: int | None = None
    """Iterations without any evaluation; 0 looks at the network as it is initialised."""
    samples: int | None = None
    """Train on the first so many samples of the (seeded) training order only; None for all of them."""
    until_learned: bool = False
    """Stop after the first pass over the samples in which every prediction was right (loss ≤ 1 % of the targets'
    variance for regression)."""
    patience: int | None = None
    """Stop, complete, after so many epochs in a row without a lower validation loss; None: never."""
    until_epoch: int | None = None
    """Stop, pruned, at the end of this epoch, with the learning rates of a training that goes on to ``epochs``; None:
    do not."""

    def __post_init__(self) -> None:
        if (self.epochs is None) == (self.steps is None):
            raise ValueError("a budget has either epochs or steps")


@dataclass(frozen=True)
class Job:
    """The order to train one trial. All that training needs is in here; nothing else decides its result."""

    stage: StageName
    number: int
    """Index of the trial within its stage, from 0, over all rounds."""
    parameters: Point
    """What the search decided, by dotted path."""
    data: DataSettings
    batch_size: int
    network: NetworkSettings
    optimizer: OptimizerSettings
    label_smoothing: float
    """In [0, 1); cross-entropy only."""
    budget: Budget
    objective: Objective | None
    """What the epochs are compared by; None: by the task's default."""
    regularised: bool
    """False switches weight decay, L1, the limit of norms, dropout, augmentation and label smoothing off."""
    weights_seed: int
    order_seed: int
    evaluate_test: bool = False
    """Read the test split once, with the weights of the best epoch."""
    precision: Literal["float32", "bf16", "fp16", "auto"] = "float32"
    """Of forward passes; ``auto``: as its cohort is arranged."""

    @property
    def structure(self) -> tuple[object, ...]:
        """Equal for jobs that train on the same data and whose networks differ in numbers only."""
        parameters = {key: value for key, value in self.network.parameters.items() if key not in NUMBERS_ONLY}
        return (
            repr(self.data),
            self.network.name,
            self.network.factory,
            self.network.library,
            repr(sorted(parameters.items())),
            self.batch_size,
            self.budget,
            self.optimizer.name,
            self.optimizer.schedule,
            self.optimizer.nesterov,
            self.regularised,
            self.evaluate_test,
            *((self.precision,) if self.precision != "float32" else ()),  # structures from before keep their names
        )


NUMBERS_ONLY = frozenset({"dropout"})
"""Hyperparameters of networks that do not change the structure."""


def seed_for(study_seed: int, *purpose: str | int) -> int:
    """A seed in [0, 2⁶³) that depends on the study's seed and the purpose alone, on every machine."""
    text = "\x1f".join(str(part) for part in (study_seed, *purpose))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def data_settings(study: StudyDefinition) -> DataSettings:
    """Which data a study trains on: the same for all of its trials."""
    data = study.data
    return DataSettings(
        data.dataset,
        data.factory,
        data.path,
        data.options,
        data.validation,
        data.test,
        data.normalize,
        study.loss.name,
        split_seed=seed_for(study.seed, "split"),
        held=study.resources.data,
    )


def job_for(
    study: StudyDefinition,
    stage: StageName,
    number: int,
    point: Point,
    budget: Budget,
    *,
    weights_number: int | None = None,
    regularised: bool = True,
    evaluate_test: bool = False,
) -> Job:
    """The job of trial ``number`` of a stage: the definition with ``point`` put in.

    ``point`` may name any searchable path of the definition and must name every one that has a distribution
    there. ``weights_number`` gives the trial the weights and data order of that number instead of its own.
    Raises KeyError if a distribution is left without a value.
    """
    values: dict[str, Any] = {**study.fixed(), **point}
    missing = [path for path in study.space if path not in values]
    if missing:
        raise KeyError(f"the point leaves {', '.join(missing)} open")
    prefix = "network."
    schedule = study.optimizer.schedule
    seed_number = number if weights_number is None else weights_number
    return Job(
        stage=stage,
        number=number,
        parameters=dict(point),
        data=data_settings(study),
        batch_size=values["data.batch_size"],
        network=network_settings(
            study.network,
            {path[len(prefix) :]: value for path, value in sorted(values.items()) if path.startswith(prefix)},
        ),
        optimizer=OptimizerSettings(
            values["optimizer.name"],
            values["optimizer.learning_rate"],
            values["optimizer.weight_decay"],
            values["optimizer.momentum"],
            values["optimizer.schedule.name"],
            values["optimizer.schedule.factor"],
            schedule.every,
            values["optimizer.schedule.warmup"],
            study.optimizer.nesterov,
            values["optimizer.clip_norm"],
            values["optimizer.l1"],
            values["optimizer.max_norm"],
        ),
        label_smoothing=values["loss.label_smoothing"],
        budget=budget,
        objective=study.objective,
        regularised=regularised,
        weights_seed=seed_for(study.seed, stage, seed_number, "weights"),
        order_seed=seed_for(study.seed, stage, seed_number, "order"),
        evaluate_test=evaluate_test,
        precision=study.training.precision,
    )
