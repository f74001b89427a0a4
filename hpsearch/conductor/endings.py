"""How a study of the service is left when working on it has raised an error, and when it is tried again."""

import threading
from collections import Counter

from hpsearch.conductor.checking import CheckKilledError
from hpsearch.conductor.halt import Outcome
from hpsearch.errors import DatabaseUnavailableError, DefinitionError, HpsearchError, WorkerError
from hpsearch.study import StudyState

LONGEST_RETRY_S = 300.0
LONGEST_REST_S = 30.0
PASSING = (DatabaseUnavailableError, WorkerError, CheckKilledError, MemoryError, OSError)
"""Errors that may be gone the next time."""
CHECKS = 3
"""So many times the process that checks a definition is killed before the definition is to blame."""


def ending_after(error: BaseException, retry_s: float = 0.0, tries: int = 1) -> Outcome:
    """What is wrong with the study fails it; what is wrong with machines and processes interrupts it.

    An error that nobody foresaw would come again, for the same study takes the same way. ``tries``: how often it
    was interrupted in a row.
    """
    if isinstance(error, CheckKilledError) and tries >= CHECKS:
        return Outcome(StudyState.FAILED, f"{error} (it was tried {tries} times)")
    if isinstance(error, DefinitionError):
        return Outcome(StudyState.FAILED, str(error))
    if isinstance(error, PASSING) or not isinstance(error, Exception):
        words = str(error) if isinstance(error, HpsearchError) else f"{type(error).__name__}: {error}"
        return Outcome(StudyState.INTERRUPTED, words, retry_s)
    words = str(error) if isinstance(error, HpsearchError) else _bug(error)
    return Outcome(StudyState.FAILED, words)


class Setbacks:
    """Counts what went wrong with workers since they last did their work, to wait longer each time."""

    def __init__(self, first_s: float) -> None:
        self._first_s = first_s
        self._tries: Counter[int] = Counter()
        self._in_a_row: set[int] = set()
        self._lock = threading.Lock()

    def failed(self, study_id: int, *, alone: bool) -> tuple[float, int]:
        """The workers of the study have failed; for how many seconds it is left alone, and how often that was.

        ``alone``: it is none of the others' business.
        """
        with self._lock:
            self._tries[study_id] += 1
            if not alone:
                self._in_a_row.add(study_id)
            tries = self._tries[study_id]
            return min(LONGEST_RETRY_S, self._first_s * 2.0 ** min(32, tries - 1)), tries

    def worked(self, study_id: int) -> None:
        """A trial of the study has ended or come to a rung: workers there are."""
        with self._lock:
            self._tries.pop(study_id, None)
            self._in_a_row.clear()

    def over(self, study_id: int) -> None:
        """The study has ended."""
        with self._lock:
            self._tries.pop(study_id, None)

    @property
    def rest_s(self) -> float:
        """For how many seconds no study need be tried: where several have failed in a row, others would as well."""
        with self._lock:
            return min(LONGEST_REST_S, self._first_s * len(self._in_a_row)) if len(self._in_a_row) > 1 else 0.0


def _bug(error: BaseException) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return f"an error that nobody foresaw: {text}; the log of the conductor has more"
