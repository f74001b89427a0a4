"""A fifth part: projects whose faults were reported by users of PyTorch and its kin, checked by the command itself."""

from itertools import chain

from benchmarks.gate.fifth_faulty import of_data, of_definitions
from benchmarks.gate.fifth_faulty_networks import of_networks
from benchmarks.gate.fifth_sound import fifth_sound
from benchmarks.gate.project import Project


def fifth() -> tuple[Project, ...]:
    """All of them: faults, then sound projects."""
    return tuple(chain(of_data(), of_definitions(), of_networks(), fifth_sound()))
