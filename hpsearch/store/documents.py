"""Values on their way into Postgres: JSON documents that keep NaN and infinities, and text that Postgres can hold."""

import math
import re
from collections.abc import Mapping
from typing import Any

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_FLOAT = "$float"
_MAPPING = "$mapping"


def text(value: str) -> str:
    """The text with U+FFFD in place of what Postgres cannot store: NUL characters and lone surrogates."""
    return _UNSTORABLE.sub("\ufffd", value)


def optional_text(value: str | None) -> str | None:
    """``text``, or None."""
    return None if value is None else text(value)


def document(value: object) -> Any:
    """The value as strict JSON, for ``value_of`` to read.

    NaN and infinities, which JSON lacks, become ``{"$float": "nan"}``; a mapping that looks like one of these marks
    is wrapped in another. Raises TypeError for anything that is no JSON value (numbers of NumPy, keys other than str).
    """
    if isinstance(value, str):
        return text(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {_FLOAT: repr(float(value))}
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError(f"the keys of a document are text, and one of {list(value)!r} is not")
        written = {text(key): document(content) for key, content in value.items()}
        return {_MAPPING: written} if _is_mark(written) else written
    if isinstance(value, list | tuple):
        return [document(item) for item in value]
    raise TypeError(f"a document holds JSON values, and {value!r} of type {type(value).__name__} is none")


def value_of(written: Any) -> Any:
    """What ``document`` was given; tuples come back as lists."""
    if isinstance(written, dict):
        if _is_mark(written):
            kind, content = next(iter(written.items()))
            return float(content) if kind == _FLOAT else _contents(content)
        return _contents(written)
    if isinstance(written, list):
        return [value_of(item) for item in written]
    return written


def _contents(written: dict[str, Any]) -> dict[str, Any]:
    return {key: value_of(content) for key, content in written.items()}


def _is_mark(written: Mapping[str, Any]) -> bool:
    return len(written) == 1 and next(iter(written)) in (_FLOAT, _MAPPING)
