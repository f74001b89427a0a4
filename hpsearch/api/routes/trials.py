"""The trials of a study: page by page, and one by one with their curves."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from hpsearch.access import Scope
from hpsearch.api.caller import Caller, Parts, requires
from hpsearch.api.problems import refusals
from hpsearch.api.routes.refusing import COMMON
from hpsearch.api.routes.studies import READING, StudyId, next_page
from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.progress import Progress, TrialQuery
from hpsearch.report.service_documents import TrialDetailDocument, TrialsDocument
from hpsearch.report.status import trial_detail, trial_line
from hpsearch.stage import StageName

router = APIRouter(prefix="/v1/studies/{study_id}/trials", tags=["trials"], responses=COMMON)

LARGEST_NUMBER = 2**31 - 1


class TrialsQuery(BaseModel):
    """Which trials are listed, in which order."""

    model_config = ConfigDict(extra="forbid")

    stage: StageName | None = Field(None, description="Only trials of this stage.")
    state: Progress | None = Field(None, description="Only trials that stand there.")
    sort: Literal["number", "value", "duration"] = Field(
        "number", description="`number`: in the order of the recipe. Trials without a value or duration come last."
    )
    descending: bool = Field(False, description="Largest first.")
    limit: int = Field(100, ge=1, le=1000, description="Trials on one page at most.")
    cursor: str | None = Field(
        None, max_length=500, description="Where the page begins; from `next` of the same query."
    )


@router.get(
    "",
    operation_id="listTrials",
    summary="List trials",
    response_description="One page of trials.",
    dependencies=[requires(Scope.READ)],
    responses=refusals(404),
)
def trials(study_id: StudyId, query: Annotated[TrialsQuery, Query()], parts: Parts, caller: Caller) -> TrialsDocument:
    """Trials without their curves, filtered and sorted; page by page with `next`. Ties are in trial order."""
    try:
        page = parts.desk.trials(caller.whose, study_id, TrialQuery(**query.model_dump()))
    except ValueError as error:
        step = "Take it from `next` of the same query, or leave it out."
        raise DefinitionError([Problem("query.cursor", shown(query.cursor), str(error), step)]) from None
    path = f"/v1/studies/{study_id}/trials"
    return TrialsDocument(
        trials=tuple(trial_line(trial) for trial in page.trials),
        next=None if page.next_cursor is None else next_page(path, query, page.next_cursor),
    )


@router.get(
    "/{stage}/{number}",
    operation_id="readTrial",
    summary="One trial with its curves",
    response_description="The trial.",
    **READING,
)
def trial(
    study_id: StudyId,
    stage: Annotated[StageName, Path(description="The stage of the recipe.", examples=["coarse"])],
    number: Annotated[int, Path(ge=0, le=LARGEST_NUMBER, description="Within the stage, from 0.", examples=[0])],
    parts: Parts,
    caller: Caller,
) -> TrialDetailDocument:
    """One trial: what it trained with, what it reached, its curves of loss and accuracy, and what they say."""
    found = parts.desk.trial(caller.whose, study_id, stage, number)
    return trial_detail(found, parts.desk.study(caller.whose, study_id))
