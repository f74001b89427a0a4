"""The third held-out part of the catalogue: it judges rules that the second mended (docs/decisions/0136)."""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.diagnosis.catalogue import Case
from benchmarks.diagnosis.kinds import Kind
from benchmarks.diagnosis.second import PLACES
from benchmarks.diagnosis.second_sound import SECOND_SOUND
from benchmarks.diagnosis.sound import SOUND
from benchmarks.diagnosis.third_data import THIRD_DATA
from benchmarks.diagnosis.third_kinds import EVERY, THIRD_KINDS, data_for

FIRST_NUMBER = 20_000
"""Of its trainings, apart from those of the other parts."""
SETTINGS = {
    "sound-": ("decay", "dropout", "nesterov", "leaky"),
    "sound-second-": (
        *("constant", "cosine", "cosine-half", "cosine-8-epochs", "cosine-40-epochs", "three-steps", "one-step-late"),
        *("cyclic", "warm-up", "batch-16", "batch-64", "adam", "adamw", "rmsprop", "momentum-none", "clipped"),
        *("smoothed", "wide", "silu", "group-norm", "uneven-1-to-3", "two-percent-wrong", "validation-of-150"),
    ),
}
"""Sound settings of the other parts that are trained here as well, with new architectures on new data."""


def third_cases() -> Iterator[Case]:
    """All trainings of this part in their order: faults, then sound ones."""
    return (Case(*one, number) for number, one in enumerate((*_faulty(), *_sound()), FIRST_NUMBER))


def sound_kinds() -> Iterator[Kind]:
    """The settings under names of their own."""
    for kind in (*SOUND, *SECOND_SOUND):
        start = "sound-second-" if kind in SECOND_SOUND else "sound-"
        name = kind.name.removeprefix(start)
        if name in SETTINGS[start]:
            yield replace(kind, name=f"sound-third-{name}", epochs=max(kind.epochs, 14))


def _faulty() -> Iterator[tuple[Kind, str, str]]:
    for number, kind in enumerate(THIRD_KINDS):
        yield from _in_turn(kind, number, kind.architectures, data_for(kind, tuple(THIRD_DATA)))


def _sound() -> Iterator[tuple[Kind, str, str]]:
    for number, kind in enumerate(sound_kinds()):
        yield from _in_turn(kind, number, EVERY, tuple(THIRD_DATA))


def _in_turn(
    kind: Kind, number: int, architectures: tuple[str, ...], data: tuple[str, ...]
) -> Iterator[tuple[Kind, str, str]]:
    """Every kind with so many architectures; the data move on by one after each kind, and after each round."""
    for place in range(PLACES):
        turn = number * PLACES + place
        yield kind, architectures[turn % len(architectures)], data[(turn + turn // len(EVERY)) % len(data)]
