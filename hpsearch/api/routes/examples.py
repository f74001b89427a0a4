"""An example of what each call answers: one small study, through the same functions that write real answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from hpsearch.api.routes.definitions import EXAMPLE, YAML_EXAMPLE
from hpsearch.api.routes.offers import network
from hpsearch.checked import CheckDose, Checked, CheckRecord, CheckState, CheckVerdict, Part
from hpsearch.preflight.offered import OFFERED
from hpsearch.progress import Progress, RoundProgress, StudyProgress, TrialLine
from hpsearch.recipe.count import most_trials
from hpsearch.report.check_compose import check_document
from hpsearch.report.check_documents import CheckDocument
from hpsearch.report.compose import report_document
from hpsearch.report.service_checks import ChecksDocument, check_line, service_check
from hpsearch.report.service_documents import (
    DatasetOffer,
    DatasetsDocument,
    DefinitionCheckDocument,
    NetworksDocument,
    StudiesDocument,
    TrialsDocument,
)
from hpsearch.report.stages import written
from hpsearch.report.status import service_study_line, stages_document, status_document, trial_detail, trial_line
from hpsearch.results import StageRecord, StudyRecord, StudyResults, TrialRecord
from hpsearch.stage import StageName
from hpsearch.study import Origin, StudyDefinition, StudyState
from hpsearch.task import Task
from hpsearch.trial import EpochRecord, LayerScale, TrialResult, TrialState

BEGUN = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
STAGE = StageName.COARSE
TASK = Task("cross_entropy", (1, 8, 8), 10, 1100, 340, 357, (34,) * 10)
PARAMETERS = {"network.width": 32, "optimizer.learning_rate": 0.03, "optimizer.weight_decay": 0.0001}


def examples() -> dict[str, Any]:
    """JSON by the name of the operation, with the status behind it where that is not its only one."""
    study = _study()
    progress = StudyProgress(study, (_round(),), _trial(), None, BEGUN + timedelta(minutes=2))
    status = status_document(progress)
    documents: dict[str, BaseModel] = {
        "submitStudy": status_document(StudyProgress(_study(StudyState.WAITING), (), None, None, BEGUN)),
        "validateDefinition": DefinitionCheckDocument(
            valid=True,
            name=study.name,
            problems=(),
            space=written(study.definition.space),
            trials=most_trials(study.definition),
        ),
        "listStudies": StudiesDocument(studies=(service_study_line(study),), next=None),
        "readStudy": status,
        "listStages": stages_document(progress),
        "cancelStudy": status_document(StudyProgress(_study(StudyState.CANCELLED), (), None, None, BEGUN)),
        "pauseStudy": status_document(StudyProgress(_study(StudyState.PAUSED), (), None, None, BEGUN)),
        "resumeStudy": status_document(StudyProgress(_study(StudyState.WAITING), (), None, None, BEGUN)),
        "listTrials": TrialsDocument(trials=(trial_line(_line()),), next=None),
        "readTrial": trial_detail(_trial(), study),
        "readReport": report_document(_results(), "http://127.0.0.1:8000"),
        "checkDefinition": service_check(_check(CheckState.COMPLETE), _checked()),
        "checkDefinition 202": service_check(_check(CheckState.RUNNING), None),
        "readCheck": service_check(_check(CheckState.COMPLETE), _checked()),
        "readCheck 202": service_check(_check(CheckState.RUNNING), None),
        "listChecks": ChecksDocument(checks=(check_line(_check(CheckState.RUNNING)),), next=None),
        "listNetworks": NetworksDocument(networks=(network("convnet"),), factories=()),
        "readNetwork": network("convnet"),
        "listDatasets": DatasetsDocument(
            datasets=tuple(
                DatasetOffer(
                    name=name,
                    description=offer.description,
                    needs_path=offer.needs_path,
                    available=not offer.needs_path,
                )
                for name, offer in OFFERED.items()
            )
        ),
    }
    return {name: document.model_dump(mode="json") for name, document in documents.items()}


def add_examples(document: dict[str, Any]) -> None:
    """Gives the successful answers of an OpenAPI document their examples."""
    made = examples()
    for calls in document["paths"].values():
        for call in calls.values():
            for status, answer in call["responses"].items():
                content = answer.get("content", {}).get("application/json")
                if content is not None and status < "300" and call["operationId"] in made:
                    content["example"] = made.get(f"{call['operationId']} {status}", made[call["operationId"]])


def _study(state: StudyState = StudyState.RUNNING) -> StudyRecord:
    return StudyRecord(
        id=1,
        name="digits",
        definition=StudyDefinition.model_validate(EXAMPLE),
        state=state,
        reason=None,
        task=None if state is StudyState.WAITING else TASK,
        created_at=BEGUN,
        finished_at=BEGUN if state is StudyState.CANCELLED else None,
        owner="ada",
        origin=Origin.SERVICE,
        deadline=None if state is StudyState.CANCELLED else BEGUN + timedelta(days=1),
    )


def _check(state: CheckState) -> CheckRecord:
    definition = StudyDefinition.model_validate(EXAMPLE)
    over = state is CheckState.COMPLETE
    return CheckRecord(
        id=1,
        owner="ada",
        name=definition.name,
        written=YAML_EXAMPLE,
        dose=CheckDose(budget_s=60.0),
        state=state,
        reason=None,
        verdict=CheckVerdict.PASS if over else None,
        problems=(),
        report=_checked().model_dump_json() if over else None,
        created_at=BEGUN,
        started_at=BEGUN,
        finished_at=BEGUN + timedelta(seconds=5) if over else None,
    )


def _checked() -> CheckDocument:
    part = Part("data", CheckVerdict.PASS, "nothing found", duration_s=0.2)
    return check_document(Checked("digits", TASK, (part,), (), ()))


def _round() -> RoundProgress:
    return RoundProgress(
        stage=STAGE,
        round=0,
        planned=16,
        running=2,
        complete=9,
        pruned=0,
        failed=1,
        verdict=None,
        started_at=BEGUN + timedelta(minutes=1),
        finished_at=None,
    )


def _trial() -> TrialRecord:
    epochs = (EpochRecord(1, 0.91, 0.74, 0.62, 0.83), EpochRecord(2, 0.35, 0.9, 0.31, 0.93))
    result = TrialResult(
        stage=STAGE,
        number=3,
        state=TrialState.COMPLETE,
        value=0.93,
        best_epoch=2,
        step_losses=(2.31, 0.88, 0.4),
        step_accuracies=(0.09, 0.75, 0.89),
        epochs=epochs,
        layers=(LayerScale("conv1", "Conv2d", 0.0, 1.02, 0.0),),
        duration_s=4.2,
    )
    return TrialRecord(STAGE, 0, 3, PARAMETERS, result)


def _line() -> TrialLine:
    return TrialLine(
        stage=STAGE,
        round=0,
        number=3,
        parameters=PARAMETERS,
        state=Progress.COMPLETE,
        value=0.93,
        best_epoch=2,
        failure=None,
        reason=None,
        started_at=BEGUN + timedelta(seconds=61),
        finished_at=BEGUN + timedelta(seconds=65.2),
        duration_s=4.2,
    )


def _results() -> StudyResults:
    judged = StageRecord(STAGE, 0, 1, None, BEGUN + timedelta(minutes=1), None)
    return StudyResults(_study(), (judged,), (_trial(),))
