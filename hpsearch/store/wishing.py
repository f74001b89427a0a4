"""What users do to studies. The caller has locked the study's row and gives it here."""

from typing import Any

from sqlalchemy import Connection, delete, update

from hpsearch.errors import ConflictError
from hpsearch.store.happenings import wished
from hpsearch.store.tables import studies
from hpsearch.store.transitions import let_go, take_away
from hpsearch.study import ENDED, NEXT_STATES, StudyState, Wish

RESUME = "resume"
"""The detail of the event that takes a wish back."""


def wish_for(connection: Connection, row: Any, wish: Wish) -> None:
    """``StudyDesk.wish``. ``row``: id, state, wish, alive."""
    state = StudyState(row.state)
    if state is wish.state or row.wish == wish:
        if not row.alive and state is not wish.state:
            take_away(connection, row.id, wish.state)
        return
    if wish.state not in NEXT_STATES[state]:
        raise ConflictError(f"study {row.id} is {state} and cannot be {wish.state} any more; see its report")
    if row.wish == Wish.CANCEL:
        raise ConflictError(f"study {row.id} is being cancelled; submit it again instead")
    if row.alive:
        connection.execute(update(studies).where(studies.c.id == row.id).values(wish=wish.value))
        wished(connection, row.id, wish.value)
    else:
        take_away(connection, row.id, wish.state)


def resume(connection: Connection, row: Any) -> None:
    """``StudyDesk.resume``. ``row``: id, state, wish."""
    state = StudyState(row.state)
    if state in ENDED:
        raise ConflictError(f"study {row.id} is {state}, and what has ended does not go on; submit it again")
    if row.wish == Wish.CANCEL:
        raise ConflictError(f"study {row.id} is being cancelled; submit it again instead")
    if state is StudyState.PAUSED:
        let_go(connection, row.id, StudyState.WAITING)
    elif row.wish is not None:
        connection.execute(update(studies).where(studies.c.id == row.id).values(wish=None))
        wished(connection, row.id, RESUME)


def remove(connection: Connection, row: Any) -> None:
    """``StudyDesk.delete``. ``row``: id, state."""
    if StudyState(row.state) not in ENDED:
        raise ConflictError(f"study {row.id} is {row.state}; cancel it first, then delete it")
    connection.execute(delete(studies).where(studies.c.id == row.id))
