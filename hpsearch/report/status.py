"""Composes the documents that the service gives of a running study."""

from collections.abc import Sequence

from hpsearch.class_counts import ClassCounts
from hpsearch.diagnosis.recorded import diagnose_recorded
from hpsearch.progress import Event, EventKind, RoundProgress, StudyProgress, TrialLine
from hpsearch.report.best import ScoredTrial, objective_of
from hpsearch.report.compose import task_document
from hpsearch.report.documents import BestDocument
from hpsearch.report.service_documents import (
    ClassCountDocument,
    ClassCountsDocument,
    EpochDocument,
    EventDocument,
    LayerScaleDocument,
    RoundStatusDocument,
    ServiceStudyDocument,
    ServiceStudyLine,
    StagesDocument,
    StageStatusDocument,
    StatusDocument,
    TrialDetailDocument,
    TrialLineDocument,
)
from hpsearch.report.speed_documents import speed_document
from hpsearch.report.stages import finding_document, finding_documents, merged_outcome, trial_document, written
from hpsearch.results import StudyRecord, TrialRecord
from hpsearch.stage import StageName
from hpsearch.study import StudyState
from hpsearch.trial import TrialResult, TrialState
from hpsearch.verdict import Outcome


def status_document(progress: StudyProgress) -> StatusDocument:
    """Where a study stands."""
    return StatusDocument(
        study=service_study(progress.study),
        stages=stages_document(progress).stages,
        best=best_so_far(progress),
        time_left_s=time_left_s(progress),
        at=progress.at,
    )


def service_study_line(study: StudyRecord) -> ServiceStudyLine:
    """A study in a list."""
    return ServiceStudyLine(
        id=study.id,
        name=study.name,
        owner=study.owner,
        state=study.state,
        wish=study.wish,
        reason=study.reason,
        created_at=study.created_at,
        finished_at=study.finished_at,
        deadline=study.deadline,
    )


def service_study(study: StudyRecord) -> ServiceStudyDocument:
    """A study on its own."""
    objective = objective_of(study)
    return ServiceStudyDocument(
        **service_study_line(study).model_dump(),
        seed=study.definition.seed,
        metric=objective.metric if objective else None,
        task=task_document(study.task) if study.task else None,
    )


def stages_document(progress: StudyProgress) -> StagesDocument:
    """The stages that have begun or were skipped."""
    names = [name for name in StageName if any(found.stage is name for found in progress.rounds)]
    return StagesDocument(
        stages=tuple(_stage(name, [found for found in progress.rounds if found.stage is name]) for name in names)
    )


def round_status(found: RoundProgress) -> RoundStatusDocument:
    """One round."""
    verdict = found.verdict
    return RoundStatusDocument(
        round=found.round,
        planned=found.planned,
        waiting=found.planned - found.running - found.done,
        running=found.running,
        complete=found.complete,
        pruned=found.pruned,
        failed=found.failed,
        verdict=verdict.outcome if verdict else None,
        summary=verdict.summary if verdict else "",
        started_at=found.started_at,
        finished_at=found.finished_at,
        speed=speed_document(found.speed),
    )


def _stage(name: StageName, found: Sequence[RoundProgress]) -> StageStatusDocument:
    rounds = tuple(round_status(one) for one in found)
    judged = [one.verdict for one in found if one.verdict is not None]
    last = judged[-1] if judged else None
    return StageStatusDocument(
        name=name,
        verdict=merged_outcome(judged) if last and rounds[-1].verdict and not last.again else None,
        summary=last.summary if last else "",
        planned=sum(one.planned for one in rounds),
        waiting=sum(one.waiting for one in rounds),
        running=sum(one.running for one in rounds),
        complete=sum(one.complete for one in rounds),
        pruned=sum(one.pruned for one in rounds),
        failed=sum(one.failed for one in rounds),
        measured=dict(last.measured) if last else {},
        expected=dict(last.expected) if last else {},
        findings=finding_documents(judged),
        handed_on=written(last.handed_on) if last else {},
        handed_on_reason=last.handed_on_reason if last else "",
        best_trial=last.best_trial if last else None,
        rounds=rounds,
    )


