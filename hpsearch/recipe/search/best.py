"""Which trial of a study is the best so far."""

from collections.abc import Sequence

from hpsearch.recipe.plan import Best
from hpsearch.stage import SEARCHES
from hpsearch.study import StudyDefinition, objective_for
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial, ranked


def best_trial(trials: Sequence[FinishedTrial], study: StudyDefinition, task: Task) -> FinishedTrial | None:
    """The best trial of the fine search, or of the coarse one until a fine trial has ended well; None if none has."""
    for stage in SEARCHES:
        found = ranked([trial for trial in trials if trial.job.stage is stage], objective_for(study.objective, task))
        if found:
            return found[0]
    return None


def best_so_far(trials: Sequence[FinishedTrial], study: StudyDefinition, task: Task) -> Best | None:
    """The same as a fact to hold others against."""
    trial = best_trial(trials, study, task)
    if trial is None or trial.result.value is None:
        return None
    stage = trial.job.stage
    epochs = sum(len(one.result.epochs) for one in trials if one.job.stage is stage)
    return Best(stage, trial.job.number, trial.result.value, epochs)
