"""Composes the report document of a study from what the store knows of it."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from hpsearch.report.architecture import importance_documents, sizes_document
from hpsearch.report.best import best_trials, objective_of
from hpsearch.report.documents import (
    BestDocument,
    ListDocument,
    ReportDocument,
    StudyDocument,
    StudyLine,
    TaskDocument,
)
from hpsearch.report.stages import stage_documents
from hpsearch.report.story import story
from hpsearch.results import StudyRecord, StudyResults
from hpsearch.stage import RECIPE, StageName
from hpsearch.task import Task
from hpsearch.verdict import Outcome


def report_document(results: StudyResults, stored_in: str, abandoned: bool = False) -> ReportDocument:
    """All that is known of a study; ``stored_in`` is the folder or database, without password.

    ``abandoned``: the study is running, and yet nobody works on it.
    """
    told = ReportDocument(
        study=study_document(results.study, abandoned),
        story=(),
        stages=stage_documents(RECIPE, results.stages, results.trials),
        best=best_document(results),
        test=next(iter(stage_documents((StageName.TEST,), results.stages, results.trials)), None),
        importances=importance_documents(results),
        sizes=sizes_document(results),
        stored_in=stored_in,
    )
    best = next(iter(best_trials(results)), None)
    epoch = best.best_epoch if best else None
    return told.model_copy(update={"story": story(told, epoch.train_accuracy if epoch else None)})


def list_document(
    studies: Sequence[StudyRecord], stored_in: str, abandoned: AbstractSet[int] = frozenset()
) -> ListDocument:
    """The given studies, newest first; ``abandoned`` has the ids of those that run although nobody works on them."""
    newest_first = sorted(studies, key=lambda study: study.id, reverse=True)
    return ListDocument(
        studies=tuple(
            StudyLine(
                id=study.id,
                name=study.name,
                state=study.state,
                abandoned=study.id in abandoned,
                reason=study.reason,
                created_at=study.created_at,
                finished_at=study.finished_at,
            )
            for study in newest_first
        ),
        stored_in=stored_in,
    )


def study_document(study: StudyRecord, abandoned: bool = False) -> StudyDocument:
    """The study itself, without its stages."""
    objective = objective_of(study)
    return StudyDocument(
        id=study.id,
        name=study.name,
        state=study.state,
        abandoned=abandoned,
        reason=study.reason,
        seed=study.definition.seed,
        metric=objective.metric if objective else None,
        task=task_document(study.task) if study.task else None,
        created_at=study.created_at,
        finished_at=study.finished_at,
    )


def task_document(task: Task) -> TaskDocument:
    """What the data ask for."""
    return TaskDocument(
        loss=task.loss,
        input_shape=task.input_shape,
        outputs=task.outputs,
        train_samples=task.train_samples,
        validation_samples=task.validation_samples,
        test_samples=task.test_samples,
        initial_loss=task.initial_loss,
        guessing_accuracy=task.guessing_accuracy if task.is_classification else None,
    )


def best_document(results: StudyResults) -> BestDocument | None:
    """The best trial with its reading of the test split; None until a searching stage has a finished trial."""
    best = next(iter(best_trials(results)), None)
    if best is None:
        return None
    epoch = best.best_epoch
    reading = next((trial.result for trial in results.of_stage(StageName.TEST) if trial.result), None)
    return BestDocument(
        stage=best.stage,
        trial=best.number,
        parameters=dict(best.parameters),
        epoch=best.result.best_epoch,
        val_accuracy=epoch.val_accuracy if epoch else None,
        val_loss=epoch.val_loss if epoch else None,
        test_accuracy=reading.test_accuracy if reading else None,
        test_loss=reading.test_loss if reading else None,
        test_reason=test_reason(results),
    )


def test_reason(results: StudyResults) -> str | None:
    """Why the test split was not read; None if it was, or is not yet."""
    verdicts = [record.verdict for record in results.stages if record.stage is StageName.TEST and record.verdict]
    return next((verdict.summary for verdict in verdicts if verdict.outcome is not Outcome.PASS), None)
