"""Projects with the faults and the sound settings of the second held-out part of the catalogue.

Left out is what a definition cannot hold (training loops, a warm-up as long as the training) and what shows in a whole
training only: schedules that lower the rate too early and weights that are averaged behind the training.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from benchmarks.diagnosis.catalogue import RATES
from benchmarks.diagnosis.kinds import START, Kind, codes
from benchmarks.diagnosis.second_data import SECOND_DATA
from benchmarks.diagnosis.second_kinds import DATA_OF, EVERY
from benchmarks.diagnosis.second_kinds_of_networks import SECOND_KINDS
from benchmarks.diagnosis.second_sound import SECOND_SOUND
from benchmarks.gate.faulty import HIGH, UNLEARNED
from benchmarks.gate.project import Project

PLACES = 2
"""Projects of each kind of fault, with architectures and data sets in turn."""
LATER = (
    *("warm-up-longer-than-the-training", "schedule-stepped-by-batches", "schedule-that-rises"),
    "average-of-weights-lags",
)
MORE: dict[str, tuple[str, str, bool]] = {
    # kind: further codes that name the cause, further true ones, whether the check must fail
    "cyclic-peak-too-high": (HIGH, "HP504", False),
    "adam-decay-too-strong": ("HP601", "", False),
    "max-norm-0.01": ("HP604", UNLEARNED, False),
    "smoothing-0.9": ("HP602", UNLEARNED, False),
    "whole-set-in-one-batch": ("HP701 HP702", "", False),
    "no-activations": ("stalled-above-zero", UNLEARNED, False),
    "tanh-output": ("HP201 loss-has-a-floor", UNLEARNED, False),
    "softmax-over-the-batch": ("HP403 HP201", UNLEARNED, True),
    "outputs-dropped": ("HP206", UNLEARNED, False),
    "first-maps-dropped": ("HP207", UNLEARNED, False),
    "pooled-to-one-too-early": ("stalled-above-zero", UNLEARNED, False),
    "stride-of-eight": ("stalled-above-zero HP104", UNLEARNED, False),
    "layer-made-in-the-forward-pass": ("HP404 HP406", UNLEARNED, True),
    "outputs-detached": ("", UNLEARNED, True),
    "one-output-too-few": ("HP401", UNLEARNED, True),
    "images-mixed-and-labels-not": ("HP403 HP404", UNLEARNED, False),
}
"""What the check itself can say of a kind; of those that are not here, what the catalogue has."""


def second() -> tuple[Project, ...]:
    """All of them: faults, then sound settings."""
    return tuple(chain(_faulty(), _sound()))


def _faulty() -> Iterator[Project]:
    for number, kind in enumerate(SECOND_KINDS):
        if kind.loop or kind.name in LATER:
            continue
        data = DATA_OF.get(kind.name, tuple(SECOND_DATA))
        for place in range(PLACES):
            architecture = kind.architectures[(number * PLACES + place) % len(kind.architectures)]
            yield _project(kind, architecture, data[(number + place) % len(data)])


def _sound() -> Iterator[Project]:
    for number, kind in enumerate(SECOND_SOUND):
        yield _project(kind, EVERY[number % len(EVERY)], tuple(SECOND_DATA)[number % len(SECOND_DATA)])


def _project(kind: Kind, architecture: str, data: str) -> Project:
    right, also, fails = MORE.get(kind.name, ("", UNLEARNED, False))
    sound = not kind.right
    early = codes(f"{START} signal-lost same-answer") - codes("initial-loss-off activation-scale")
    true = kind.also | codes(also) | early
    return Project(
        f"{kind.name}/{architecture}/{data}",
        {"architecture": architecture, **kind.network},
        data,
        kind.data,
        batch_size=kind.batch_size,
        optimizer={"learning_rate": RATES[architecture] * kind.rate, **_optimizer(kind)},
        loss={"label_smoothing": kind.smoothing} if kind.smoothing else {},
        right=frozenset() if sound else kind.right | codes(right),
        also=frozenset() if sound else true - kind.right,
        fails=fails and not sound,
    )


def _optimizer(kind: Kind) -> dict[str, Any]:
    """What the kind changes, with its schedule as a definition has it."""
    found = dict(kind.optimizer)
    schedule = {key: found.pop(key) for key in ("factor", "every", "warmup") if key in found}
    name = found.pop("schedule", "constant")
    return {**found, "schedule": {"name": name, **schedule}} if schedule or name != "constant" else found
