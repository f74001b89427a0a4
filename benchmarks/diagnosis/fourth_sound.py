"""Trainings of the fourth part that nothing is wrong with."""

from typing import Any

from benchmarks.diagnosis.kinds import Kind

COSINE: dict[str, Any] = {"schedule": "cosine"}


def _sound(name: str, epochs: int = 15, **changes: Any) -> Kind:
    return Kind(f"sound-fourth-{name}", frozenset(), epochs=epochs, **changes)


def _adam(rate: float, **changes: Any) -> dict[str, Any]:
    return {"name": "adam", "learning_rate": rate, **changes}


def _adamw(rate: float, decay: float, **changes: Any) -> dict[str, Any]:
    return {**_adam(rate, **changes), "name": "adamw", "weight_decay": decay}


FOURTH_SOUND = (
    _sound("plain"),
    _sound("cosine-10", 10, optimizer=COSINE),
    _sound("cosine-6", 6, batch_size=16, optimizer=COSINE),
    _sound("long", 30, rate=0.7, optimizer=COSINE),
    _sound("adamw-decay-0.05", 20, optimizer=_adamw(2e-3, 5e-2, warmup=0.1, clip_norm=1.0, **COSINE)),
    _sound("one-cycle", 16, rate=2.0, optimizer={"warmup": 0.3, "nesterov": True, **COSINE}),
    _sound("warm-restarts", 20, optimizer={"schedule": "cyclic", "factor": 0.02, "every": 0.25}),
    _sound("falls-in-four-steps", 20, optimizer={"schedule": "step", "factor": 0.4, "every": 0.2}),
    _sound("adam-constant", 14, optimizer=_adam(1e-3)),
    _sound("batch-8", 8, batch_size=8, rate=0.3, optimizer=COSINE),
    _sound("batch-96", 24, batch_size=96, rate=1.5, optimizer={"warmup": 0.1, **COSINE}),
    _sound("momentum-0.95", 15, rate=0.5, optimizer={"momentum": 0.95, "weight_decay": 5e-4, **COSINE}),
    _sound("dropout-0.5", 24, network={"dropout": 0.5, "width": 24}, optimizer=COSINE),
    _sound("augmented", 24, network={"fault": "fourth-augmented"}, optimizer=COSINE),
    _sound(
        "augmented-smoothed-dropped",
        26,
        network={"fault": "fourth-augmented", "dropout": 0.2},
        smoothing=0.1,
        optimizer=_adamw(2e-3, 1e-2, **COSINE),
    ),
    _sound("very-wide", 10, network={"width": 40}, rate=0.5, optimizer=COSINE),
    _sound("narrow", 24, network={"width": 12}, optimizer=COSINE),
    _sound("elu", 18, rate=0.6, network={"activation": "elu"}, optimizer=COSINE),
    _sound("gelu", 18, network={"activation": "gelu"}, optimizer=_adam(1.5e-3, **COSINE)),
    _sound("no-norm", 20, rate=0.3, network={"norm": "none"}, optimizer={"clip_norm": 2.0, "warmup": 0.1, **COSINE}),
    _sound("zero-head", network={"fault": "fourth-zero-head"}, optimizer=COSINE),
    _sound("log-softmax", network={"fault": "fourth-log-softmax"}, optimizer=COSINE),
    _sound("each-image-brought-to-one", network={"fault": "fourth-brought-to-one"}, optimizer=COSINE),
    _sound("uneven-1-to-4", 18, data="fourth-uneven-1-to-4", optimizer=COSINE),
    _sound("validation-of-120", data="fourth-validation-of-120", optimizer=COSINE),
    _sound("black-and-white", 16, data="fourth-black-and-white", optimizer=COSINE),
    _sound("from-0-to-1", 18, data="fourth-from-0-to-1", optimizer=_adam(2e-3, **COSINE)),
    _sound("300-images", 30, samples=300, batch_size=16, optimizer=COSINE),
)
REGRESSIONS = (
    _sound("gauges-adam", 24, optimizer=_adam(2e-3, **COSINE)),
    _sound("gauges-sgd", 24, rate=0.3, optimizer={"clip_norm": 1.0, "warmup": 0.1, **COSINE}),
)
"""On gauges alone."""
