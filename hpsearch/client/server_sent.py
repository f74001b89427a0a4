"""Server-sent events as they come over the line (the WHATWG's HTML standard, section 9.2)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LINE_END = re.compile("\r\n|\n|\r")


@dataclass(frozen=True)
class ServerSent:
    """One event with data."""

    id: str
    """The last id that the stream has named; empty before the first."""
    name: str
    data: str


def lines_of(chunks: Iterable[str]) -> Iterator[str]:
    """The lines of a text that comes in pieces, without their ends. What has no end yet is no line.

    Only the three line ends of the standard count: a JSON text may hold the other ones that Unicode knows.
    """
    rest = ""
    for chunk in chunks:
        text = rest + chunk
        # The second half of a line end may be in the next piece.
        held, text = ("\r", text[:-1]) if text.endswith("\r") else ("", text)
        *lines, last = LINE_END.split(text)
        yield from lines
        rest = last + held


def server_sent(lines: Iterable[str]) -> Iterator[ServerSent | None]:
    """The events of a stream, given its lines, and None for each comment: a sign of life.

    One that breaks off is no event.
    """
    last_id, name, data = "", "", list[str]()
    for line in lines:
        if not line:
            if data:
                yield ServerSent(last_id, name or "message", "\n".join(data))
            name, data = "", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data.append(value)
        elif field == "event":
            name = value
        elif field == "id" and "\0" not in value:
            last_id = value
        elif field == "":
            yield None