def best_so_far(progress: StudyProgress) -> BestDocument | None:
    """The best trial, with the reading of the test split once that was done."""
    best, test = progress.best, progress.test
    if best is None or best.result is None or best.result.value is None:
        return None
    scored = ScoredTrial(best.stage, best.number, best.parameters, best.result.value, best.result)
    epoch = scored.best_epoch
    reading = test.result if test else None
    verdicts = [one.verdict for one in progress.rounds if one.stage is StageName.TEST and one.verdict]
    return BestDocument(
        stage=best.stage,
        trial=best.number,
        parameters=dict(best.parameters),
        epoch=best.result.best_epoch,
        val_accuracy=epoch.val_accuracy if epoch else None,
        val_loss=epoch.val_loss if epoch else None,
        test_accuracy=reading.test_accuracy if reading else None,
        test_loss=reading.test_loss if reading else None,
        test_reason=next((one.summary for one in verdicts if one.outcome is not Outcome.PASS), None),
    )


def time_left_s(progress: StudyProgress) -> float | None:
    """Until the running round ends, if its other trials take as long as those that have ended.

    A rough guess (heuristic): trials differ in length, and a rest in the middle of the round counts as work.
    """
    running = next((found for found in progress.rounds if found.verdict is None), None)
    if progress.study.state is not StudyState.RUNNING or running is None or not running.done:
        return None
    spent_s = max(0.0, (progress.at - running.started_at).total_seconds())
    return spent_s / running.done * (running.planned - running.done)


def trial_line(trial: TrialLine) -> TrialLineDocument:
    """One trial of a page."""
    return TrialLineDocument(**{**vars(trial), "parameters": dict(trial.parameters)})


def trial_detail(trial: TrialRecord, study: StudyRecord) -> TrialDetailDocument:
    """One trial with its curves, and what they say."""
    result = trial.result or TrialResult(trial.stage, trial.number, TrialState.COMPLETE)  # empty curves
    return TrialDetailDocument(
        **trial_document(trial).model_dump(),
        epochs=tuple(EpochDocument(**vars(epoch)) for epoch in result.epochs),
        step_losses=result.step_losses,
        step_accuracies=result.step_accuracies,
        layers=tuple(LayerScaleDocument(**vars(layer)) for layer in result.layers),
        without_gradient=result.without_gradient,
        class_counts=None if result.class_counts is None else class_counts_document(result.class_counts),
        learned=result.learned,
        test_loss=result.test_loss,
        test_accuracy=result.test_accuracy,
        findings=tuple(finding_document(finding) for finding in diagnose_recorded(trial, study)),
    )


def class_counts_document(counts: ClassCounts) -> ClassCountsDocument:
    """Of one trial."""
    listed = tuple(ClassCountDocument(**vars(one)) for one in counts.listed)
    return ClassCountsDocument(**{**vars(counts), "listed": listed})


def event_document(event: Event, progress: StudyProgress, trial: TrialLine | None) -> EventDocument:
    """An event with what is known of it now; ``trial`` is the one it is about, if it is about one."""
    number = trial.round if trial else event.number
    about = None if event.kind in (EventKind.STATE, EventKind.WISH) else (event.stage, number)
    found = next((one for one in progress.rounds if (one.stage, one.round) == about), None)
    verdict = found.verdict if found and event.kind is EventKind.VERDICT else None
    study = progress.study
    reason = study.reason if event.kind is EventKind.STATE and study.state == event.detail else None
    return EventDocument(
        id=event.id,
        study=event.study_id,
        kind=event.kind,
        stage=event.stage,
        number=event.number,
        detail=event.detail,
        at=event.at,
        value=trial.value if trial else None,
        reason=trial.reason if trial else reason,
        summary=verdict.summary if verdict else None,
        progress=round_status(found) if found else None,
    )
