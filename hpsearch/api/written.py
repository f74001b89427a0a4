"""API keys as they are written: how they are recognised in headers, and kept out of whatever is stored."""

import re
from collections.abc import Iterable

_KEY = r"hps_[A-Za-z0-9_-]{20,200}"
_BEARER = re.compile(rf"(?i:bearer) +({_KEY})")
_IN_TEXT = re.compile(_KEY)
MARK = "hps_"
SHOWN = 8
"""Characters after the mark that a key is recognised by; the secret comes after them."""


def bearer_of(values: Iterable[str]) -> str | None:
    """The key of the Authorization headers; None unless there is exactly one header, and a key in it."""
    match [_BEARER.fullmatch(value) for value in values]:
        case [re.Match() as found]:
            return str(found[1])
    return None


def may_be_key(text: str) -> bool:
    """Whether it is written like a key."""
    return _IN_TEXT.fullmatch(text) is not None


def key_in(text: str) -> str | None:
    """What the first key within a text is recognised by."""
    found = _IN_TEXT.search(text)
    return None if found is None else _prefix(found)


def without_keys(text: str) -> str:
    """The text with only that of each key in it."""
    return _IN_TEXT.sub(lambda found: f"{MARK}{_prefix(found)}_***", text)


def _prefix(found: re.Match[str]) -> str:
    return found[0][len(MARK) :][:SHOWN]
