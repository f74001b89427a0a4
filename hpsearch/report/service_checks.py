"""The JSON documents of the checks that a service was asked for. Their field names are fixed: scripts rely on them."""

from datetime import datetime

from pydantic import Field, ValidationError

from hpsearch.checked import CheckLine, CheckRecord, CheckState, CheckVerdict
from hpsearch.report.check_documents import CheckDocument, PartDocument
from hpsearch.report.check_words import FAILING, fails
from hpsearch.report.document import Document
from hpsearch.report.documents import ProblemDocument
from hpsearch.report.problems import problem_documents

PROCESS = "process"
"""The one part of a check that could not be brought to its end."""
OTHER_VERSION = "its report was written by another version of hpsearch and cannot be read; ask for the check again"


class CheckLineDocument(Document):
    """One check in a list. Times are in UTC."""

    id: int
    name: str = Field(description="that of the definition")
    owner: str = Field(description="whose it is")
    state: CheckState = Field(
        description="complete: it has a report, whatever the verdict; rejected: the definition or its data cannot be "
        "used; failed: its process has died or took too long"
    )
    verdict: CheckVerdict | None = Field(description="null unless it is complete or failed, which is incomplete")
    exit_code: int | None = Field(
        description="that of `hpsearch check`: 0 passed, 1 failed or not judged, 2 the definition or its data cannot "
        "be used; null while it has not ended"
    )
    budget_s: float | None = Field(description="for the sanity stages; null: what is usual")
    whole: bool = Field(description="whether the stages were asked for as the definition has them")
    reason: str | None = Field(description="why it has failed")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ChecksDocument(Document):
    """One page of checks, newest first."""

    checks: tuple[CheckLineDocument, ...]
    next: str | None = Field(description="path of the next page with its query; null on the last one")


class ServiceCheckDocument(CheckLineDocument):
    """One check with what came of it."""

    problems: tuple[ProblemDocument, ...] = Field(description="why it was rejected")
    check: CheckDocument | None = Field(description="the document of `hpsearch check --json`; null without a verdict")


def check_line(line: CheckLine) -> CheckLineDocument:
    """A check without its report."""
    return _line(line, line.verdict, None if line.verdict is None else line.verdict in FAILING)


def service_check(record: CheckRecord, check: CheckDocument | None) -> ServiceCheckDocument:
    """A check with its report, as ``report_of`` gives it or with more known of it."""
    line = _line(record, None if check is None else check.verdict, None if check is None else fails(check))
    problems = problem_documents(record.problems)
    return ServiceCheckDocument(**line.model_dump(), problems=problems, check=check)


def report_of(record: CheckRecord) -> CheckDocument | None:
    """The document of a check that has a verdict; one that has failed is incomplete for the reason it failed."""
    if record.state is CheckState.FAILED:
        return _broken(record, record.reason or "not known")
    if record.report is None:
        return None
    try:
        return CheckDocument.model_validate_json(record.report)
    except ValidationError:
        return _broken(record, OTHER_VERSION)


def _broken(record: CheckRecord, reason: str) -> CheckDocument:
    part = PartDocument(
        name=PROCESS,
        verdict=CheckVerdict.INCOMPLETE,
        summary=f"not judged: {reason}",
        left_out=(),
        duration_s=None,
    )
    return CheckDocument(
        verdict=part.verdict, name=record.name, task=None, parts=(part,), stages=(), findings=(), comparison=None
    )


def _line(record: CheckLine, verdict: CheckVerdict | None, failing: bool | None) -> CheckLineDocument:
    code = None if failing is None else int(failing)
    return CheckLineDocument(
        id=record.id,
        name=record.name,
        owner=record.owner,
        state=record.state,
        verdict=verdict,
        exit_code=2 if record.state is CheckState.REJECTED else code,
        budget_s=record.dose.budget_s,
        whole=record.dose.whole,
        reason=record.reason,
        created_at=record.created_at,
        started_at=record.started_at,
        finished_at=record.finished_at,
    )
