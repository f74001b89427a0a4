"""The sixth held-out part of the catalogue: data of other natures first, and faults in them (docs/decisions/0168)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from benchmarks.diagnosis.catalogue import Case
from benchmarks.diagnosis.fifth_sound import COSINE
from benchmarks.diagnosis.kinds import Kind
from benchmarks.diagnosis.second import PLACES
from benchmarks.diagnosis.sixth_data import SIXTH_DATA
from benchmarks.diagnosis.sixth_kinds import EVERY
from benchmarks.diagnosis.sixth_kinds_of_networks import SIXTH_KINDS
from benchmarks.diagnosis.sixth_sound import REGRESSIONS, SIXTH_SOUND

FIRST_NUMBER = 50_000
"""Of its trainings, apart from those of the other parts."""
CLASSES = tuple(SIXTH_DATA)
_TYPE = ("house_numbers", "words", "runes")
DATA_OF: dict[str, tuple[str, ...]] = {
    "three-classes-rotated-in-validation": tuple(one for one in CLASSES if one != "films"),
    "upside-down-in-validation": _TYPE,
    "bands-in-another-order-in-validation": ("terrain", "boards", "scenery"),
    "overexposed-in-training": ("castings", "house_numbers", "scenery", "radar"),
    "truncated-in-training": ("castings", "runes", "multiplets", "sketches", "galaxies"),
    "validation-in-another-unit": ("terrain", "films", "multiplets", "galaxies"),
    "nothing-is-minus-9999": ("terrain", "radar", "films"),
    "bytes-swapped": ("films", "multiplets"),
    "rows-in-disorder": (*_TYPE, "sketches", "boards"),
    "negatives-in-validation": ("castings", *_TYPE),
    "equalised-in-training": ("radar", "galaxies", "terrain", "films", "castings"),
    "long-tail": ("house_numbers", "words", "runes", "sketches"),
    "targets-sorted": ("colonies", "arrows"),
    "upper-rows-only": ("castings", *_TYPE, "sketches"),
    "slope-of-one": ("multiplets", "sketches", "boards", "radar"),
}
"""Kinds that not every data set can have."""
COUNTING = ("reader", "context", "pyramid")
"""Networks that can count."""
SETTINGS: tuple[dict[str, Any], ...] = (
    {"epochs": 14, "optimizer": COSINE},
    {"epochs": 16, "optimizer": {"name": "adam", "learning_rate": 2e-3, "weight_decay": 0.0, **COSINE}},
    {"epochs": 12, "rate": 0.6, "batch_size": 20},
    {"epochs": 20, "batch_size": 48, "optimizer": {"nesterov": True, "warmup": 0.1, **COSINE}},
    {"epochs": 16, "optimizer": {"name": "adamw", "learning_rate": 3e-3, "weight_decay": 0.02, **COSINE}},
    {"epochs": 18, "rate": 0.8, "optimizer": {"schedule": "step", "factor": 0.1, "every": 0.5}},
    {"epochs": 9, "rate": 0.5, "batch_size": 12, "optimizer": COSINE},
)
"""What a fault is trained with that has no numbers of its own, in turn; all of them are sound without it."""


def sixth_cases() -> Iterator[Case]:
    """All trainings of this part in their order: faults, then sound ones."""
    return (Case(*one, number) for number, one in enumerate((*_faulty(), *_sound()), FIRST_NUMBER))


def _faulty() -> Iterator[tuple[Kind, str, str]]:
    turn = 0
    for number, kind in enumerate(SIXTH_KINDS):
        data = DATA_OF.get(kind.name, CLASSES)
        for place in range(PLACES):
            turn += 1
            whole = kind if kind.epochs else replace(kind, **SETTINGS[turn % len(SETTINGS)])
            step = 5 if len(data) > PLACES and len(data) % 5 else 1
            chosen = data[(number + step * place) % len(data)]
            networks = COUNTING if chosen == "colonies" else kind.architectures
            yield whole, networks[(turn + turn // len(networks)) % len(networks)], chosen


def _sound() -> Iterator[tuple[Kind, str, str]]:
    for number, kind in enumerate(SIXTH_SOUND):
        for place in range(PLACES):
            turn = number * PLACES + place
            yield (
                kind,
                EVERY[(5 * turn + turn // len(EVERY)) % len(EVERY)],
                CLASSES[(7 * turn + turn // len(CLASSES)) % len(CLASSES)],
            )
    for number, kind in enumerate(REGRESSIONS):
        for place, network in enumerate(COUNTING):
            yield kind, network, ("colonies", "arrows")[(number + place) % 2]
