"""Bytes on a socket, as no client library would send them."""

import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What came back until the server closed the connection, or until the time was over."""

    content: bytes
    closed: bool
    seconds: float

    @property
    def status(self) -> int | None:
        """The status of the first answer; None where there is none."""
        words = self.content.split(b" ", 2)
        return int(words[1]) if len(words) > 2 and words[0].startswith(b"HTTP/1") else None

    @property
    def answers(self) -> int:
        """How many answers came."""
        return self.content.count(b"HTTP/1.1 ")


def sent(place: tuple[str, int], parts: Iterable[bytes], *, patience_s: float, pause_s: float = 0.0) -> Answer:
    """Sends one part after the other, reads meanwhile, and waits for the end of the connection."""
    began = time.monotonic()
    content = b""
    with socket.create_connection(place, timeout=patience_s) as connection:
        for part in parts:
            try:
                connection.sendall(part)
            except OSError:
                break  # closed while it was sent: the answer may still be there
            if pause_s:
                found = _read(connection, pause_s)
                content += found or b""
                if found is None:
                    return Answer(content, True, time.monotonic() - began)
        while time.monotonic() - began < patience_s:
            found = _read(connection, max(0.05, patience_s - (time.monotonic() - began)))
            if found is None:
                return Answer(content, True, time.monotonic() - began)
            content += found
    return Answer(content, False, time.monotonic() - began)


def _read(connection: socket.socket, seconds: float) -> bytes | None:
    """What comes within the time; None at the end of the connection."""
    connection.settimeout(seconds)
    try:
        return connection.recv(65_536) or None
    except TimeoutError:
        return b""
    except OSError:
        return None
