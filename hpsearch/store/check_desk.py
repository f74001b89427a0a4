"""What users do with checks: ask for them, look at them, and give them up."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select
from sqlalchemy import text as sql

from hpsearch.access import Key
from hpsearch.checked import CheckDose, CheckLine, CheckRecord, CheckState
from hpsearch.errors import ConflictError, LimitError, shown
from hpsearch.store.check_rows import checks_where, lines_where, no_such_check
from hpsearch.store.codecs import definition_document
from hpsearch.store.documents import optional_text, text
from hpsearch.store.engine import nothing, transact
from hpsearch.store.submitting import Request
from hpsearch.store.tables import CHECK_OPEN, checks, keys
from hpsearch.study import StudyDefinition

T = TypeVar("T")

RETRY_S = 10.0
"""When to ask again whether a check has ended. Heuristic: most take less."""
KEPT = 1000
"""The newest checks of an owner; older ones are forgotten when they have ended, however young they are."""
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class CheckOrder:
    """What is asked for."""

    definition: StudyDefinition
    written: str
    """The definition as it was sent."""
    dose: CheckDose


class CheckDesk:
    """The checks of all users.

    ``whose`` is the owner who asks, None for one who may see everybody's. Somebody else's check is answered with the
    same NotFoundError as one that does not exist. All methods raise DatabaseUnavailableError.
    """

    def __init__(self, engine: Engine, ensure: Callable[[], None] = nothing) -> None:
        self._engine = engine
        self._ensure = ensure

    def submit(self, key: Key, order: CheckOrder, request: Request) -> tuple[CheckRecord, bool]:
        """A new check that waits, owned by the key's owner, and False; of a request that was made before that check as
        it stands, and True. A request whose name is empty is never one that was made before.

        Raises LimitError when the key has as many checks that have not ended as it may, and ConflictError for a
        request whose name came with another digest.
        """
        number = uuid.uuid4()
        return self._transact(lambda connection: _submitted(connection, number, key, order, request))

    def page(self, whose: str | None, *, after: int | None = None, limit: int = 50) -> list[CheckLine]:
        """Checks, newest first; those that are older than number ``after``."""
        conditions = _owned(whose)
        if after is not None:
            conditions.append(checks.c.id < min(max(after, 0), _LARGEST_ID))
        return self._transact(lambda connection: lines_where(connection, *conditions, limit=limit))

    def check(self, whose: str | None, check_id: int) -> CheckRecord:
        """One check as it stands."""

        def work(connection: Connection) -> CheckRecord:
            found = checks_where(connection, *_one(whose, check_id))
            if not found:
                raise no_such_check(check_id)
            return found[0]

        return self._transact(work)

    def state(self, whose: str | None, check_id: int) -> CheckState:
        """Where one check stands, for whoever waits for it."""

        def work(connection: Connection) -> CheckState:
            query = select(checks.c.state).where(*_one(whose, check_id))
            found = connection.execute(query).scalar_one_or_none()
            if found is None:
                raise no_such_check(check_id)
            return CheckState(found)

        return self._transact(work)

    def delete(self, whose: str | None, check_id: int) -> None:
        """Forgets a check. One that is worked on is given up: whoever works on it finds that out at the next beat."""
        gone: list[int] = []  # what a first try, whose end was not heard, may have deleted

        def work(connection: Connection) -> None:
            statement = delete(checks).where(*_one(whose, check_id)).returning(checks.c.id)
            found = connection.execute(statement).scalars().all()
            if not found and not gone:
                raise no_such_check(check_id)
            gone.extend(found)

        self._transact(work)

    def _transact(self, work: Callable[[Connection], T]) -> T:
        return transact(self._engine, work, self._ensure)


def _submitted(
    connection: Connection, number: uuid.UUID, key: Key, order: CheckOrder, request: Request
) -> tuple[CheckRecord, bool]:
    # Requests of one key take turns, so that its limit is exact.
    connection.execute(select(keys.c.id).where(keys.c.id == key.id).with_for_update(key_share=True)).one()
    name = text(request.name) or None
    if name is not None and (earlier := _earlier(connection, number, key, name, request)) is not None:
        return earlier
    if tried := checks_where(connection, checks.c.request == number):
        return tried[0], False
    _check_limit(connection, key)
    row = {
        "request": number,
        "key_id": key.id,
        "owner": key.owner,
        "request_name": optional_text(name),
        "digest": request.digest,
        "name": order.definition.name,
        "definition": definition_document(order.definition),
        "written": text(order.written),
        "budget_s": order.dose.budget_s,
        "whole": order.dose.whole,
    }
    connection.execute(insert(checks).values(**row))
    _forget_oldest(connection, key.owner)
    return checks_where(connection, checks.c.request == number)[0], False


def _earlier(
    connection: Connection, number: uuid.UUID, key: Key, name: str, request: Request
) -> tuple[CheckRecord, bool] | None:
    named = (checks.c.key_id == key.id, checks.c.request_name == name)
    row = connection.execute(select(checks.c.id, checks.c.digest, checks.c.request).where(*named)).one_or_none()
    if row is None:
        return None
    if row.digest != request.digest:
        raise ConflictError(
            f"another check was asked for with the Idempotency-Key {shown(request.name)} before; use a new one for "
            "each check"
        )
    return checks_where(connection, checks.c.id == row.id)[0], row.request != number


def _check_limit(connection: Connection, key: Key) -> None:
    mine = select(func.count()).select_from(checks).where(checks.c.key_id == key.id, sql(CHECK_OPEN))
    count: int = connection.execute(mine).scalar_one()
    if count >= key.limits.checks:
        raise LimitError(
            f"the key {key.prefix} may have {key.limits.checks} checks that have not ended, and has {count}; wait "
            "until one has ended, or delete one",
            RETRY_S,
        )


def _forget_oldest(connection: Connection, owner: str) -> None:
    """Those that have ended, but for the newest of the owner's."""
    mine = checks.c.owner == owner
    bound = select(checks.c.id).where(mine).order_by(checks.c.id.desc()).offset(KEPT).limit(1).scalar_subquery()
    connection.execute(delete(checks).where(mine, checks.c.id <= bound, checks.c.finished_at.is_not(None)))


def _owned(whose: str | None) -> list[ColumnElement[bool]]:
    return [] if whose is None else [checks.c.owner == whose]


def _one(whose: str | None, check_id: int) -> list[ColumnElement[bool]]:
    if not 0 < check_id <= _LARGEST_ID:
        raise no_such_check(check_id)
    return [checks.c.id == check_id, *_owned(whose)]
