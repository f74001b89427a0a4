"""Where a request was meant to go, and which page of a browser has sent it."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""


def host_of(headers: Headers) -> str | None:
    """The name in the one Host header, without its port and in small letters; None where it cannot be read."""
    values = headers.getlist("host")
    if len(values) != 1:
        return None
    try:
        place = urlsplit(f"//{values[0]}")
        name = None if place.username is not None or place.port == 0 else place.hostname
    except ValueError:
        return None
    return name.rstrip(".") if name else None


def is_ours(host: str, ours: frozenset[str]) -> bool:
    """Whether a server of that name is this one.

    A page of somebody else can make a browser believe that its own *name* lies at this server's address; it cannot do
    that with a number. Hence any number will do, and names have to be known.
    """
    if host in LOOPBACK or host in ours:
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_same_origin(headers: Headers) -> bool:
    """Whether a page of this very server has sent the request.

    Browsers say so in Origin, Sec-Fetch-Site or both; a request that says nothing comes from no page. The scheme is
    left out of the comparison: in front of this server TLS may end.
    """
    origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
    if not origins and not sites:
        return False
    return all(site == "same-origin" for site in sites) and all(_leads_to(origin, headers) for origin in origins)


def _leads_to(origin: str, headers: Headers) -> bool:
    try:
        place = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(place) and place.lower() == headers.get("host", "").lower()
