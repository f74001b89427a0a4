"""Which trial of a study is the best, and how its trials rank."""

from collections.abc import Sequence
from dataclasses import dataclass

from hpsearch.results import StudyRecord, StudyResults, TrialRecord
from hpsearch.space import Point
from hpsearch.stage import SEARCHES, StageName
from hpsearch.study import Objective, objective_for
from hpsearch.trial import EpochRecord, TrialResult


@dataclass(frozen=True)
class ScoredTrial:
    """A trial that ended well and has a value: only such a trial can be the best."""

    stage: StageName
    number: int
    parameters: Point
    value: float
    result: TrialResult

    @property
    def best_epoch(self) -> EpochRecord | None:
        """What its best epoch looked like; None if the epochs were not recorded."""
        return next((epoch for epoch in self.result.epochs if epoch.epoch == self.result.best_epoch), None)


def objective_of(study: StudyRecord) -> Objective | None:
    """What the study's trials are compared by; None if that follows from data that were not loaded yet."""
    chosen = study.definition.objective
    return chosen if study.task is None else objective_for(chosen, study.task)


def scored(trials: Sequence[TrialRecord], objective: Objective) -> list[ScoredTrial]:
    """The trials that have a value (failed ones have none), best first; equal ones in trial order."""
    sign = -1.0 if objective.sense == "maximize" else 1.0
    found = [
        ScoredTrial(trial.stage, trial.number, trial.parameters, result.value, result)
        for trial in trials
        if (result := trial.result) is not None and result.value is not None
    ]
    return sorted(found, key=lambda trial: (sign * trial.value, trial.number))


def best_trials(results: StudyResults) -> list[ScoredTrial]:
    """The trials of the fine search, best first; those of the coarse search until a fine one has ended well."""
    objective = objective_of(results.study)
    if objective is None:
        return []
    for stage in SEARCHES:
        if found := scored(results.of_stage(stage), objective):
            return found
    return []
