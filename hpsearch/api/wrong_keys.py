"""How often one address may be wrong about its key."""

import hashlib
import ipaddress
from collections import OrderedDict

from starlette.responses import Response

from hpsearch.api.buckets import Buckets
from hpsearch.api.problems import problem, retry_after

WRONG_PER_MINUTE = 30
"""Wrong keys from one client address (IPv6: one /64 network)."""
RIGHT_KEPT = 1000
"""Keys that were right lately: their holders are not shut out by a neighbour behind the same address."""


class WrongKeys:
    """A brake on whoever tries keys. It spares the database: 256 bits cannot be guessed anyway."""

    def __init__(self, buckets: Buckets) -> None:
        self._buckets = buckets
        self._right: OrderedDict[bytes, None] = OrderedDict()

    def wait(self, address: str, secret: str) -> float:
        """Seconds until this address may try again; 0 if it may, or if the secret was right before."""
        return 0.0 if _digest(secret) in self._right else self._buckets.wait(_network(address), WRONG_PER_MINUTE)

    def note(self, address: str, secret: str, *, right: bool) -> None:
        """Remembers how it went."""
        digest = _digest(secret)
        self._right.pop(digest, None)
        if not right:
            self._buckets.take(_network(address), WRONG_PER_MINUTE)
            return
        self._right[digest] = None
        if len(self._right) > RIGHT_KEPT:
            self._right.popitem(last=False)


def too_many_wrong(wait: float) -> Response:
    """The answer to an address that has sent too many wrong keys."""
    detail = "too many wrong keys came from this address; wait, and check the key that is sent"
    return problem(429, None, detail, headers=retry_after(wait))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))
