"""Rows of checks as records."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from hpsearch.checked import CheckDose, CheckRecord, CheckState
from hpsearch.errors import NotFoundError, Problem
from hpsearch.store.codecs import definition_of
from hpsearch.store.documents import value_of
from hpsearch.store.reading import optional_utc, utc
from hpsearch.store.tables import checks

_NAMES = (
    "id", "owner", "name", "definition", "written", "budget_s", "whole", "state", "reason", "problems", "report",
    "created_at", "started_at", "finished_at",
)  # fmt: skip
_COLUMNS = [checks.c[name] for name in _NAMES]


def checks_where(
    connection: Connection, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[CheckRecord]:
    """Checks, newest first."""
    query = select(*_COLUMNS).where(*conditions).order_by(checks.c.id.desc()).limit(limit)
    return [_check(row) for row in connection.execute(query)]


def no_such_check(check_id: int) -> NotFoundError:
    """The error for a number that no check has."""
    return NotFoundError(f"no check has the number {check_id}. See all checks with GET /v1/checks.")


def _check(row: Any) -> CheckRecord:
    return CheckRecord(
        id=row.id,
        owner=row.owner,
        name=row.name,
        definition=definition_of(row.definition),
        written=row.written,
        dose=CheckDose(row.budget_s, row.whole),
        state=CheckState(row.state),
        reason=row.reason,
        problems=tuple(Problem(**one) for one in value_of(row.problems or [])),
        report=row.report,
        created_at=utc(row.created_at),
        started_at=optional_utc(row.started_at),
        finished_at=optional_utc(row.finished_at),
    )
