"""The study definition: what a user submits, and what it becomes once every distribution has a value."""

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from hpsearch.lifecycle import (
    DAY_S,
    ENDED,
    LOCAL,
    NEXT_STATES,
    STATE_LIMITS_S,
    Origin,
    StudyState,
    Wish,
)
from hpsearch.optimization import LossDefinition, OptimizerDefinition, ScheduleDefinition
from hpsearch.searchable import SearchableCount, SearchableJson, Section, json_value, named
from hpsearch.space import Point, Space, Value, is_distribution
from hpsearch.stage import Recipe, Steering
from hpsearch.task import Task


class DataChecks(Section):
    """What the checks of the data look for, before anything is trained."""

    ignore: tuple[str, ...] = ()
    """Codes such as HD302, or beginnings of codes such as HD3, of what is left out: it is meant to be so."""


class DataDefinition(Section):
    """Which images and targets, and how they are divided."""

    dataset: str | None = None
    """A name from the table of data sets."""
    factory: str | None = None
    """Or ``module:callable`` that returns ``(images, targets)``; from the command line only."""
    path: str | None = None
    """The file or folder that the data set is read from, where it needs one."""
    options: Annotated[dict[str, Any], BeforeValidator(json_value)] = Field(default_factory=dict)
    """Keyword arguments of the factory."""
    batch_size: SearchableCount = 64
    validation: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """The share of all samples that is held out for validation."""
    test: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """The share of all samples that is read once, after the search; 0 for none."""
    normalize: bool = True
    """Subtract the mean and divide by the standard deviation of each channel, both from the training split."""
    checks: DataChecks = DataChecks()

    @model_validator(mode="after")
    def _one_source(self) -> "DataDefinition":
        if (self.dataset is None) == (self.factory is None):
            raise ValueError("exactly one of dataset and factory is needed; write for example dataset: digits")
        if self.validation + self.test >= 1:
            raise ValueError("validation and test together must leave samples to train on; lower one of them")
        return self


LibraryName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]{0,99}(\.[A-Za-z0-9_]{1,99})?$")]
"""A model in somebody's package: without the colons and slashes of names that stand for a place in the network."""


