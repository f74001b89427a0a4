"""The JSON documents that the service adds to those of the command line. Their field names are fixed as well."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from hpsearch.progress import EventKind, Progress
from hpsearch.report.document import Document, Facts, Number, Parameters
from hpsearch.report.documents import BestDocument, FindingDocument, ProblemDocument, TaskDocument
from hpsearch.report.speed_documents import SpeedDocument
from hpsearch.stage import StageName
from hpsearch.study import StudyState, Wish
from hpsearch.trial import Failure
from hpsearch.verdict import Outcome


class ServiceStudyLine(Document):
    """One study in a list. Times are in UTC."""

    id: int
    name: str = Field(description="the definition's, with a number behind it where the owner's was taken")
    owner: str = Field(description="whose it is")
    state: StudyState
    wish: Wish | None = Field(description="what was asked of it and is not done yet")
    reason: str | None = Field(description="why it failed, was interrupted or was cancelled")
    created_at: datetime
    finished_at: datetime | None
    deadline: datetime | None = Field(description="when it fails unless its state changes before; null: never")


class StudiesDocument(Document):
    """One page of studies, newest first."""

    studies: tuple[ServiceStudyLine, ...]
    next: str | None = Field(description="path of the next page with its query; null on the last one")


class ServiceStudyDocument(ServiceStudyLine):
    """One study with what it is about."""

    seed: int
    metric: str | None = Field(description="what trials are compared by; null until the data were loaded")
    task: TaskDocument | None = Field(description="null until the data were loaded")


class RoundStatusDocument(Document):
    """One round of one stage. Every planned trial is waiting, running, complete, pruned or failed."""

    round: int = Field(description="from 0; only the fine search has more than one")
    planned: int
    waiting: int
    running: int
    complete: int
    pruned: int = Field(description="stopped early because others of the round promised more")
    failed: int
    verdict: Outcome | None = Field(description="null while it runs")
    summary: str = Field(description="one sentence; empty while it runs")
    started_at: datetime
    finished_at: datetime | None
    speed: SpeedDocument | None = Field(description="null until it was trained, and for rounds of older versions")


class StageStatusDocument(Document):
    """One stage with all its rounds so far; the counts are the sums over them."""

    name: StageName
    verdict: Outcome | None = Field(
        description="null while it runs; overridden if any round was; of a later round that fails, fail"
    )
    summary: str = Field(description="of the last judged round")
    planned: int
    waiting: int
    running: int
    complete: int
    pruned: int = Field(description="stopped early because others of the round promised more")
    failed: int
    measured: Facts
    expected: Facts
    findings: tuple[FindingDocument, ...]
    handed_on: Facts = Field(description="distributions that the next stage searches, by dotted path")
    handed_on_reason: str
    best_trial: int | None = Field(description="number of its best trial, where trials are compared")
    rounds: tuple[RoundStatusDocument, ...]


class StagesDocument(Document):
    """The stages of one study in the order of the recipe, as far as it has come; the reading of the test comes last."""

    stages: tuple[StageStatusDocument, ...]


class StatusDocument(StagesDocument):
    """A study at one moment."""

    study: ServiceStudyDocument
    best: BestDocument | None = Field(
        description="the best trial so far of the fine search, else of the coarse one; null before one has ended well"
    )
    time_left_s: Number = Field(
        description="rough time until the running round ends, as fast as it went so far; null where nothing tells"
    )
    at: datetime = Field(description="the moment, by the database's clock")


class TrialLineDocument(Document):
    """One trial without its curves."""

    stage: StageName
    round: int
    number: int = Field(description="within the stage, from 0, over all rounds")
    parameters: Parameters = Field(description="what the search decided, by dotted path in the definition")
    state: Progress
    value: Number = Field(description="the objective in the best epoch; null where trials are not compared")
    best_epoch: int | None = Field(description="from 1")
    failure: Failure | None
    reason: str | None = Field(description="why it failed or was stopped early")
    started_at: datetime | None
    finished_at: datetime | None
    duration_s: Number


class TrialsDocument(Document):
    """One page of trials."""

    trials: tuple[TrialLineDocument, ...]
    next: str | None = Field(description="path of the next page with its query; null on the last one")


class EpochDocument(Document):
    """What one epoch looked like. Losses are means over samples, accuracies are shares in [0, 1]."""

    epoch: int = Field(description="from 1")
    train_loss: Number = Field(description="null where it was not finite")
    train_accuracy: Number = Field(description="null for regression")
    val_loss: Number = Field(description="null where it was not finite")
    val_accuracy: Number = Field(description="null for regression")


class LayerScaleDocument(Document):
    """How large the outputs of one layer are at initialisation, over one batch."""

    name: str
    kind: str
    mean: Number
    std: Number
    zero_share: Number = Field(description="share of outputs that are exactly zero")


class ClassCountDocument(Document):
    """One class in validation."""

    label: int = Field(description="from 0")
    samples: int
    right: int
    predicted: int = Field(description="samples of any class that were taken for this one")
    taken_for: int | None = Field(description="the class that most of the wrong ones were taken for; null: none wrong")
    mistaken: int = Field(description="how many of them")


class ClassCountsDocument(Document):
    """How many validation samples of each class were right."""

    epoch: int = Field(description="the last one, from 1")
    classes: int = Field(description="how many classes have samples in validation")
    samples: int
    right: int
    listed: tuple[ClassCountDocument, ...] = Field(
        description="by label; of more than 60 classes those of which the least share was right"
    )


class TrialDetailDocument(Document):
    """One trial with its curves; they are empty until it has ended."""

    stage: StageName
    round: int
    number: int
    parameters: Parameters
    state: Literal["planned", "complete", "pruned", "failed"] = Field(description="planned: no result yet")
    value: Number
    best_epoch: int | None
    failure: Failure | None
    reason: str | None
    duration_s: Number
    parameter_count: int | None
    multiply_adds: int | None
    epochs: tuple[EpochDocument, ...] = Field(description="of trials that train for whole epochs")
    step_losses: tuple[Number, ...] = Field(description="training loss of every iteration, before its update")
    step_accuracies: tuple[Number, ...] = Field(description="training accuracy of every iteration")
    layers: tuple[LayerScaleDocument, ...] = Field(description="at initialisation, in the order of the forward pass")
    without_gradient: tuple[str, ...] = Field(description="parameters without gradient in the first iteration")
    class_counts: ClassCountsDocument | None = Field(
        description="null for regression, for budgets in steps, and for trials of older versions"
    )
    learned: bool | None = Field(description="whether every sample was learned by heart; null: was not asked")
    test_loss: Number
    test_accuracy: Number
    findings: tuple[FindingDocument, ...] = Field(description="what its curves say; of the trials of searches")


class EventDocument(Document):
    """The data of one server-sent event: what happened, with the facts as they stood when it was sent."""

    id: int = Field(description="rises; send it back as Last-Event-ID to go on behind it")
    study: int
    kind: EventKind
    stage: StageName | None
    number: int | None = Field(description="of the trial or, for round and verdict, of the round")
    detail: str = Field(description="the new state, the wish, the trial's state or the outcome")
    at: datetime
    value: Number = Field(description="of a trial that has one")
    reason: str | None = Field(description="why a trial failed or was stopped early, or why the study is in this state")
    summary: str | None = Field(description="of a verdict, in one sentence")
    progress: RoundStatusDocument | None = Field(description="the round that it is about; null for states and wishes")


class DefinitionCheckDocument(Document):
    """What POST /v1/validate answers."""

    valid: bool
    name: str | None = Field(description="of the study; null if it is not valid")
    problems: tuple[ProblemDocument, ...] = Field(description="every problem at once; empty if it is valid")
    space: Facts = Field(description="distributions by dotted path")
    trials: int | None = Field(description="how many trials it can come to at most; null if it is not valid")


class ParameterOffer(Document):
    """One hyperparameter of a named network."""

    name: str
    type: Literal["integer", "number", "boolean", "choice"]
    default: bool | int | float | str
    minimum: Number = Field(description="the least value that is allowed; null: none")
    maximum: Number = Field(description="the largest value that is allowed; null: none, or see below")
    below: Number = Field(description="values must be less than this; null: see maximum")
    choices: tuple[Any, ...] = Field(description="what may be chosen; empty for numbers")
    description: str


class NetworkOffer(Document):
    """One named network."""

    name: str
    description: str
    hyperparameters: tuple[ParameterOffer, ...] = Field(description="each may be a value or a distribution")


class NetworksDocument(Document):
    """The networks that a definition may name, and the operator's own code that it may call."""

    networks: tuple[NetworkOffer, ...]
    factories: tuple[str, ...] = Field(description="module:callable that the operator allows, for data as well")


class DatasetOffer(Document):
    """One named data set."""

    name: str
    description: str
    needs_path: bool = Field(description="whether data.path has to name a file below the server's data folder")
    available: bool = Field(description="false: it needs a path, and this server has no data folder")


class DatasetsDocument(Document):
    """The data sets that a definition may name."""

    datasets: tuple[DatasetOffer, ...]
