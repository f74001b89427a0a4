"""The fourth held-out part of the catalogue: faults that users make in modules of their own, in their files and in
their definitions (docs/decisions/0138)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from benchmarks.diagnosis.catalogue import Case
from benchmarks.diagnosis.fourth_data import FOURTH_DATA
from benchmarks.diagnosis.fourth_kinds import DATA_OF, EVERY
from benchmarks.diagnosis.fourth_kinds_of_networks import FOURTH_KINDS
from benchmarks.diagnosis.fourth_sound import COSINE, FOURTH_SOUND, REGRESSIONS
from benchmarks.diagnosis.kinds import Kind
from benchmarks.diagnosis.second import PLACES

FIRST_NUMBER = 30_000
"""Of its trainings, apart from those of the other parts."""
SETTINGS: tuple[dict[str, Any], ...] = (
    {"epochs": 12},
    {"epochs": 20, "rate": 1.5, "batch_size": 64, "optimizer": COSINE},
    {"epochs": 10, "rate": 0.6, "batch_size": 16, "optimizer": COSINE},
    {"epochs": 16, "optimizer": {"name": "adam", "learning_rate": 2e-3, **COSINE}},
    {"epochs": 30, "rate": 0.5},
)
"""What a fault is trained with that has no numbers of its own, in turn; all of them are sound without it."""


def fourth_cases() -> Iterator[Case]:
    """All trainings of this part in their order: faults, then sound ones."""
    return (Case(*one, number) for number, one in enumerate((*_faulty(), *_sound()), FIRST_NUMBER))


def _faulty() -> Iterator[tuple[Kind, str, str]]:
    turn = 0
    for number, kind in enumerate(FOURTH_KINDS):
        data = DATA_OF.get(kind.name, tuple(FOURTH_DATA))
        for place in range(PLACES):
            turn += 1
            whole = kind if kind.epochs else replace(kind, **SETTINGS[turn % len(SETTINGS)])
            yield whole, kind.architectures[turn % len(kind.architectures)], data[(number + place) % len(data)]


def _sound() -> Iterator[tuple[Kind, str, str]]:
    for number, kind in enumerate(FOURTH_SOUND):
        for place in range(PLACES):
            turn = number * PLACES + place
            yield kind, EVERY[(5 * turn + turn // len(EVERY)) % len(EVERY)], tuple(FOURTH_DATA)[turn % len(FOURTH_DATA)]
    for number, kind in enumerate(REGRESSIONS):
        for place in range(PLACES):
            yield kind, EVERY[(number * PLACES + place) % len(EVERY)], "gauges"
