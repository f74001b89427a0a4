"""What a worker may answer for a job instead of a result: it did not fit into memory."""

import re
from dataclasses import dataclass

from hpsearch.job import Job
from hpsearch.trial import Failure, TrialResult

LACK = re.compile(r"\b(MemoryError|OutOfMemoryError|can't allocate memory|out of memory|Cannot allocate memory)\b")
"""How Python, PyTorch's CUDA allocator, its CPU allocator (a plain RuntimeError) and the system say it."""


@dataclass(frozen=True)
class OutOfMemory:
    """A job for which memory did not suffice; whether that is its own fault shows when it trains alone."""

    job: Job
    reason: str
    """What was said, and what was predicted and available."""


@dataclass(frozen=True)
class Unserved:
    """An order that the worker cannot serve; it lives, and says why."""

    reason: str


def lacks_memory(result: TrialResult) -> bool:
    """Whether a job failed for lack of memory. Told by the text: for a CPU, torch has no exception of its own."""
    return result.failure is Failure.ERROR and LACK.search(result.reason or "") is not None
