"""What is known of a study: its record, its stages and its trials, as the store gives them back."""

from dataclasses import dataclass
from datetime import datetime

from hpsearch.cohort import Arranged
from hpsearch.space import Point
from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.study import LOCAL, Origin, StudyDefinition, StudyState, Wish
from hpsearch.task import Task
from hpsearch.trial import TrialResult
from hpsearch.verdict import Verdict


@dataclass(frozen=True)
class StudyRecord:
    """One study. Times are the database's, in UTC."""

    id: int
    name: str
    """The definition's name, with a number behind it when another study of the same owner has taken that name."""
    definition: StudyDefinition
    state: StudyState
    reason: str | None
    """Why it failed or was interrupted."""
    task: Task | None
    """None until its data were first loaded."""
    created_at: datetime
    finished_at: datetime | None
    owner: str = LOCAL
    """Whose it is; names are unique among the studies of one owner."""
    origin: Origin = Origin.RUN
    wish: Wish | None = None
    """What its user has asked of it and has not got yet."""
    deadline: datetime | None = None
    """When it fails unless its state changes before; None: never."""


@dataclass(frozen=True)
class StageRecord:
    """One round of one stage."""

    stage: StageName
    round: int
    planned: int
    """Number of trials in the plan of this round."""
    verdict: Verdict | None
    """None while it runs."""
    started_at: datetime
    finished_at: datetime | None
    speed: Speed | None = None
    """None until a process has trained for it to the end of its work."""


@dataclass(frozen=True)
class TrialRecord:
    """One planned trial, with its result once there is one."""

    stage: StageName
    round: int
    number: int
    parameters: Point
    result: TrialResult | None


@dataclass(frozen=True)
class StudyResults:
    """A study with its stages in the order of the recipe and its trials by stage and number."""

    study: StudyRecord
    stages: tuple[StageRecord, ...]
    trials: tuple[TrialRecord, ...]
    arrangements: tuple[Arranged, ...] = ()
    """By stage and shape; jobs that none of them holds for are trained in the default arrangement."""

    def of_stage(self, stage: StageName) -> tuple[TrialRecord, ...]:
        """The trials of one stage, all rounds, by number."""
        return tuple(trial for trial in self.trials if trial.stage is stage)
