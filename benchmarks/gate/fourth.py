"""A fourth part: projects as somebody has them who uses PyTorch and nothing of ours, checked by the command itself."""

from itertools import chain

from benchmarks.gate.fourth_faulty import of_data, of_definitions
from benchmarks.gate.fourth_faulty_networks import of_networks
from benchmarks.gate.fourth_sound import fourth_sound
from benchmarks.gate.project import Project


def fourth() -> tuple[Project, ...]:
    """All of them: faults, then sound projects."""
    return tuple(chain(of_data(), of_definitions(), of_networks(), fourth_sound()))
