"""The study definition: what a user submits, and what it becomes once every distribution has a value."""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from hpsearch.space import Distribution, LogUniform, Point, Space, Value, distribution, is_distribution
from hpsearch.stage import Recipe
from hpsearch.task import Task


class StudyState(StrEnum):
    """Where a study stands; ``NEXT_STATES`` holds the legal transitions."""

    WAITING = "waiting"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    """The process that worked on it stopped; whoever claims it goes on."""
    PAUSED = "paused"
    """At the user's wish; it waits for ``resume``."""
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"


_UNCLAIMED = frozenset({StudyState.RUNNING, StudyState.PAUSED, StudyState.CANCELLED, StudyState.FAILED})

NEXT_STATES: dict[StudyState, frozenset[StudyState]] = {
    StudyState.WAITING: _UNCLAIMED,
    StudyState.RUNNING: _UNCLAIMED | {StudyState.INTERRUPTED, StudyState.COMPLETE},
    StudyState.INTERRUPTED: _UNCLAIMED,
    StudyState.PAUSED: frozenset({StudyState.WAITING, StudyState.CANCELLED, StudyState.FAILED}),
    StudyState.COMPLETE: frozenset(),
    StudyState.FAILED: frozenset(),
    StudyState.CANCELLED: frozenset(),
}

ENDED = frozenset(state for state, following in NEXT_STATES.items() if not following)
"""The terminal states."""

DAY_S = 86_400.0
STATE_LIMITS_S: dict[StudyState, float] = {
    StudyState.WAITING: 7 * DAY_S,
    StudyState.INTERRUPTED: 7 * DAY_S,
    StudyState.PAUSED: 30 * DAY_S,
}
"""How long a study of the service stays in a state before it fails; ``resources.time_limit_s`` is that of running."""


class Wish(StrEnum):
    """What a user wants of a study that somebody works on."""

    PAUSE = "pause"
    CANCEL = "cancel"

    @property
    def state(self) -> StudyState:
        """Where the study stands once the wish is fulfilled."""
        return StudyState.PAUSED if self is Wish.PAUSE else StudyState.CANCELLED


class Origin(StrEnum):
    """How a study came in, which decides who may work on it."""

    RUN = "run"
    """``hpsearch run``: the process that was given the definition, with the user's own modules beside it."""
    SERVICE = "service"
    """Submitted: any conductor of the service."""


LOCAL = "local"
"""The owner of studies that came from the command line of the database's own machine."""


def _searchable(allowed: Any) -> PlainValidator:
    """A validator for a value of type ``allowed`` or a distribution over such values."""
    scalar: TypeAdapter[Any] = TypeAdapter(allowed, config=ConfigDict(strict=True))

    def read(raw: object) -> Any:
        if not (is_distribution(raw) or isinstance(raw, Mapping)):
            return checked(raw)
        found: Any = distribution(raw) if isinstance(raw, Mapping) else raw
        for end in found.ends():
            checked(end)
        return found

    def checked(value: object) -> Any:
        try:
            return scalar.validate_python(value)
        except ValidationError as error:
            first = error.errors()[0]
            context = {**first.get("ctx", {}), "found": value}
            raise PydanticCustomError(first["type"], first["msg"], context) from None

    return PlainValidator(read)


def _written(value: Any) -> Any:
    return value.as_dict() if is_distribution(value) else value


_write = PlainSerializer(_written)
Json = None | bool | int | float | str | list[Any] | dict[str, Any]
SearchableRate = Annotated[
    float | Distribution, _searchable(Annotated[float, Field(gt=0, allow_inf_nan=False)]), _write
]
SearchableDecay = Annotated[
    float | Distribution, _searchable(Annotated[float, Field(ge=0, allow_inf_nan=False)]), _write
]
SearchableFraction = Annotated[
    float | Distribution, _searchable(Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]), _write
]
SearchableCount = Annotated[int | Distribution, _searchable(Annotated[int, Field(ge=1)]), _write]


def _json(raw: object) -> Any:
    """A value that a JSON document can hold, which keeps it the same in the store and in the study's identity."""
    try:
        json.dumps(raw, allow_nan=False)
    except (TypeError, ValueError):
        raise ValueError(
            "must be built of finite numbers, words, true, false, null, lists and mappings with words as keys; "
            "write anything else as a word"
        ) from None
    return raw


