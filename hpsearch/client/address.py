"""The address of a service, and whether a key may be sent there."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from hpsearch.errors import DefinitionError, Problem, shown


@dataclass(frozen=True)
class Address:
    """Where a service is."""

    url: str
    """``http://host:port`` or ``https://host:port``, with a path before it if it has one; no slash at the end."""
    encrypted: bool


def address_of(text: str, *, allow_http: bool = False) -> Address:
    """Reads the address of a service.

    Raises DefinitionError for anything but a plain URL, and for one over which the key could be read on its way:
    ``http`` to another machine, unless ``allow_http``.
    """
    try:
        parts = urlsplit(text.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _wrong(text, "this is not the address of a service") from None
    if "@" in text:
        raise _wrong("", "the address of a service has neither a user nor a password in it")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise _wrong(text, "this is not the address of a service")
    encrypted = parts.scheme == "https"
    if not (encrypted or allow_http or is_loopback(host)):
        rule = "the key would be readable on its way to another machine"
        step = "Use https, or allow plain http for a network that only you use (--allow-http, allow_http=True)."
        raise DefinitionError([Problem("server", shown(text), rule, step)])
    return Address(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", encrypted)


def is_loopback(host: str) -> bool:
    """Whether what is sent to this host stays on this machine."""
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(text: str, rule: str) -> DefinitionError:
    return DefinitionError([Problem("server", text and shown(text), rule, "Write http://HOST:PORT or https://HOST.")])
