"""The second held-out part of the catalogue: nobody who changes a rule looks at it (docs/decisions/0121)."""

from collections.abc import Iterator

from benchmarks.diagnosis.catalogue import Case
from benchmarks.diagnosis.kinds import Kind
from benchmarks.diagnosis.second_data import SECOND_DATA
from benchmarks.diagnosis.second_kinds import DATA_OF, EVERY
from benchmarks.diagnosis.second_kinds_of_networks import SECOND_KINDS
from benchmarks.diagnosis.second_sound import SECOND_SOUND

PLACES = 3
"""Trainings of each kind and of each sound setting, with architectures and data sets in turn."""
FIRST_NUMBER = 10_000
"""Of its trainings, apart from those of the other parts."""


def second_cases() -> Iterator[Case]:
    """All trainings of this part in their order: faults, then sound ones."""
    return (Case(*one, number) for number, one in enumerate((*_faulty(), *_sound()), FIRST_NUMBER))


def _faulty() -> Iterator[tuple[Kind, str, str]]:
    for number, kind in enumerate(SECOND_KINDS):
        data = DATA_OF.get(kind.name, tuple(SECOND_DATA))
        for place in range(PLACES):
            turn = number * PLACES + place
            yield kind, kind.architectures[turn % len(kind.architectures)], data[(number + place) % len(data)]


def _sound() -> Iterator[tuple[Kind, str, str]]:
    for number, kind in enumerate(SECOND_SOUND):
        for place in range(PLACES):
            turn = number * PLACES + place
            yield kind, EVERY[turn % len(EVERY)], tuple(SECOND_DATA)[(number + place) % len(SECOND_DATA)]
