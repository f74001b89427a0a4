"""Rows of checks as records."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from hpsearch.checked import CheckDose, CheckLine, CheckRecord, CheckState, CheckVerdict
from hpsearch.errors import NotFoundError, Problem
from hpsearch.store.documents import value_of
from hpsearch.store.reading import optional_utc, utc
from hpsearch.store.tables import checks

_LINE = (
    "id", "owner", "name", "budget_s", "whole", "state", "reason", "verdict", "created_at", "started_at",
    "finished_at",
)  # fmt: skip
_LINE_COLUMNS = [checks.c[name] for name in _LINE]
_COLUMNS = [*_LINE_COLUMNS, checks.c.written, checks.c.problems, checks.c.report]


def checks_where(
    connection: Connection, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[CheckRecord]:
    """Checks, newest first."""
    query = select(*_COLUMNS).where(*conditions).order_by(checks.c.id.desc()).limit(limit)
    return [_check(row) for row in connection.execute(query)]


def lines_where(connection: Connection, *conditions: ColumnElement[bool], limit: int) -> list[CheckLine]:
    """Checks without what was sent and what came of it, newest first."""
    query = select(*_LINE_COLUMNS).where(*conditions).order_by(checks.c.id.desc()).limit(limit)
    return [CheckLine(**_line(row)) for row in connection.execute(query)]


def no_such_check(check_id: int) -> NotFoundError:
    """The error for a number that no check has."""
    return NotFoundError(f"no check has the number {check_id}. See all checks with GET /v1/checks.")


def _check(row: Any) -> CheckRecord:
    problems = tuple(Problem(**one) for one in value_of(row.problems or []))
    return CheckRecord(**_line(row), written=row.written, problems=problems, report=row.report)


def _line(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "owner": row.owner,
        "name": row.name,
        "dose": CheckDose(row.budget_s, row.whole),
        "state": CheckState(row.state),
        "reason": row.reason,
        "verdict": None if row.verdict is None else CheckVerdict(row.verdict),
        "created_at": utc(row.created_at),
        "started_at": optional_utc(row.started_at),
        "finished_at": optional_utc(row.finished_at),
    }
