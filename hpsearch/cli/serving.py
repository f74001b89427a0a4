"""Puts the service together: the socket, the database, the first key, the conductor beside it, and the API."""

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from types import FrameType

import click
import uvicorn

from hpsearch.api.app import create_app
from hpsearch.api.connections import SPARE, Accidents, connection_class
from hpsearch.api.dashboard import DashboardProxy
from hpsearch.api.log import LOGGER, handler_for
from hpsearch.api.parts import ServiceParts, open_parts
from hpsearch.api.room import room
from hpsearch.cli.children import Child
from hpsearch.cli.first_key import first_key
from hpsearch.cli.listening import BACKLOG, listening, require_keys_beyond, url_of
from hpsearch.settings import Settings
from hpsearch.storage import open_server

GRACE_S = 5
"""How long requests that are being answered may take once the service is told to stop."""


@dataclass(frozen=True)
class Plan:
    """What to run."""

    host: str
    port: int
    conductor: tuple[str, ...] | None
    """Options of the conductor; None: no conductor."""


def served(settings: Settings, plan: Plan) -> None:
    """Serves until a signal asks to stop; everything has stopped then.

    Raises DefinitionError for an address that cannot be listened on or must not be without keys, and HpsearchError
    where it is taken.
    """
    with ExitStack() as stack:
        bound = stack.enter_context(closing(listening(plan.host, plan.port)))
        server = stack.enter_context(open_server(settings))
        dashboard = DashboardProxy(server.url)
        stack.callback(dashboard.close)
        parts = stack.enter_context(
            open_parts(
                server.url,
                server.shown,
                ensure=server.ensure,
                data_folder=settings.data_folder,
                factories=settings.factories,
                dashboard=dashboard,
                hosts=settings.hosts | {plan.host.casefold()},
            )
        )
        require_keys_beyond(plan.host, parts.keyring)
        secret = first_key(parts.engine, parts.keyring)
        child = None
        if plan.conductor is not None:
            child = stack.enter_context(Child(("conductor", *plan.conductor)))
        _write_log(stack)
        _Api(parts, child, lambda: _say(url_of(bound), secret)).serve_on(bound)


def _say(url: str, secret: str | None) -> None:
    """What a user needs to begin; the key stands there at the first start only."""
    click.echo(f"Service: {url}")
    click.echo(f"Dashboard: {url}/dashboard")
    if secret is not None:
        click.echo(f"Key: {secret}")
        click.echo("The key is shown only now. `hpsearch keys create` makes others.", err=True)
    click.echo("Ready. Ctrl-C stops it.")


def _write_log(stack: ExitStack) -> None:
    """The service's log goes to standard error, one JSON document a line."""
    logger, handler = logging.getLogger(LOGGER), handler_for(sys.stderr)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    stack.callback(logger.setLevel, level)
    stack.callback(logger.removeHandler, handler)


class _Api(uvicorn.Server):
    """The API. Told to stop, it ends its streams first: they would hold it for ever."""

    def __init__(self, parts: ServiceParts, child: Child | None, on_ready: Callable[[], None]) -> None:
        most = room()
        config = uvicorn.Config(
            create_app(parts, most=most),
            http=connection_class(most + SPARE),
            backlog=BACKLOG,
            log_config=None,
            access_log=False,  # the application writes its own
            timeout_graceful_shutdown=GRACE_S,
            server_header=False,
            ws="none",
        )
        super().__init__(config)
        self._closing, self._child, self._on_ready = parts.closing, child, on_ready

    def serve_on(self, bound: socket.socket) -> None:
        """Serves until a signal comes; that one has then done its work."""
        with contextlib.suppress(KeyboardInterrupt):
            self.run(sockets=[bound])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to accept, and says so."""
        asyncio.get_running_loop().set_exception_handler(Accidents())
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal: the streams and the conductor end while the last requests are answered."""
        self._closing.set()
        if self._child is not None:
            self._child.ask_to_stop()
        super().handle_exit(sig, frame)
