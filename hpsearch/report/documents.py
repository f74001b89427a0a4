"""The JSON documents of the command line. Their field names are fixed: scripts rely on them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from hpsearch.finding import Severity
from hpsearch.report.architecture_documents import ImportanceDocument, SizesDocument
from hpsearch.report.document import Document, Facts, Number, Parameters
from hpsearch.report.speed_documents import SpeedDocument
from hpsearch.stage import StageName
from hpsearch.study import StudyState
from hpsearch.task import LossName
from hpsearch.trial import Failure
from hpsearch.verdict import Outcome


class FindingDocument(Document):
    """One diagnosis."""

    code: str = Field(description="stable: a name in kebab case, or a code such as HP107 of a rule")
    severity: Severity
    message: str = Field(description="one plain sentence")
    evidence: Facts = Field(description="the numbers it was read from")
    advice: str = Field(description="what to try next; may be empty")
    source: str = Field(description="the paper, course or measurement behind the rule; may be empty")


class TrialDocument(Document):
    """One point of the space in one stage."""

    stage: StageName
    number: int = Field(description="within the stage, from 0, over all rounds")
    round: int = Field(description="from 0; only the fine search has more than one")
    parameters: Parameters = Field(description="what the search decided, by dotted path in the definition")
    state: Literal["planned", "complete", "pruned", "failed"] = Field(description="planned: no result yet")
    value: Number = Field(description="the objective in the best epoch; null where trials are not compared")
    best_epoch: int | None = Field(description="from 1")
    failure: Failure | None
    reason: str | None = Field(description="why it failed or was stopped early")
    duration_s: Number
    parameter_count: int | None = Field(description="of its network; null where trials are not compared")
    multiply_adds: int | None = Field(description="of its network, for one sample; null as above, or if unknown")


class RoundDocument(Document):
    """One round of one stage."""

    round: int
    verdict: Outcome | None = Field(description="null while it runs")
    summary: str
    planned: int = Field(description="number of trials in its plan")
    done: int = Field(description="number of trials that have ended")
    measured: Facts
    expected: Facts
    handed_on: Facts
    handed_on_reason: str
    findings: tuple[str, ...] = Field(description="codes of what was found in it; the stage has the findings")
    speed: SpeedDocument | None = Field(description="null until it was trained, and for rounds of older versions")


class StageDocument(Document):
    """One stage with all its rounds; what was measured, expected and handed on is that of the last judged one."""

    name: StageName
    verdict: Outcome | None = Field(
        description="null while it runs; overridden if any round was; of a later round that fails, fail"
    )
    summary: str = Field(description="one sentence")
    planned: int = Field(description="number of trials planned so far, all rounds")
    done: int = Field(description="number of trials that have ended")
    measured: Facts
    expected: Facts
    findings: tuple[FindingDocument, ...]
    handed_on: Facts = Field(description="distributions that the next stage searches, by dotted path")
    handed_on_reason: str
    best_trial: int | None = Field(description="number of its best trial, where trials are compared")
    speed: SpeedDocument | None = Field(description="of all its rounds together; null where none is known")
    rounds: tuple[RoundDocument, ...]
    trials: tuple[TrialDocument, ...]


class TaskDocument(Document):
    """What the data ask for. Counts are samples."""

    loss: LossName
    input_shape: tuple[int, int, int] = Field(description="channels, height, width")
    outputs: int
    train_samples: int
    validation_samples: int
    test_samples: int
    initial_loss: Number = Field(description="what theory expects of a network that knows nothing")
    guessing_accuracy: Number = Field(description="of always guessing the most frequent class; null for regression")


class StudyDocument(Document):
    """One study. Times are in UTC."""

    id: int
    name: str
    state: StudyState
    abandoned: bool = Field(description="running, but the process that worked on it has ended: run it again")
    reason: str | None = Field(description="why it failed or was interrupted")
    seed: int
    metric: str | None = Field(description="what trials are compared by; null until the data were loaded")
    task: TaskDocument | None = Field(description="null until the data were loaded")
    created_at: datetime
    finished_at: datetime | None


class BestDocument(Document):
    """The best trial of the search, and its one reading of the test split. Accuracies are shares in [0, 1]."""

    stage: StageName
    trial: int = Field(description="number within the stage")
    parameters: Parameters
    epoch: int | None = Field(description="from 1; the weights are those of this epoch")
    val_accuracy: Number = Field(description="null for regression")
    val_loss: Number
    test_accuracy: Number = Field(description="null for regression and until the test split was read")
    test_loss: Number = Field(description="null until the test split was read")
    test_reason: str | None = Field(description="why the test split was not read")


class ReportDocument(Document):
    """``run --json``, ``show --json`` and ``report --json``."""

    study: StudyDocument
    story: tuple[str, ...] = Field(
        description="what was tried and found and what to do next, in a few paragraphs; composed from the rest by rules"
    )
    stages: tuple[StageDocument, ...] = Field(description="in the order of the recipe, as far as it has come")
    best: BestDocument | None = Field(description="null until a searching stage has a finished trial")
    test: StageDocument | None = Field(description="the one reading of the test split, after the recipe; null before")
    importances: tuple[ImportanceDocument, ...] = Field(
        description="of the hyperparameters that were searched, most important first; empty while there are few trials"
    )
    sizes: SizesDocument | None = Field(
        description="what accuracy which size of network brings; null unless networks of several sizes were searched"
    )
    stored_in: str = Field(description="folder or database, without password")


class ProblemDocument(Document):
    """One thing that is wrong with the definition, the data or a setting."""

    path: str = Field(description="dotted path in the definition; empty for the whole")
    value: str = Field(description="what was found there, shortened")
    message: str = Field(description="the rule that it breaks")
    next_step: str


class ValidationDocument(Document):
    """``validate --json``."""

    valid: bool
    name: str | None = Field(description="of the study; null if it cannot be read")
    problems: tuple[ProblemDocument, ...]
    task: TaskDocument | None
    space: Facts = Field(description="distributions by dotted path")


class ErrorDocument(Document):
    """What any command prints under ``--json`` when it cannot do its work."""

    error: str = Field(description="the whole message")
    problems: tuple[ProblemDocument, ...]


class StudyLine(Document):
    """One study in a list."""

    id: int
    name: str
    state: StudyState
    abandoned: bool = Field(description="running, but the process that worked on it has ended: run it again")
    reason: str | None
    created_at: datetime
    finished_at: datetime | None


class ListDocument(Document):
    """``list --json``."""

    studies: tuple[StudyLine, ...] = Field(description="newest first")
    stored_in: str
