"""A process that is killed at one of its own commits: just before COMMIT is sent, or just after it was acknowledged."""

import os
import signal
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Engine, event


@dataclass(frozen=True)
class Death:
    """When a process kills itself."""

    commit: int
    """At its so many-th commit, from 1."""
    moment: Literal["before", "after"]


def die_at(engine: Engine, death: Death) -> None:
    """Makes this process end by SIGKILL at that commit on ``engine``; transactions that only read are not counted."""
    committed = 0
    dying = False

    def committing(connection: Any) -> None:
        nonlocal committed, dying
        if (
            connection.connection.dbapi_connection.execute("SELECT pg_current_xact_id_if_assigned()").fetchone()[0]
            is None
        ):
            return
        committed += 1
        if committed == death.commit:
            if death.moment == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            dying = True

    def given_back(*_: Any) -> None:
        if dying:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "commit", committing)
    event.listen(engine, "checkin", given_back)
