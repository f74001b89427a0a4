"""The log: one JSON document a line, never with a key in it."""

import json
import logging
from datetime import UTC, datetime
from typing import Any, TextIO

from hpsearch.api.written import without_keys

LOGGER = "hpsearch.api"


def write(level: int, event: str, **facts: Any) -> None:
    """One line; facts that are None are left out."""
    line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": logging.getLevelName(level).lower()}
    line |= {"event": event} | {name: value for name, value in facts.items() if value is not None}
    logging.getLogger(LOGGER).log(level, "%s", without_keys(json.dumps(line, default=str)))


def handler_for(stream: TextIO) -> logging.Handler:
    """A handler that writes the lines as they are; whoever starts the service adds it to the logger ``LOGGER``."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    return handler
