"""A fifth part: projects whose faults were reported by users of PyTorch and its kin, checked by the command itself."""

from itertools import chain

from benchmarks.gate.fifth_faulty import of_data
from benchmarks.gate.fifth_sound import fifth_sound
from benchmarks.gate.project import Project


def fifth() -> tuple[Project, ...]:
    """All of them: faults, then sound projects."""
    return tuple(chain(of_data(), fifth_sound()))
