"""The processors' time of this process and of all that it has started."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import psutil


@dataclass(frozen=True)
class Used:
    """Seconds of the processors, by who used them."""

    conductor: float
    """This process."""
    postgres: float
    workers: float
    """And Ray, where it is used: all other processes."""

    def less(self, other: Self) -> "Used":
        """What came after ``other``."""
        return Used(self.conductor - other.conductor, self.postgres - other.postgres, self.workers - other.workers)


def used(home: str) -> Used:
    """Until now; Postgres is the one with its data below ``home``. Processes that have ended do not count."""
    own = psutil.Process()
    workers = {process.pid: process for process in own.children(recursive=True)}
    postgres: dict[int, psutil.Process] = {}
    for process in psutil.process_iter(["cmdline"]):  # it outlives whoever starts it, and belongs to nobody
        if any(home in argument for argument in process.info["cmdline"] or ()) and process.name() == "postgres":
            postgres |= {one.pid: one for one in (process, *process.children(recursive=True))}
    others = [process for pid, process in workers.items() if pid not in postgres]
    return Used(_seconds([own]), _seconds(postgres.values()), _seconds(others))


def _seconds(processes: Iterable[psutil.Process]) -> float:
    found = 0.0
    for process in processes:
        with suppress(psutil.Error):  # it has just ended
            times = process.cpu_times()
            found += float(times.user + times.system)
    return found
