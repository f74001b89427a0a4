"""The parts of the catalogue by name."""

from collections.abc import Callable, Iterator

from benchmarks.diagnosis.catalogue import Case, cases
from benchmarks.diagnosis.fifth import fifth_cases
from benchmarks.diagnosis.fourth import fourth_cases
from benchmarks.diagnosis.second import second_cases
from benchmarks.diagnosis.sixth import sixth_cases
from benchmarks.diagnosis.third import third_cases

PARTS: dict[str, Callable[[], Iterator[Case]]] = {
    "tuned": lambda: (case for case in cases() if not case.held_out),
    "held-out": lambda: (case for case in cases() if case.held_out),
    "second": second_cases,
    "third": third_cases,
    "fourth": fourth_cases,
    "fifth": fifth_cases,
    "sixth": sixth_cases,
}
"""All cases of each, in their order."""
