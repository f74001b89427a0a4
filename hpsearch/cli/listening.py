"""Where the service listens."""

import errno
import socket

from hpsearch.client.address import is_loopback
from hpsearch.errors import DefinitionError, HpsearchError, Problem, shown
from hpsearch.store.keyring import Keyring

BACKLOG = 512
"""Connections that may wait to be accepted."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that is bound to the address; port 0 takes a free one.

    Raises DefinitionError for an address that this machine does not have, and HpsearchError for one that is taken.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise _no_address(host, f"there is no such address: {error}") from error
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port whose last user has ended a moment ago
        made.bind(address)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            raise HpsearchError(
                f"port {port} of {host} is in use by another program. Stop that, or choose another one with --port; "
                "--port 0 takes a free one."
            ) from error
        raise _no_address(host, f"this machine cannot listen on port {port} there: {error.strerror}") from error
    return made


def url_of(bound: socket.socket) -> str:
    """The address as a browser takes it."""
    host, port = bound.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def require_keys_beyond(host: str, keyring: Keyring) -> None:
    """Raises DefinitionError where others could reach a service that has no keys yet.

    The key of a first start is printed, and what is printed by a server that others reach stands in logs.
    """
    if not is_loopback(host) and keyring.is_empty():
        rule = "other machines reach this address, and there is no key yet"
        step = (
            "Make one first: hpsearch keys create --owner NAME --label TEXT --scope read --scope submit. Or leave "
            "--host out to serve this machine alone."
        )
        raise DefinitionError([Problem("--host", shown(host), rule, step)])


def _no_address(host: str, rule: str) -> DefinitionError:
    step = "Leave --host out for this machine alone, or give one of its addresses."
    return DefinitionError([Problem("--host", shown(host), rule, step)])
