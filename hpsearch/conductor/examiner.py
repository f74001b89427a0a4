"""One process of ``check_program``, and what is known of it when it has died."""

import os
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO

ENDING_S = 5.0
"""That a process which has closed its answers may take to end by itself."""
LAST_BYTES = 2000
"""Of what it printed, kept for the log."""


class Examiner:
    """Answers one question after the other, a line each. Used by one thread at a time."""

    def __init__(self) -> None:
        self.last_words = ""
        """Once it has ended: the end of what it printed for the last question."""
        # Appending: what was printed for earlier questions can be cut off while the process has the file open.
        self._printed: IO[bytes] = tempfile.TemporaryFile("ab+")  # noqa: SIM115  (closed in ``end``)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "hpsearch.conductor.check_program"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._printed,
        )
        # It ends by itself when nobody has asked for a while; somebody has to notice.
        threading.Thread(target=self._process.wait, name="examiner", daemon=True).start()

    @property
    def exit_status(self) -> int | None:
        """Of the process that has ended, negative for a signal; None while it lives."""
        return self._process.poll()

    def answer(self, question: bytes, beat_s: float, heed: Callable[[], None]) -> bytes | None:
        """The line that answers; None if the process has ended.

        ``heed`` is called every ``beat_s`` seconds; whatever it raises ends the process.
        """
        answer: bytes | None = None
        self._printed.truncate(0)
        try:
            _pipe(self._process.stdin).write(question + b"\n")
            _pipe(self._process.stdin).flush()
            answer = self._line(beat_s, heed)
        except BrokenPipeError:
            pass
        except BaseException:
            self._process.kill()
            raise
        finally:
            if answer is None:
                self.end()
        return answer

    def end(self) -> None:
        """Waits for the process to end, and ends it where that takes long. Again: no effect."""
        if self._printed.closed:
            return
        until = time.monotonic() + ENDING_S
        while self._process.poll() is None and time.monotonic() < until:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
        self._process.kill()
        self._process.wait()
        self._printed.seek(max(0, self._printed.seek(0, os.SEEK_END) - LAST_BYTES))
        self.last_words = self._printed.read().decode(errors="replace")
        self._printed.close()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                _pipe(pipe).close()

    def kill(self) -> None:
        """Ends the process at once."""
        self._process.kill()
        self.end()

    def _line(self, beat_s: float, heed: Callable[[], None]) -> bytes | None:
        output, found = _pipe(self._process.stdout), b""
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                while not selector.select(beat_s):
                    heed()
                part = os.read(output.fileno(), 65536)
                if not part:
                    return None
                found += part
        return found


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the process was started without pipes: a bug")
    return pipe
