"""Checks of definitions: the gate for CI jobs that use the service."""

import hashlib
import json
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from hpsearch.access import Key, Scope
from hpsearch.api.caller import Caller, Parts, requires
from hpsearch.api.parts import ServiceParts
from hpsearch.api.problems import refusals, retry_after
from hpsearch.api.refused import definition_refused
from hpsearch.api.routes.check_forms import FORMS, Form, Told, baseline_for, preferred_form
from hpsearch.api.routes.check_waiting import RETRY_S, waited, waiting_place
from hpsearch.api.routes.definitions import DEFINITION, SUBMITTED, DefinitionBody, definition_of, request_body
from hpsearch.api.routes.refusing import COMMON
from hpsearch.api.routes.studies import next_page
from hpsearch.api.routes.submitting import IdempotencyKey
from hpsearch.checked import CHECK_OVER, CheckDose, CheckRecord
from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.report.service_checks import ChecksDocument, check_line
from hpsearch.store.check_desk import CheckOrder
from hpsearch.store.submitting import Request as Repeatable

router = APIRouter(prefix="/v1/checks", tags=["checks"], responses=COMMON)

LARGEST_ID = 2**31 - 1
LONGEST_WAIT_S = 600.0
LONGEST_BUDGET_S = 3600.0
EXIT_CODE = "Check-Exit-Code"

CheckId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The number of the check.", examples=[1])]
STATUS: dict[str, Any] = {"$ref": "#/components/schemas/ServiceCheckDocument"}
HEADERS: dict[str, Any] = {
    EXIT_CODE: {
        "description": "0 passed, 1 failed or not judged, 2 the definition or its data cannot be used: what "
        "`hpsearch check` would exit with.",
        "schema": {"type": "string", "enum": ["0", "1", "2"]},
    },
    "Location": {"description": "The path of the check.", "schema": {"type": "string"}},
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The check has ended.",
        "headers": HEADERS,
        "content": {
            "application/json": {"schema": STATUS},
            **{form.media_type: {"schema": {"type": "string"}} for name, form in FORMS.items() if name != "json"},
        },
    },
    202: {
        "description": "It has not ended yet, whatever form was asked for: ask again at `Location`.",
        "headers": {
            "Location": HEADERS["Location"],
            "Retry-After": {"description": "Seconds.", "schema": {"type": "string"}},
        },
        "content": {"application/json": {"schema": STATUS}},
    },
}
REPLAYED = {
    "Idempotency-Replayed": {"description": "`true` where it was asked for before.", "schema": {"type": "string"}}
}


class Answer(BaseModel):
    """How a check is answered."""

    model_config = ConfigDict(extra="forbid")

    wait: float = Field(0, ge=0, le=LONGEST_WAIT_S, description="Seconds to wait for its end at most.")
    format: Form | None = Field(None, description="Instead of the Accept header.")
    file: str | None = Field(
        None,
        min_length=1,
        max_length=500,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="The definition's path in your repository: findings and annotations name its lines.",
    )
    baseline: int | None = Field(
        None,
        ge=1,
        le=LARGEST_ID,
        description="The number of a complete check of the same study: only what got worse since fails.",
    )


class Asked(Answer):
    """What is to be checked, how far."""

    budget_s: float | None = Field(
        None, gt=0, le=LONGEST_BUDGET_S, description="For the sanity stages: what fits is done, and the rest told."
    )
    whole: bool = Field(False, description="The stages as the definition has them; excludes `budget_s`.")


