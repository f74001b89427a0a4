"""How a study of the service is left when working on it has raised an error."""

from hpsearch.conductor.halt import Outcome
from hpsearch.errors import DatabaseUnavailableError, DefinitionError, HpsearchError, WorkerError
from hpsearch.study import StudyState

LONGEST_RETRY_S = 300.0
PASSING = (DatabaseUnavailableError, WorkerError, MemoryError, OSError)
"""Errors that may be gone the next time."""


def retry_after(failures: int, first_s: float) -> float:
    """Seconds until the next try after so many failures in a row: ``first_s``, and each time twice as long."""
    return min(LONGEST_RETRY_S, first_s * 2.0 ** min(32, max(0, failures - 1)))


def ending_after(error: BaseException, retry_s: float) -> Outcome:
    """What is wrong with the study fails it; what is wrong with machines and processes interrupts it.

    An error that nobody foresaw would come again, for the same study takes the same way.
    """
    if isinstance(error, DefinitionError):
        return Outcome(StudyState.FAILED, str(error))
    if isinstance(error, PASSING) or not isinstance(error, Exception):
        words = str(error) if isinstance(error, HpsearchError) else f"{type(error).__name__}: {error}"
        return Outcome(StudyState.INTERRUPTED, words, retry_s)
    words = str(error) if isinstance(error, HpsearchError) else _bug(error)
    return Outcome(StudyState.FAILED, words)


def _bug(error: BaseException) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return f"an error that nobody foresaw: {text}; the log of the conductor has more"