def _searchable_or_json(raw: object) -> Any:
    """A network's hyperparameter: a distribution if it is a mapping, else any JSON value."""
    return distribution(raw) if isinstance(raw, Mapping) else _json(raw)


SearchableJson = Annotated[Json | Distribution, PlainValidator(_searchable_or_json), _write]


def _named(raw: object) -> object:
    """``schedule: cosine`` is short for ``schedule: {name: cosine}``."""
    return {"name": raw} if isinstance(raw, str) else raw


class Section(BaseModel):
    """A part of the definition: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DataDefinition(Section):
    """Which images and targets, and how they are divided."""

    dataset: str | None = None
    """A name from the table of data sets."""
    factory: str | None = None
    """Or ``module:callable`` that returns ``(images, targets)``; from the command line only."""
    path: str | None = None
    """The file or folder that the data set is read from, where it needs one."""
    options: Annotated[dict[str, Any], BeforeValidator(_json)] = Field(default_factory=dict)
    """Keyword arguments of the factory."""
    batch_size: SearchableCount = 64
    validation: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """The share of all samples that is held out for validation."""
    test: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """The share of all samples that is read once, after the search; 0 for none."""
    normalize: bool = True
    """Subtract the mean and divide by the standard deviation of each channel, both from the training split."""

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


class ScheduleDefinition(Section):
    """How the learning rate changes while a trial trains."""

    name: Literal["constant", "cosine", "step"] = "constant"
    factor: SearchableFraction = 0.1
    """``step`` multiplies the learning rate by this …"""
    every: Annotated[float, Field(gt=0, lt=1)] = 1 / 3
    """… whenever this share of the training has passed."""


class OptimizerDefinition(Section):
    """How the weights are changed."""

    name: Annotated[str | Distribution, _searchable(Literal["sgd", "adam", "adamw"]), _write] = "sgd"
    learning_rate: SearchableRate = LogUniform(1e-5, 1.0)
    weight_decay: SearchableDecay = LogUniform(1e-6, 1e-3)
    momentum: SearchableFraction = 0.9
    """Momentum of SGD; the first moment's decay rate (beta 1) of Adam and AdamW."""
    schedule: Annotated[ScheduleDefinition, BeforeValidator(_named)] = ScheduleDefinition()


class LossDefinition(Section):
    """What is minimised; by default cross-entropy for whole-numbered targets and L2 for real ones."""

    name: Literal["auto", "cross_entropy", "l1", "l2"] = "auto"
    label_smoothing: SearchableFraction = 0.0


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


class Resources(Section):
    """What the study may use; it changes how long a study takes and nothing else."""

    workers: Annotated[int, Field(ge=1, le=10_000)] | Literal["auto"] = "auto"
    gpus_per_worker: Annotated[float, Field(ge=0, le=64)] | Literal["auto"] = "auto"
    time_limit_s: Annotated[float, Field(gt=0, le=30 * DAY_S)] = DAY_S
    """A submitted study that has been worked on for so many seconds fails."""


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
    network: Annotated[NetworkDefinition, BeforeValidator(_named)]
    optimizer: OptimizerDefinition = OptimizerDefinition()
    loss: Annotated[LossDefinition, BeforeValidator(_named)] = LossDefinition()
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
        for library in ("timm", "torchvision"):  # a study from before these could be named stays the same study
            if content["network"][library] is None:
                del content["network"][library]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _leaves(self) -> list[tuple[str, Any]]:
        schedule = self.optimizer.schedule
        return [
            ("data.batch_size", self.data.batch_size),
            *((f"network.{key}", value) for key, value in self.network.parameters.items()),
            *((f"optimizer.{key}", getattr(self.optimizer, key)) for key in OPTIMIZER_KEYS),
            ("optimizer.schedule.factor", schedule.factor),
            ("loss.label_smoothing", self.loss.label_smoothing),
        ]

    def fixed(self) -> dict[str, Any]:
        """Every searchable hyperparameter that has one fixed value, by its dotted path."""
        return {path: value for path, value in self._leaves() if not is_distribution(value)}


OPTIMIZER_KEYS = ("name", "learning_rate", "weight_decay", "momentum")

__all__ = [
    "ENDED",
    "LOCAL",
    "NEXT_STATES",
    "STATE_LIMITS_S",
    "AdviceDefinition",
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
    "Value",
    "Wish",
]
