"""Handing in a study, and checking a definition without handing it in."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from hpsearch.access import Scope
from hpsearch.api.caller import Caller, Parts, concerns, requires
from hpsearch.api.problems import refusals
from hpsearch.api.routes.definitions import (
    ANY_SECTION,
    CHECKED,
    DEFINITION,
    SUBMITTED,
    DefinitionBody,
    definition_of,
    request_body,
)
from hpsearch.api.routes.refusing import COMMON
from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.preflight.document import parse_document
from hpsearch.preflight.fingerprint import fingerprinted
from hpsearch.progress import StudyProgress
from hpsearch.recipe.count import most_trials
from hpsearch.report.problems import problem_documents
from hpsearch.report.service_documents import DefinitionCheckDocument, StatusDocument
from hpsearch.report.stages import written
from hpsearch.report.status import status_document
from hpsearch.store.submitting import Request as Repeatable
from hpsearch.study import StudyDefinition

router = APIRouter(prefix="/v1", tags=["studies"], responses=COMMON)

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="A name of your own for this request (1 to 200 visible ASCII characters). The same request again "
        "gets the same answer and submits nothing; another body under the same name is a conflict.",
        examples=["b3c1d2f0-night-run"],
    ),
]


@router.post(
    "/studies",
    status_code=201,
    response_model=StatusDocument,
    operation_id="submitStudy",
    summary="Submit a study",
    response_description="The study is stored and waits for its turn.",
    dependencies=[requires(Scope.SUBMIT)],
    openapi_extra=request_body(SUBMITTED, DEFINITION),
    responses={
        201: {
            "headers": {
                "Location": {"description": "The path of the study.", "schema": {"type": "string"}},
                "Idempotency-Replayed": {
                    "description": "`true` where this is the answer to an earlier request.",
                    "schema": {"type": "string"},
                },
            }
        },
        **refusals(409, 415),
    },
)
def submit(
    request: Request,
    response: Response,
    body: DefinitionBody,
    parts: Parts,
    caller: Caller,
    name: IdempotencyKey = None,
) -> StatusDocument:
    """Stores a study, which runs as soon as it is its turn.

    The answer comes after the study was committed. A definition that cannot be used is refused with every problem at
    once, each with its path, and nothing is stored. Data and network are only looked at once the study runs.
    """
    definition = with_sources(definition_of(body, parts, caller))
    asked = None if name is None else Repeatable(name, body.digest)
    submission = parts.desk.submit(caller, definition, asked)
    study = submission.study
    concerns(request, study.id)
    response.headers["Location"] = f"/v1/studies/{study.id}"
    if submission.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return status_document(StudyProgress(study, (), None, None, study.created_at))


@router.post(
    "/validate",
    response_model=DefinitionCheckDocument,
    operation_id="validateDefinition",
    summary="Check a definition",
    response_description="Whether the definition can be submitted, and if not, every reason.",
    dependencies=[requires(Scope.READ)],
    openapi_extra=request_body(CHECKED, ANY_SECTION),
    responses=refusals(415),
)
def validate(body: DefinitionBody, parts: Parts, caller: Caller) -> DefinitionCheckDocument:
    """Makes every check of a submission and stores nothing.

    A definition that breaks rules is `valid: false` with status 200; only a body that is no document at all (not
    UTF-8, neither JSON nor YAML, not a section with keys) is refused with status 422.
    """
    parse_document(body.text, only_json=body.only_json)
    try:
        definition = definition_of(body, parts, caller)
    except DefinitionError as error:
        problems = problem_documents(error.problems)
        return DefinitionCheckDocument(valid=False, name=None, problems=problems, space={}, trials=None)
    return DefinitionCheckDocument(
        valid=True, name=definition.name, problems=(), space=written(definition.space), trials=most_trials(definition)
    )


def with_sources(definition: StudyDefinition) -> StudyDefinition:
    """The definition with what the files behind it hold; raises DefinitionError where one cannot be read."""
    try:
        return fingerprinted(definition)
    except OSError as error:
        rule = f"the server cannot read what it names: {error.strerror}"
        path = "data.path" if definition.data.path is not None else "network.factory"
        raise DefinitionError([Problem(path, shown(definition.data.path), rule, "Correct the path.")]) from None
