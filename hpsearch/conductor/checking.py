"""Checks submitted definitions in processes of their own: a crash there ends no conductor, and what is cancelled holds
neither memory nor a thread."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hpsearch.conductor.check_program import DATA, DEFINITION
from hpsearch.conductor.examiner import Examiner
from hpsearch.conductor.loaded import Loaded
from hpsearch.conductor.turns import Turns
from hpsearch.errors import DefinitionError, HpsearchError, Problem
from hpsearch.results import StudyRecord
from hpsearch.store.codecs import definition_document, finding_of, task_of

AT_ONCE = 2
"""Processes of one checker that work at the same time, by default: each needs some 300 MB."""
LONGEST_S = 600.0
"""A check that takes longer fails its study. Heuristic: reading some tens of gigabytes from a slow disk."""
HALT_BEAT_S = 0.2
"""Seconds between two looks at ``halt``."""


class CheckError(HpsearchError):
    """End the study: its definition cannot be checked. A note has what the process that checked it printed."""


class CheckKilledError(CheckError):
    """Try again: the process that checked the definition was killed, as for lack of memory."""


class Checker:
    """Any number of threads may ask; ``at_once`` processes work at the same time, and who asks beyond that waits.

    A process is kept for the next question and ends by itself when there is none.
    """

    def __init__(self, longest_s: float = LONGEST_S, *, at_once: int = AT_ONCE) -> None:
        self._longest_s = longest_s
        self._turns = Turns(at_once)
        self._places = threading.BoundedSemaphore(at_once)
        self._idle: list[Examiner] = []
        # Their processes end with the thread that has started them, and whoever asks has a thread that soon ends.
        self._starter = ThreadPoolExecutor(1, "examiners")
        self._lock = threading.Lock()

    def loaded(self, study: StudyRecord, halt: threading.Event, check_data: bool = True) -> Loaded:
        """What the data of a study's definition set as a task, and what the checks find in them and in the forward pass
        if they are made.

        Raises DefinitionError with every problem, CheckKilledError if the process was killed, and CheckError if it
        ended by itself, raised what nobody foresaw, took too long, or if ``halt`` is set.
        """
        question = {DEFINITION: definition_document(study.definition), DATA: check_data}
        with self._turns.of(study.owner, HALT_BEAT_S, lambda: _heed(halt)):
            found = self.answer(question, self._patience(halt))
        in_data, behaviour = (tuple(map(finding_of, found[key])) for key in ("findings", "behaviour"))
        return Loaded(task_of(found["task"]), in_data, behaviour)

    def answer(self, question: dict[str, Any], heed: Callable[[], None], *, keep: bool = True) -> dict[str, Any]:
        """What a process of ``check_program`` answers; it is kept for the next question if ``keep``.

        ``heed`` is called several times a second; whatever it raises ends the process. Raises DefinitionError with
        every problem, CheckKilledError if the process was killed, and CheckError if it ended by itself or raised what
        nobody foresaw.
        """
        while not self._places.acquire(timeout=HALT_BEAT_S):
            heed()
        try:
            found = self._asked(json.dumps(question).encode(), heed, keep)
        finally:
            self._places.release()
        if "problems" in found:
            raise DefinitionError(Problem(**problem) for problem in found["problems"])
        if "raised" in found:
            raise _noted(CheckError(f"checking the definition raised {found['raised']}"), found["traceback"])
        return found

    def _asked(self, line: bytes, heed: Callable[[], None], keep: bool) -> dict[str, Any]:
        while True:
            kept = self._kept()
            examiner = kept or self._starter.submit(Examiner).result()
            answer = examiner.answer(line, HALT_BEAT_S, heed)
            if answer is not None:
                break
            if kept is None:  # else it may have died while nobody asked
                raise _death(examiner)
        if keep:
            with self._lock:
                self._idle.append(examiner)
        else:
            examiner.kill()
        found: dict[str, Any] = json.loads(answer)
        return found

    def _kept(self) -> Examiner | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _patience(self, halt: threading.Event) -> Callable[[], None]:
        until = time.monotonic() + self._longest_s

        def heed() -> None:
            _heed(halt)
            if time.monotonic() > until:
                raise CheckError(
                    f"checking the definition took longer than {self._longest_s:g} s; see that its data can be read "
                    "in that time, and submit it again"
                )

        return heed


def _death(examiner: Examiner) -> CheckError:
    status, words = examiner.exit_status or 0, examiner.last_words
    if status < 0:
        killed = f"the process that checks the definition was killed by signal {-status}; see that it has memory enough"
        return _noted(CheckKilledError(f"{killed} for the data, or correct the code that the definition names"), words)
    ended = f"the process that checks the definition ended with exit code {status}, as after sys.exit or os._exit"
    return _noted(CheckError(f"{ended}; correct the code that the definition names"), words)


def _noted(error: CheckError, words: str) -> CheckError:
    error.add_note(words)
    return error


def _heed(halt: threading.Event) -> None:
    if halt.is_set():
        raise CheckError("the check was halted")
