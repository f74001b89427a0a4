"""A sixth part: data sets of other kinds than before, two photographs among them, checked by the command itself."""

from itertools import chain

from benchmarks.gate.project import Project
from benchmarks.gate.sixth_faulty import of_data, of_definitions
from benchmarks.gate.sixth_faulty_networks import of_networks
from benchmarks.gate.sixth_sound import sixth_sound


def sixth() -> tuple[Project, ...]:
    """All of them: faults, then sound projects."""
    return tuple(chain(of_data(), of_definitions(), of_networks(), sixth_sound()))
