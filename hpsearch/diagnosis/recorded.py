"""What the curves of a stored trial say: its job is made again from the definition, and nothing is stored twice."""

import math

from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Finding
from hpsearch.results import StudyRecord, TrialRecord
from hpsearch.search_job import search_job
from hpsearch.stage import SEARCHES
from hpsearch.trial import FinishedTrial, TrialState

KEPT = 0.9
"""With fewer of its iterations than this a curve was thinned by whoever read it: nothing is read from it."""


def diagnose_recorded(trial: TrialRecord, study: StudyRecord) -> tuple[Finding, ...]:
    """The findings of one trial of a search; none while it runs, for other stages, for curves that were thinned, and
    where the parameters are not those of the definition, so that no job can be made."""
    result, task = trial.result, study.task
    if result is None or task is None or trial.stage not in SEARCHES:
        return ()
    if not study.definition.space.keys() <= trial.parameters.keys():
        return ()
    job = search_job(study.definition, trial.stage, trial.number, trial.parameters)
    steps = len(result.epochs) * math.ceil(task.train_samples / job.batch_size)
    if result.state is TrialState.COMPLETE and len(result.step_losses) < KEPT * steps:
        return ()
    return diagnose(FinishedTrial(job, result), study.definition, task)
