"""Stored trials: their job is made again, and the same is found as when they were trained."""

from dataclasses import replace
from datetime import UTC, datetime

from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.diagnosis.recorded import diagnose_recorded
from hpsearch.results import StudyRecord, TrialRecord
from hpsearch.search_job import EPOCHS, SCHEDULE, search_job
from hpsearch.stage import StageName
from hpsearch.study import StudyState
from hpsearch.trial import FinishedTrial
from tests.diagnosis.curve_cases import POINT, SOUND, STUDY, TASK, Drawn, constant

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECORD = StudyRecord(1, "digits", STUDY, StudyState.RUNNING, None, TASK, NOW, None)
OVERFITTING = replace(SOUND, validation_error=constant(0.2))


def stored(drawn: Drawn, **point: object) -> TrialRecord:
    return TrialRecord(StageName.FINE, 0, drawn.number, {**POINT, **point}, drawn.trial.result)  # type: ignore[dict-item]


def test_a_stored_trial_shows_what_its_training_showed() -> None:
    longer = stored(replace(OVERFITTING, epochs=24), **{EPOCHS: 24, SCHEDULE: "cosine"})
    found = diagnose_recorded(longer, RECORD)
    assert [finding.code for finding in found] == ["HC203"]
    job = search_job(STUDY, StageName.FINE, longer.number, longer.parameters)
    assert (job.budget.epochs, job.optimizer.schedule) == (24, "cosine")
    assert longer.result is not None
    assert found == diagnose(FinishedTrial(job, longer.result), STUDY, TASK)


def test_nothing_is_read_from_what_is_not_there() -> None:
    trial = stored(OVERFITTING)
    assert diagnose_recorded(trial, RECORD) != ()
    assert trial.result is not None
    thinned = replace(trial, result=replace(trial.result, step_losses=trial.result.step_losses[::3]))
    swept = replace(trial, stage=StageName.LR_SWEEP, result=replace(trial.result, stage=StageName.LR_SWEEP))
    assert diagnose_recorded(thinned, RECORD) == ()
    assert diagnose_recorded(swept, RECORD) == ()
    assert diagnose_recorded(replace(trial, result=None), RECORD) == ()
    assert diagnose_recorded(trial, replace(RECORD, task=None)) == ()
