"""Where in the user's own code an exception comes from."""

import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import torch

import hpsearch
from hpsearch.errors import HpsearchError

MESSAGE_LIMIT = 500


def described(error: BaseException) -> str:
    """One line: the exception's name and message (an error of this system has its message only), and the user's line
    that led to it, as far as there is one."""
    message = " ".join(str(error).split())
    shortened = message if len(message) <= MESSAGE_LIMIT else message[: MESSAGE_LIMIT - 1] + "…"
    place = _place(error)
    name = "" if isinstance(error, HpsearchError) else type(error).__name__
    return ": ".join(part for part in (name, shortened) if part) + (f" ({place})" if place else "")


def _place(error: BaseException) -> str | None:
    """``file:line`` of the innermost frame outside torch and hpsearch; the user's own files before installed ones."""
    machinery = (_folder(torch.__file__), _folder(hpsearch.__file__), "<")
    installed = tuple(sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib"))
    outside = [place for place in _frames(error) if not place[0].startswith(machinery)]
    own = [place for place in outside if not place[0].startswith(installed)]
    for file, line in reversed(own or outside):
        return f"{file}:{line}"
    return None


def _folder(file: str | None) -> str:
    return str(Path(file or "").parent) + "/"


def _frames(error: BaseException) -> Iterator[tuple[str, int]]:
    """Files and lines from the outermost frame to the innermost; those of the exception's cause come last."""
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    if error.__cause__ is not None:
        yield from _frames(error.__cause__)
