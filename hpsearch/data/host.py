"""The memory of this machine, as far as data may take it."""

from pathlib import Path

import psutil

CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Where containers have their limit, in the second and the first version of control groups."""


def machine_bytes() -> int:
    """The memory of this machine, or of the container that this process runs in."""
    found = [psutil.virtual_memory().total]
    for file in CGROUP_LIMITS:
        try:
            found.append(int(Path(file).read_text()))
        except (OSError, ValueError):  # there is no such file, or it says "max"
            continue
    return min(found)
