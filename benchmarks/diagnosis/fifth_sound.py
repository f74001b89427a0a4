"""Trainings of the fifth part that nothing is wrong with: what good practitioners do, and what could be taken for a
fault."""

from typing import Any

from benchmarks.diagnosis.kinds import Kind

COSINE: dict[str, Any] = {"schedule": "cosine"}


def _sound(name: str, epochs: int = 14, **changes: Any) -> Kind:
    return Kind(f"sound-fifth-{name}", frozenset(), epochs=epochs, **changes)


def _adam(rate: float, **changes: Any) -> dict[str, Any]:
    return {"name": "adam", "learning_rate": rate, "weight_decay": 0.0, **changes}


def _adamw(rate: float, decay: float, **changes: Any) -> dict[str, Any]:
    return {**_adam(rate, **changes), "name": "adamw", "weight_decay": decay}


FIFTH_SOUND = (
    _sound("as-it-is"),
    _sound("cosine", 12, optimizer=COSINE),
    _sound("cosine-from-a-low-rate", 18, rate=0.4, optimizer=COSINE),
    _sound("twelve-epochs-of-small-batches", 12, rate=0.7, batch_size=12, optimizer=COSINE),
    _sound("forty-epochs", 40, rate=0.6, samples=600, optimizer=COSINE),
    _sound("adam-by-default", 14, optimizer=_adam(1e-3)),
    _sound("adam-cosine", 14, batch_size=64, optimizer=_adam(4e-3, **COSINE)),
    _sound("adamw-warmed-up", 16, optimizer=_adamw(3e-3, 1e-2, warmup=0.1, **COSINE)),
    _sound("adamw-decay-0.1", 16, optimizer=_adamw(2e-3, 0.1, **COSINE)),
    _sound(
        "rmsprop",
        16,
        optimizer={"name": "rmsprop", "learning_rate": 1e-3, "momentum": 0.0, "weight_decay": 0.0, **COSINE},
    ),
    _sound("nesterov-decay-5e-4", 14, optimizer={"nesterov": True, "weight_decay": 5e-4, **COSINE}),
    _sound("without-momentum", 18, rate=7.0, optimizer={"momentum": 0.0, **COSINE}),
    _sound("two-steps-down", 18, optimizer={"schedule": "step", "factor": 0.1, "every": 0.4}),
    _sound("triangles", 18, optimizer={"schedule": "cyclic", "factor": 0.03, "every": 1 / 3}),
    _sound("one-cycle", 14, rate=2.0, optimizer={"warmup": 0.3, **COSINE}),
    _sound("clipped-at-1", 14, optimizer={"clip_norm": 1.0, **COSINE}),
    _sound("batches-of-6", 12, batch_size=6, rate=0.3, optimizer=COSINE),
    _sound("batches-of-128", 32, batch_size=128, rate=2.0, optimizer={"warmup": 0.1, **COSINE}),
    _sound("dropout-0.3", 20, network={"dropout": 0.3}, optimizer=COSINE),
    _sound("smoothed", 16, smoothing=0.1, optimizer=COSINE),
    _sound(
        "smoothed-and-decayed", 20, smoothing=0.15, network={"dropout": 0.1}, optimizer=_adamw(2e-3, 3e-2, **COSINE)
    ),
    _sound("wide", 10, network={"width": 28}, rate=0.7, optimizer=COSINE),
    _sound("tanh", 20, network={"activation": "tanh"}, rate=0.5, optimizer=COSINE),
    _sound("silu", 16, network={"activation": "silu"}, optimizer=COSINE),
    _sound("group-norm", 16, network={"norm": "group"}, rate=0.7, optimizer=COSINE),
    _sound("cropped-and-covered", 22, network={"fault": "fifth-cropped-and-covered"}, optimizer=COSINE),
    _sound("noise-while-trained", 18, network={"fault": "fifth-noise-while-trained"}, optimizer=COSINE),
    _sound("images-laid-over-each-other", 22, loop="mixed-up", optimizer=COSINE),
    _sound("scaled-in-the-network", 14, network={"fault": "fifth-scaled-in-the-network"}, optimizer=COSINE),
    _sound("outputs-at-a-temperature", 16, network={"fault": "fifth-at-a-temperature"}, optimizer=COSINE),
    _sound("average-of-weights", 16, network={"fault": "fifth-average-of-weights"}, optimizer=COSINE),
    _sound("uneven-1-to-5", 18, data="fifth-uneven-1-to-5", optimizer=COSINE),
    _sound("rare-classes-weigh-more", 18, data="fifth-uneven-1-to-5", loop="rare-weighs-more", optimizer=COSINE),
    _sound("validation-of-100", 14, data="fifth-validation-of-100", optimizer=COSINE),
    _sound("one-percent-wrong", 14, data="fifth-one-percent-wrong", rate=0.7, optimizer=COSINE),
)
REGRESSIONS = (
    _sound("balls-adam", 22, optimizer=_adam(2e-3, **COSINE)),
    _sound("balls-sgd", 22, rate=0.5, optimizer={"clip_norm": 1.0, "warmup": 0.1, **COSINE}),
    _sound("balls-huber", 22, loop="huber", optimizer=_adamw(3e-3, 1e-2, **COSINE)),
)
"""On balls alone."""
