"""The fifth held-out part of the catalogue: leaves of the published lists of real faults (docs/decisions/0151)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from benchmarks.diagnosis.catalogue import Case
from benchmarks.diagnosis.fifth_data import FIFTH_DATA
from benchmarks.diagnosis.fifth_kinds import EVERY
from benchmarks.diagnosis.fifth_kinds_of_networks import FIFTH_KINDS
from benchmarks.diagnosis.fifth_sound import COSINE, FIFTH_SOUND, REGRESSIONS
from benchmarks.diagnosis.kinds import Kind
from benchmarks.diagnosis.second import PLACES

FIRST_NUMBER = 40_000
"""Of its trainings, apart from those of the other parts."""
CLASSES = (*FIFTH_DATA, "digits")
"""The data sets with classes, in turn."""
DATA_OF: dict[str, tuple[str, ...]] = {
    "percentage-error": ("balls",),
    "targets-broadcast": ("balls",),
    "relu-on-a-regression": ("balls",),
    "most-training-data-removed": ("blossoms", "dice", "digits"),
    "regularisation-removed-from-few-samples": ("blossoms", "tags", "digits"),
    "channels-read-as-rows": ("blossoms", "plots"),
    "transposed-in-validation": ("calls", "tags", "digits"),
    "turned-at-random": ("tags",),
    "classes-overlap": ("plots", "dice", "calls"),
    "mean-absolute-error": ("tags", "digits", "dice"),
    "too-few-units": ("blossoms", "digits", "tags"),
    "low-resolution": ("tags", "digits", "calls"),
    "activations-forgotten": ("blossoms", "dice", "calls"),
    "filters-of-one-pixel": ("dice", "calls", "tags"),
    "pooled-too-much": ("dice", "digits", "calls"),
}
"""Kinds that not every data set can have."""
SETTINGS: tuple[dict[str, Any], ...] = (
    {"epochs": 14, "optimizer": COSINE},
    {"epochs": 10, "optimizer": {"name": "adam", "learning_rate": 3e-3, "weight_decay": 0.0}},
    {"epochs": 12, "rate": 0.7, "batch_size": 24},
    {"epochs": 18, "rate": 1.5, "batch_size": 64, "optimizer": {"nesterov": True, **COSINE}},
    {
        "epochs": 12,
        "optimizer": {"name": "adamw", "learning_rate": 2e-3, "weight_decay": 0.02, "warmup": 0.1, **COSINE},
    },
    {"epochs": 8, "rate": 0.5, "batch_size": 16},
    {"epochs": 24, "rate": 0.6, "optimizer": {"schedule": "step", "factor": 0.2, "every": 0.4}},
)
"""What a fault is trained with that has no numbers of its own, in turn; all of them are sound without it."""


def fifth_cases() -> Iterator[Case]:
    """All trainings of this part in their order: faults, then sound ones."""
    return (Case(*one, number) for number, one in enumerate((*_faulty(), *_sound()), FIRST_NUMBER))


def _faulty() -> Iterator[tuple[Kind, str, str]]:
    turn = 0
    for number, kind in enumerate(FIFTH_KINDS):
        data = DATA_OF.get(kind.name, CLASSES)
        step = 1 if len(data) == 2 else 2
        for place in range(PLACES):
            turn += 1
            whole = kind if kind.epochs else replace(kind, **SETTINGS[turn % len(SETTINGS)])
            yield whole, kind.architectures[turn % len(kind.architectures)], data[(number + step * place) % len(data)]


def _sound() -> Iterator[tuple[Kind, str, str]]:
    for number, kind in enumerate(FIFTH_SOUND):
        for place in range(PLACES):
            turn = number * PLACES + place
            yield kind, EVERY[(5 * turn + turn // len(EVERY)) % len(EVERY)], CLASSES[(turn + number) % len(CLASSES)]
    for number, kind in enumerate(REGRESSIONS):
        for place in range(PLACES):
            yield kind, EVERY[(number * PLACES + place) % len(EVERY)], "balls"
