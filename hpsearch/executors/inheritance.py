"""The surroundings that worker processes inherit."""

import os

ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),  # the largest that glibc takes
    "MALLOC_TRIM_THRESHOLD_": str(128 * 2**20),
    "MALLOC_TOP_PAD_": str(16 * 2**20),
}
"""For the C library of the workers, unless the user has set it otherwise: maps that one step frees and the next one
takes again stay in the process, instead of being brought in page by page (docs/decisions/0073)."""

THREADS = {"OPENBLAS_NUM_THREADS": "1"}
"""Workers compute on one thread each; a library that starts more when it is imported would not survive a fork."""


def inherited() -> dict[str, str]:
    """This process's environment with all of that."""
    return {**ALLOCATOR, **os.environ, **THREADS}
