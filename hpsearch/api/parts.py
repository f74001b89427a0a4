"""What the service is made of, opened once and handed to the application."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Protocol

from sqlalchemy import Engine
from starlette.types import Receive, Scope, Send

from hpsearch.store.audit import AuditTrail
from hpsearch.store.bell import Bell
from hpsearch.store.check_desk import CheckDesk
from hpsearch.store.desk import StudyDesk
from hpsearch.store.engine import nothing, open_engine
from hpsearch.store.keyring import Keyring
from hpsearch.store.queue import StudyQueue
from hpsearch.store.schema import upgrade


class Dashboard(Protocol):
    """The Optuna dashboard as an ASGI application that knows who asks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send, whose: str | None) -> None:
        """Answers one request; ``whose`` is the owner whose studies may be seen, None for those of all."""


@dataclass(frozen=True)
class ServiceParts:
    """Everything that a request may need."""

    desk: StudyDesk
    checks: CheckDesk
    queue: StudyQueue
    keyring: Keyring
    audit: AuditTrail
    bell: Bell
    engine: Engine
    stored_in: str
    """Where the results are, for a person to read; never with a password."""
    data_folder: Path | None = None
    """The folder below which submitted studies may name files; None: they may name none."""
    factories: frozenset[str] = frozenset()
    """The ``module:callable`` that submitted studies may name."""
    dashboard: Dashboard | None = None
    hosts: frozenset[str] = frozenset()
    """Host names, without ports, that requests may be meant for, beside those of the loopback."""
    closing: Event = field(default_factory=Event)
    """Set when the server stops: streams look at it at least once a second and end."""


@contextmanager
def open_parts(
    url: str,
    stored_in: str,
    *,
    ensure: Callable[[], None] = nothing,
    data_folder: Path | None = None,
    factories: frozenset[str] = frozenset(),
    dashboard: Dashboard | None = None,
    hosts: frozenset[str] = frozenset(),
) -> Iterator[ServiceParts]:
    """The parts on the database of that URL, its schema up to date; everything is closed at the end.

    ``ensure`` brings the database's server back, if it can. Raises DatabaseUnavailableError.
    """
    with ExitStack() as stack:
        engine = open_engine(url)
        stack.callback(engine.dispose)
        upgrade(engine)
        yield ServiceParts(
            desk=StudyDesk(engine, ensure),
            checks=CheckDesk(engine, ensure),
            queue=StudyQueue(engine, ensure),
            keyring=Keyring(engine, ensure),
            audit=AuditTrail(engine, ensure),
            bell=stack.enter_context(Bell(url)),
            engine=engine,
            stored_in=stored_in,
            data_folder=data_folder,
            factories=factories,
            dashboard=dashboard,
            hosts=hosts,
        )