class ChecksQuery(BaseModel):
    """Which checks are listed."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=1000, description="Checks on one page at most.")
    cursor: int | None = Field(None, ge=1, le=LARGEST_ID, description="Where the page begins; from `next`.")


@router.post(
    "",
    operation_id="checkDefinition",
    summary="Check a definition by the gate",
    response_class=Response,
    dependencies=[requires(Scope.SUBMIT)],
    openapi_extra=request_body(SUBMITTED, DEFINITION),
    responses={
        200: {**ANSWERS[200], "headers": {**HEADERS, **REPLAYED}},
        202: {**ANSWERS[202], "headers": {**ANSWERS[202]["headers"], **REPLAYED}},
        **refusals(404, 406, 409, 415),
        422: {
            **refusals(422)[422],
            "headers": {EXIT_CODE: {**HEADERS[EXIT_CODE], "description": "2, of a definition."}},
        },
    },
)
async def check_definition(
    request: Request,
    query: Annotated[Asked, Query()],
    body: DefinitionBody,
    parts: Parts,
    caller: Caller,
    name: IdempotencyKey = None,
) -> Response:
    """Checks data, network and the sanity stages, as `hpsearch check` does, and waits up to `wait` seconds for it.

    Answers with the finished check, or with 202 and `Location` where it takes longer. The check is stored and goes on
    whether somebody waits or not; it is kept for 30 days while it is among the newest 1,000 of its owner. As JSON, or
    as JUnit XML, Markdown, text or GitHub's workflow commands, as `format` or the `Accept` header asks for. The header
    `Check-Exit-Code` has what a job should exit with; the refusal of a definition has it as well.
    """
    form = _form(request, query)
    if query.whole and query.budget_s is not None:
        rule = "whole stages have no budget"
        raise DefinitionError([Problem("query.budget_s", shown(query.budget_s), rule, "Leave out one of the two.")])
    dose = CheckDose(query.budget_s, query.whole)

    def submitted() -> tuple[CheckRecord, bool]:
        definition = definition_of(body, parts, caller)
        if query.baseline is not None:  # before anything is stored
            baseline_for(parts.checks, caller.whose, query.baseline, definition.name)
        digest = hashlib.sha256(body.digest + json.dumps(asdict(dose), sort_keys=True).encode()).digest()
        return parts.checks.submit(caller, CheckOrder(definition, body.text, dose), Repeatable(name or "", digest))

    with waiting_place(request, caller, query.wait):  # before anything is stored: who is refused here has no check
        try:
            record, replayed = await run_in_threadpool(submitted)
        except DefinitionError as error:
            return definition_refused(error, request.url.path, {EXIT_CODE: "2"})
        request.state.check_id = record.id
        record = await waited(request, parts, caller, record, query.wait)
    answer = await run_in_threadpool(_answer, parts, caller, record, form, query)
    if replayed:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer


@router.get(
    "",
    operation_id="listChecks",
    summary="List checks",
    response_description="One page, newest first.",
    dependencies=[requires(Scope.READ)],
)
def checks(query: Annotated[ChecksQuery, Query()], parts: Parts, caller: Caller) -> ChecksDocument:
    """The owner's checks, or everybody's for a key with the scope admin; page by page with `next`."""
    found = parts.checks.page(caller.whose, after=query.cursor, limit=query.limit + 1)
    page, more = found[: query.limit], found[query.limit :]
    return ChecksDocument(
        checks=tuple(check_line(record) for record in page),
        next=next_page("/v1/checks", query, page[-1].id) if more else None,
    )


@router.get(
    "/{check_id}",
    operation_id="readCheck",
    summary="A check and what came of it",
    response_class=Response,
    dependencies=[requires(Scope.READ)],
    responses={**ANSWERS, **refusals(404, 406, 409)},
)
async def check(
    check_id: CheckId, request: Request, query: Annotated[Answer, Query()], parts: Parts, caller: Caller
) -> Response:
    """The check, once it has ended or `wait` seconds are over; in the forms that asking for it has."""
    form = _form(request, query)
    if query.baseline == check_id:
        rule = "a check is not held against itself: it would be no worse, whatever failed"
        raise DefinitionError([Problem("query.baseline", str(check_id), rule, "Name an earlier check.")])
    record = await run_in_threadpool(parts.checks.check, caller.whose, check_id)
    if record.state not in CHECK_OVER:
        with waiting_place(request, caller, query.wait):
            record = await waited(request, parts, caller, record, query.wait)
    return await run_in_threadpool(_answer, parts, caller, record, form, query)


@router.delete(
    "/{check_id}",
    status_code=204,
    operation_id="deleteCheck",
    summary="Give up or forget a check",
    response_description="The check is gone; one that was worked on ends within seconds.",
    dependencies=[requires(Scope.SUBMIT, Scope.ADMIN)],
    responses=refusals(404),
)
def delete(check_id: CheckId, parts: Parts, caller: Caller) -> None:
    """Deletes a check, whether it waits, is worked on or has ended."""
    parts.checks.delete(caller.whose, check_id)


def _form(request: Request, query: Answer) -> Form:
    """Raises HTTPException 406."""
    accept = ",".join(request.headers.getlist("accept")) or "*/*"
    chosen = query.format or preferred_form(accept)
    if chosen is None:
        types = ", ".join(sorted({form.media_type for form in FORMS.values()}))
        raise HTTPException(406, f"there is no check of the type {shown(accept)}; ask for one of {types}")
    return chosen


def _answer(parts: ServiceParts, caller: Key, record: CheckRecord, form: Form, query: Answer) -> Response:
    """The check as it stands: 200 where it has ended, else 202 and JSON."""
    over = record.state in CHECK_OVER
    known = None if query.baseline is None else baseline_for(parts.checks, caller.whose, query.baseline, record.name)
    told = Told(record, query.file, known if over else None)
    chosen = FORMS[form if over else "json"]
    headers = {"Location": f"/v1/checks/{record.id}", "Vary": "Accept"}
    if over:
        headers[EXIT_CODE] = str(told.document.exit_code)
    else:
        headers |= retry_after(RETRY_S)
    return Response(chosen.write(told), 200 if over else 202, headers, chosen.media_type)
