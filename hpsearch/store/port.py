"""What a store of studies can do: the contract that every store keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hpsearch.cohort import Arranged
from hpsearch.job import Job
from hpsearch.results import StudyRecord, StudyResults
from hpsearch.space import Space
from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition, StudyState, Wish
from hpsearch.task import Task
from hpsearch.trial import TrialResult
from hpsearch.verdict import Verdict


@dataclass(frozen=True)
class Lease:
    """The right to write the results of one study, until it is released or somebody else has claimed the study."""

    study_id: int
    fence: int
    """Rises with every claim of the study; only the newest may write."""


@dataclass(frozen=True)
class Renewal:
    """What whoever renews a lease is told."""

    wish: Wish | None
    """What the study's user wants of it."""
    time_left_s: float | None
    """Until the study's time is up; None: it has no limit."""


@dataclass(frozen=True)
class Claim:
    """A study of the queue and the right to work on it."""

    study: StudyRecord
    lease: Lease


class StudyStore(Protocol):
    """Studies with their stages and trials. May be used from several threads.

    Every method raises DatabaseUnavailableError where the database cannot be reached, and NotFoundError for a study
    that does not exist. A method that takes a lease raises LeaseLostError, and changes nothing, if the lease is not
    the newest of its study or was released; an expired lease that nobody has claimed since may still write.
    """

    def create(self, definition: StudyDefinition) -> StudyRecord:
        """A new study of the owner ``local`` that waits for this process.

        It has the definition's name or, if that is taken, with ``-2``, ``-3`` … behind it. The name never changes.
        """
        ...

    def find(self, identity: str) -> StudyRecord | None:
        """The newest study of ``create`` whose definition has this identity."""
        ...

    def named(self, name: str) -> StudyRecord:
        """The study of that name, of the owner ``local`` if several have one; the NotFoundError names near ones."""
        ...

    def studies(self) -> list[StudyRecord]:
        """All studies of all owners, newest first."""
        ...

    def results(self, study_id: int) -> StudyResults:
        """The study with all its stages and trials, as they were at one moment."""
        ...

    def claim(self, study_id: int, holder: str, seconds: float) -> Lease | None:
        """The right to work on the study for so many seconds; None while the lease of another holder is alive.

        The study is running then, without a reason, and trials that a former holder had begun wait again. Raises
        LeaseLostError for a study that has ended or is paused: there is nothing to work on.
        """
        ...

    def holder(self, study_id: int) -> str | None:
        """Who has a lease that is alive; None if nobody has."""
        ...

    def seize(self, study_id: int, dead_holder: str, new_holder: str, seconds: float) -> Lease | None:
        """``claim`` before the lease has expired, by a caller who knows that ``dead_holder`` is dead.

        None if ``dead_holder`` does not hold the study any more.
        """
        ...

    def renew(self, lease: Lease, seconds: float) -> Renewal:
        """Makes the lease last for so many seconds from now."""
        ...

    def release(self, lease: Lease, state: StudyState, reason: str | None, retry_s: float = 0.0) -> None:
        """Ends the work: the study is interrupted, paused, complete, failed or cancelled, and free.

        What its user wants by now decides between the first two: an interrupted study with a wish is as the wish
        says, and one to be paused whose user has taken the wish back is interrupted. An interrupted study stays in
        the queue of the service for at least ``retry_s``. Again with the same: no effect. Raises ValueError for
        another state.
        """
        ...

    def set_task(self, lease: Lease, task: Task) -> None:
        """Writes down what the loaded data turned out to be."""
        ...

    def start_round(self, lease: Lease, stage: StageName, round_number: int, jobs: Sequence[Job], space: Space) -> None:
        """Writes down a round and all its trials, which wait from now on. Again with the same plan: no effect.

        ``space`` has the distribution that each parameter was drawn from. Raises ValueError, and changes nothing, for
        another plan than that of the first time, and for rounds or trials that leave a gap.
        """
        ...

    def start_trials(self, lease: Lease, stage: StageName, numbers: Sequence[int]) -> None:
        """Marks those of the trials that wait as running; for onlookers only."""
        ...

    def save_results(self, lease: Lease, results: Sequence[TrialResult]) -> tuple[TrialResult, ...]:
        """Writes down what came of trials, all or none; gives back those that were not known already.

        The others have no effect. After a lost connection a result that is not given back may also be one that the
        first try has written. Raises ValueError, and changes nothing, for a trial that no round has planned.
        """
        ...

    def note_progress(self, lease: Lease) -> None:
        """Says that trials have come on although nothing of them can be written down yet.

        Conductors that die with the study from now on are counted anew.
        """
        ...

    def save_arrangement(self, lease: Lease, arranged: Arranged) -> None:
        """Writes down how jobs of one shape are trained in a stage; the first one holds, later ones have no effect."""
        ...

    def save_speed(self, lease: Lease, stage: StageName, round_number: int, speed: Speed) -> None:
        """Writes down how fast a started round went so far, in place of what was known of it."""
        ...

    def save_verdict(self, lease: Lease, verdict: Verdict) -> None:
        """Ends a round with its verdict. Again with the same: no effect.

        A skipped stage needs no round: it gets one without trials. Raises ValueError, and changes nothing, for
        another verdict than that of the first time and for a round that was not started.
        """
        ...
