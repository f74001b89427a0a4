"""Looking at studies, and ending, resting and resuming them."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from hpsearch.access import Key, Scope
from hpsearch.api.caller import Caller, Parts, requires
from hpsearch.api.parts import ServiceParts
from hpsearch.api.problems import refusals
from hpsearch.api.routes.refusing import COMMON
from hpsearch.report.service_documents import StagesDocument, StatusDocument, StudiesDocument
from hpsearch.report.status import service_study_line, stages_document, status_document
from hpsearch.study import StudyState, Wish

router = APIRouter(prefix="/v1/studies", tags=["studies"], responses=COMMON)

LARGEST_ID = 2**31 - 1
StudyId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The number of the study.", examples=[1])]

READING: dict[str, Any] = {"dependencies": [requires(Scope.READ)], "responses": refusals(404)}
STEERING: dict[str, Any] = {
    "dependencies": [requires(Scope.SUBMIT, Scope.ADMIN)],
    "responses": refusals(404, 409),
}
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"model": StatusDocument, "description": "Noted: `study.wish` stands until it is done."}
}


class StudiesQuery(BaseModel):
    """Which studies are listed."""

    model_config = ConfigDict(extra="forbid")

    state: StudyState | None = Field(None, description="Only studies in this state.")
    limit: int = Field(50, ge=1, le=1000, description="Studies on one page at most.")
    cursor: int | None = Field(None, ge=1, le=LARGEST_ID, description="Where the page begins; from `next`.")


@router.get(
    "",
    operation_id="listStudies",
    summary="List studies",
    response_description="One page, newest first.",
    dependencies=[requires(Scope.READ)],
)
def studies(query: Annotated[StudiesQuery, Query()], parts: Parts, caller: Caller) -> StudiesDocument:
    """The owner's studies, or everybody's for a key with the scope admin; page by page with `next`."""
    found = parts.desk.page(caller.whose, after=query.cursor, limit=query.limit + 1, state=query.state)
    page, more = found[: query.limit], found[query.limit :]
    return StudiesDocument(
        studies=tuple(service_study_line(study) for study in page),
        next=next_page("/v1/studies", query, page[-1].id) if more else None,
    )


@router.get(
    "/{study_id}",
    operation_id="readStudy",
    summary="Where a study stands",
    response_description="The study, stage by stage, and the best so far.",
    **READING,
)
def study(study_id: StudyId, parts: Parts, caller: Caller) -> StatusDocument:
    """The study with its stages and rounds, the best trial so far and the time left of the running round.

    Costs the same however many trials there are.
    """
    return _status(parts, caller, study_id)


@router.get(
    "/{study_id}/stages",
    operation_id="listStages",
    summary="The stages of a study",
    response_description="Every stage that has begun or was skipped, in the order of the recipe.",
    **READING,
)
def stages(study_id: StudyId, parts: Parts, caller: Caller) -> StagesDocument:
    """What each stage has measured, what was expected, its verdict, findings and rounds."""
    return stages_document(parts.desk.progress(caller.whose, study_id))


@router.delete(
    "/{study_id}",
    status_code=204,
    operation_id="deleteStudy",
    summary="Delete a study",
    response_description="The study is gone, with its trials and events.",
    **STEERING,
)
def delete(study_id: StudyId, parts: Parts, caller: Caller) -> None:
    """Deletes a study that has ended; any other has to be cancelled first (409)."""
    parts.desk.delete(caller.whose, study_id)


@router.post(
    "/{study_id}/cancel",
    operation_id="cancelStudy",
    summary="Cancel a study",
    response_description="The study is cancelled.",
    dependencies=STEERING["dependencies"],
    responses={**ACCEPTED, **STEERING["responses"]},
)
def cancel(study_id: StudyId, parts: Parts, caller: Caller, response: Response) -> StatusDocument:
    """Ends a study for good; what its trials have found stays. Again: no effect.

    A study that is worked on ends within seconds (202); any other one at once (200).
    """
    return _wish(parts, caller, study_id, Wish.CANCEL, response)


@router.post(
    "/{study_id}/pause",
    operation_id="pauseStudy",
    summary="Pause a study",
    response_description="The study is paused.",
    dependencies=STEERING["dependencies"],
    responses={**ACCEPTED, **STEERING["responses"]},
)
def pause(study_id: StudyId, parts: Parts, caller: Caller, response: Response) -> StatusDocument:
    """Rests a study until it is resumed; trials that have not ended begin again then. Again: no effect.

    A study that is worked on rests within seconds (202); any other one at once (200).
    """
    return _wish(parts, caller, study_id, Wish.PAUSE, response)


@router.post(
    "/{study_id}/resume",
    operation_id="resumeStudy",
    summary="Resume a study",
    response_description="The study waits for its turn, or goes on as if it had not been asked to pause.",
    **STEERING,
)
def resume(study_id: StudyId, parts: Parts, caller: Caller) -> StatusDocument:
    """Lets a paused study wait for its turn again, or takes a wish to pause back. Otherwise no effect."""
    parts.desk.resume(caller.whose, study_id)
    return _status(parts, caller, study_id)


def next_page(path: str, query: BaseModel, cursor: int | str) -> str:
    """The path of the next page: the same query from ``cursor`` on."""
    same = query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor"})
    words = {key: str(value).lower() if isinstance(value, bool) else value for key, value in same.items()}
    return f"{path}?{urlencode({**words, 'cursor': cursor})}"


def _wish(parts: ServiceParts, caller: Key, study_id: int, wish: Wish, response: Response) -> StatusDocument:
    record = parts.desk.wish(caller.whose, study_id, wish)
    response.status_code = 202 if record.wish is not None else 200
    return _status(parts, caller, study_id)


def _status(parts: ServiceParts, caller: Key, study_id: int) -> StatusDocument:
    return status_document(parts.desk.progress(caller.whose, study_id))
