"""How many workers train at the same time on this machine, and which share of its GPUs each one gets."""

from dataclasses import dataclass
from typing import Literal

from hpsearch.executors.machine import cores
from hpsearch.study import Resources

WORKERS_PER_GPU = 4
"""At most, where both numbers are left open. Heuristic: several small networks fill a GPU better than one, and the
memory that every process takes for itself stays small beside that of the networks."""


@dataclass(frozen=True)
class Workers:
    """What to ask of the executor."""

    count: int | None
    """Processes; None for one per core."""
    gpus_each: float


def workers_for(resources: Resources, asked: int | None, gpus: int, fitting: int | None = None) -> Workers:
    """Decides what the definition leaves open.

    ``asked`` comes from the command line and replaces the definition's number. ``gpus`` is the number of GPUs that
    may be divided: those of this machine, and none on a cluster, where the definition has to say the share.
    ``fitting`` so many trials have room in the memory of each; None if that is not known.
    """
    count = asked or _number(resources.workers)
    if resources.gpus_per_worker != "auto":
        return Workers(count, resources.gpus_per_worker)
    if gpus == 0:
        return Workers(count, 0.0)
    most = gpus * (WORKERS_PER_GPU if fitting is None else min(WORKERS_PER_GPU, fitting))
    if count is None:
        count = min(cores(), most)
    elif fitting is not None:
        count = min(count, gpus * fitting)  # more would wait for memory, or run out of it
    return Workers(count, min(1.0, gpus / count))


def _number(workers: int | Literal["auto"]) -> int | None:
    return None if workers == "auto" else workers
