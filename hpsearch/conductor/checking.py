"""Checks submitted definitions in processes of their own: a crash there ends no conductor, and what is cancelled holds
neither memory nor a thread."""

import json
import os
import selectors
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, Any

from hpsearch.errors import DefinitionError, Problem, WorkerError
from hpsearch.store.codecs import definition_document, task_of
from hpsearch.study import StudyDefinition
from hpsearch.task import Task

AT_ONCE = 2
"""Processes at most: each needs some 300 MB."""
HALT_BEAT_S = 0.2
"""Seconds between two looks at ``halt``."""


class Checker:
    """Any number of threads may ask. A process is kept for the next question and ends by itself when there is none."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._idle: list[Examiner] = []

    def task_of(self, definition: StudyDefinition, halt: threading.Event) -> Task:
        """What the definition's data set as a task.

        Raises DefinitionError with every problem, and WorkerError if the process dies of it or ``halt`` is set.
        """
        while not self._turns.acquire(timeout=HALT_BEAT_S):
            _heed(halt)
        try:
            found = self._answer(json.dumps(definition_document(definition)).encode(), halt)
        finally:
            self._turns.release()
        if "problems" in found:
            raise DefinitionError(Problem(**problem) for problem in found["problems"])
        return task_of(found["task"])

    def _answer(self, question: bytes, halt: threading.Event) -> dict[str, Any]:
        answer: bytes | None = None
        while answer is None:
            kept = self._idle.pop() if self._idle else None
            examiner = kept or Examiner()
            answer = examiner.answer(question, halt)
            if answer is None and kept is None:
                raise WorkerError(examiner.death)
        self._idle.append(examiner)
        found: dict[str, Any] = json.loads(answer)
        return found


class Examiner:
    """One process of ``check_program``. Used by one thread at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hpsearch.conductor.check_program"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    @property
    def death(self) -> str:
        """What is known of the end of the process."""
        code = self._process.returncode
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"the process that checks the definition {how}; see that it has memory for the data, or correct the code"

    def answer(self, question: bytes, halt: threading.Event) -> bytes | None:
        """The line that answers; None if the process has ended. Raises WorkerError, and kills it, after ``halt``."""
        answer: bytes | None = None
        try:
            _pipe(self._process.stdin).write(question + b"\n")
            _pipe(self._process.stdin).flush()
            answer = self._line(halt)
        except BrokenPipeError:
            pass
        finally:
            if answer is None:
                self._end()
        return answer

    def _line(self, halt: threading.Event) -> bytes | None:
        output, found = _pipe(self._process.stdout), b""
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                while not selector.select(HALT_BEAT_S):
                    _heed(halt)
                part = os.read(output.fileno(), 65536)
                if not part:
                    return None
                found += part
        return found

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                _pipe(pipe).close()


def _heed(halt: threading.Event) -> None:
    if halt.is_set():
        raise WorkerError("the check was halted")


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the process was started without pipes: a bug")
    return pipe
