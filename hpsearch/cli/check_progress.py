"""How far a check is, on standard error: one line that changes on a terminal, a line for each part elsewhere."""

import contextlib
import sys
from collections.abc import Iterator

from hpsearch.checked import Part
from hpsearch.report.check_words import VERDICT_WORDS

ERASE = "\r\033[K"


class Lines:
    """A line for each part that has ended. A reader that has gone away must not end a check."""

    def begins(self, part: str) -> None:
        """Nothing yet."""

    def ended(self, part: Part) -> None:
        """Its verdict alone: why stands in what is told at the end."""
        _say(f"{part.name}: {VERDICT_WORDS[part.verdict]}\n")


class OneLine:
    """What is done at the moment."""

    def begins(self, part: str) -> None:
        """The part's name."""
        _say(f"{ERASE}{part} …")

    def ended(self, part: Part) -> None:  # noqa: ARG002  (its verdict is told at the end)
        """Nothing is left of it."""
        _say(ERASE)


@contextlib.contextmanager
def watcher() -> Iterator[Lines | OneLine]:
    """Whichever suits standard error; the terminal is clean afterwards."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    try:
        yield OneLine()
    finally:
        _say(ERASE)


def _say(text: str) -> None:
    with contextlib.suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()