class NetworkDefinition(BaseModel):
    """Which network; every further key is one of its hyperparameters, a value or a distribution."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, SearchableJson]

    name: str | None = None
    """A name from the table of networks."""
    factory: str | None = None
    """Or ``module:callable`` that builds a ``torch.nn.Module``; from the command line only."""
    timm: LibraryName | None = None
    """Or the name of a model in the package timm, untrained; its hyperparameters are those of ``timm.create_model``."""
    torchvision: LibraryName | None = None
    """Or the name of a model in the package torchvision, untrained; for images of three channels."""

    @model_validator(mode="after")
    def _one_source(self) -> "NetworkDefinition":
        if sum(source is not None for source in (self.name, self.factory, self.timm, self.torchvision)) != 1:
            raise ValueError(
                "exactly one of name, factory, timm and torchvision is needed; write for example name: convnet"
            )
        return self

    @property
    def library(self) -> str | None:
        """``timm:NAME`` or ``torchvision:NAME``; None for a network that comes from elsewhere."""
        found = ((library, getattr(self, library)) for library in ("timm", "torchvision"))
        return next((f"{library}:{name}" for library, name in found if name is not None), None)

    @property
    def parameters(self) -> dict[str, Any]:
        """The hyperparameters by name, each a value or a distribution."""
        return dict(self.__pydantic_extra__ or {})


class Objective(Section):
    """What makes one trial better than another."""

    metric: Literal["val_accuracy", "val_loss"] = "val_accuracy"
    direction: Literal["maximize", "minimize"] | None = None

    @model_validator(mode="after")
    def _direction_fits(self) -> "Objective":
        if self.direction not in (None, self.sense):
            raise ValueError(f"{self.metric} is better when it is {self.sense}d; leave direction out")
        return self

    @property
    def sense(self) -> Literal["maximize", "minimize"]:
        """The direction in which the metric gets better."""
        return "maximize" if self.metric == "val_accuracy" else "minimize"

    def better(self, value: float, than: float) -> bool:
        """Whether ``value`` is strictly better."""
        return value > than if self.sense == "maximize" else value < than


def objective_for(chosen: Objective | None, task: Task) -> Objective:
    """What trials are compared by: what the definition has chosen, or the usual metric of the task."""
    return chosen or Objective(metric="val_accuracy" if task.is_classification else "val_loss")


def score_words(value: float, metric: str | None) -> str:
    """A score, or a difference of scores, within a sentence: accuracies as percentages, losses as mere numbers."""
    return f"{value:.2%}" if metric == "val_accuracy" else f"{value:.4g}"


class Resources(Section):
    """What the study may use; it changes how long a study takes and nothing else."""

    workers: Annotated[int, Field(ge=1, le=10_000)] | Literal["auto"] = "auto"
    gpus_per_worker: Annotated[float, Field(ge=0, le=64)] | Literal["auto"] = "auto"
    data: Literal["auto", "device", "host", "disk"] = "auto"
    """Where the samples lie: on the device, in memory beside it, in their file; ``auto``: as near as there is room."""
    time_limit_s: Annotated[float, Field(gt=0, le=30 * DAY_S)] = DAY_S
    """A submitted study that has been worked on for so many seconds fails."""


class TrainingDefinition(Section):
    """How trials are computed, as far as that changes their results."""

    precision: Literal["float32", "bf16", "fp16", "auto"] = "float32"
    """Of forward passes; weights, losses and updates are float32 always. ``auto``: bf16 where a measurement finds it
    faster and close enough, else float32."""


class AdviceDefinition(Section):
    """What the advice on the network looks for; it changes what is said and nothing else."""

    select: Annotated[tuple[str, ...], Field(min_length=1)] = ("HP",)
    """Codes of rules such as HP101, or beginnings of codes such as HP1; by default all."""
    ignore: tuple[str, ...] = ()
    """The same of what is left out again."""
    object_size: Annotated[int, Field(ge=1)] | None = None
    """Side in pixels of what is to be recognised; by default the whole image."""


class StudyDefinition(Section):
    """A whole study. Everything but data and network has a default."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")] = "study"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    data: DataDefinition
    network: Annotated[NetworkDefinition, BeforeValidator(named)]
    optimizer: OptimizerDefinition = OptimizerDefinition()
    loss: Annotated[LossDefinition, BeforeValidator(named)] = LossDefinition()
    training: TrainingDefinition = TrainingDefinition()
    recipe: Recipe = Recipe()
    objective: Objective | None = None
    """By default validation accuracy for classification and validation loss for regression."""
    resources: Resources = Resources()
    advice: AdviceDefinition = AdviceDefinition()
    sources: dict[str, str] = Field(default_factory=dict)
    """SHA-256 of the files behind the definition, by path in it (``data.path``, ``network.factory`` …), filled in by
    whoever reads it on the machine where they lie: other contents are another study."""

    @property
    def space(self) -> Space:
        """Every distribution by its dotted path, sorted by path: the order in which points are drawn."""
        return {path: value for path, value in sorted(self._leaves()) if is_distribution(value)}

    @property
    def identity(self) -> str:
        """SHA-256 of all that decides the results: the definition without its resources and the choice of advice."""
        content = self.model_dump(mode="json", exclude={"resources", "advice"})
        for path, default in YOUNGER.items():  # a study from before these could be said stays the same study
            *sections, key = path.split(".")
            section = content
            for name in sections:
                section = section[name]
            if section[key] == default:
                del section[key]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _leaves(self) -> list[tuple[str, Any]]:
        schedule = self.optimizer.schedule
        return [
            ("data.batch_size", self.data.batch_size),
            *((f"network.{key}", value) for key, value in self.network.parameters.items()),
            *((f"optimizer.{key}", getattr(self.optimizer, key)) for key in OPTIMIZER_KEYS),
            ("optimizer.schedule.name", schedule.name),
            ("optimizer.schedule.factor", schedule.factor),
            ("optimizer.schedule.warmup", schedule.warmup),
            ("loss.label_smoothing", self.loss.label_smoothing),
        ]

    def fixed(self) -> dict[str, Any]:
        """Every searchable hyperparameter that has one fixed value, by its dotted path."""
        return {path: value for path, value in self._leaves() if not is_distribution(value)}


OPTIMIZER_KEYS = ("name", "learning_rate", "weight_decay", "momentum", "clip_norm", "l1", "max_norm")
"""What of the optimiser can be searched."""

YOUNGER: dict[str, Any] = {
    "data.checks": {"ignore": []},
    "network.timm": None,
    "network.torchvision": None,
    "optimizer.nesterov": False,
    "optimizer.clip_norm": None,
    "optimizer.l1": 0.0,
    "optimizer.max_norm": None,
    "optimizer.schedule.warmup": 0.0,
    "recipe.coarse.halving": None,
    "recipe.coarse.patience": None,
    "recipe.fine.halving": None,
    "recipe.fine.patience": None,
    "recipe.fine.steer": Steering().model_dump(mode="json"),
    "training": {"precision": "float32"},
}
"""Keys that came after the first studies had been stored, each with the value at which it is no part of a study's
identity: there nothing is different from before, but that a fine search is steered (docs/decisions/0114)."""

__all__ = [
    "DAY_S",
    "ENDED",
    "LOCAL",
    "NEXT_STATES",
    "STATE_LIMITS_S",
    "YOUNGER",
    "AdviceDefinition",
    "DataChecks",
    "DataDefinition",
    "LossDefinition",
    "NetworkDefinition",
    "Objective",
    "OptimizerDefinition",
    "Origin",
    "Point",
    "Resources",
    "ScheduleDefinition",
    "StudyDefinition",
    "StudyState",
    "TrainingDefinition",
    "Value",
    "Wish",
]
