"""Trainings that nothing is wrong with, in many settings: whatever is told of them is a false alarm."""

from typing import Any

from benchmarks.diagnosis.kinds import EPOCHS, Kind

COSINE: dict[str, Any] = {"schedule": "cosine"}


def _sound(name: str, **changes: Any) -> Kind:
    return Kind(f"sound-{name}", frozenset(), **changes)


def _adam(rate: float, **changes: Any) -> dict[str, Any]:
    return {"name": "adam", "learning_rate": rate, **changes}


SOUND = (
    _sound("0"),
    _sound("1"),
    _sound("cosine-0.5", rate=0.5, optimizer=COSINE, epochs=16),
    _sound("cosine-1", optimizer=COSINE),
    _sound("cosine-2", rate=2.0, optimizer=COSINE),
    _sound("step", optimizer={"schedule": "step", "factor": 0.1, "every": 2 / 3}),
    _sound("slow", rate=0.5, epochs=16),
    _sound("decay", optimizer={"weight_decay": 1e-3, **COSINE}),
    _sound("dropout", network={"dropout": 0.2}, optimizer=COSINE, epochs=16),
    _sound("wide", network={"width": 20}, optimizer=COSINE),
    _sound("narrow", network={"width": 12}, optimizer=COSINE, epochs=16),
    _sound("batch-16", batch_size=16, rate=0.5, optimizer=COSINE),
    _sound("batch-64", batch_size=64, rate=1.5, optimizer=COSINE, epochs=18),
    _sound("long", optimizer=COSINE, epochs=24),
    _sound("adam", optimizer=_adam(3e-3)),
    _sound("adam-cosine", optimizer=_adam(3e-3, **COSINE)),
    _sound("adamw", optimizer={**_adam(2e-3, **COSINE), "name": "adamw", "weight_decay": 1e-2}, epochs=16),
    _sound("rmsprop", optimizer={"name": "rmsprop", "learning_rate": 1e-3, "momentum": 0.0, **COSINE}, epochs=16),
    _sound("nesterov", optimizer={"nesterov": True, **COSINE}),
    _sound("warm-up", optimizer={"warmup": 0.1, **COSINE}),
    _sound("clipped", optimizer={"clip_norm": 5.0, **COSINE}),
    _sound("smoothed", smoothing=0.1, optimizer=COSINE, epochs=16),
    _sound("leaky", network={"activation": "leaky-relu"}, optimizer=COSINE),
    _sound("elu", network={"activation": "elu"}, optimizer=COSINE),
    _sound("exponential", optimizer={"schedule": "exponential", "factor": 0.03}),
    _sound("coloured", data="coloured", optimizer=COSINE),
    _sound("regression", data="heights", optimizer=_adam(2e-3, **COSINE), epochs=24),
)
"""Those that rules may be tuned on."""

HELD_OUT_SOUND = (
    _sound("held-0"),
    _sound("held-1"),
    _sound("held-cosine-0.7", rate=0.7, optimizer=COSINE, epochs=18),
    _sound("held-cosine-1.5", rate=1.5, optimizer=COSINE),
    _sound("held-cosine-long", optimizer=COSINE, epochs=30),
    _sound("held-cyclic", optimizer={"schedule": "cyclic", "factor": 0.1, "every": 1 / 3}, epochs=15),
    _sound("held-two-steps", optimizer={"schedule": "step", "factor": 0.2, "every": 0.4}, epochs=15),
    _sound("held-decay", optimizer={"weight_decay": 3e-3, **COSINE}),
    _sound("held-dropout", network={"dropout": 0.3}, optimizer=COSINE, epochs=18),
    _sound("held-wide", network={"width": 24}, optimizer=COSINE),
    _sound("held-batch-24", batch_size=24, rate=0.8, optimizer=COSINE),
    _sound("held-batch-48", batch_size=48, rate=1.2, optimizer=COSINE, epochs=16),
    _sound("held-adam-1e-3", optimizer=_adam(1e-3), epochs=18),
    _sound("held-adam-5e-3", optimizer=_adam(5e-3, **COSINE)),
    _sound("held-adagrad", optimizer={"name": "adagrad", "learning_rate": 0.02}, epochs=18),
    _sound("held-rmsprop", optimizer={"name": "rmsprop", "learning_rate": 5e-4, "momentum": 0.0}, epochs=18),
    _sound("held-momentum-0.8", rate=2.0, optimizer={"momentum": 0.8, **COSINE}),
    _sound("held-momentum-0.95", rate=0.5, optimizer={"momentum": 0.95, **COSINE}),
    _sound("held-warm-up", rate=1.5, optimizer={"warmup": 0.2, **COSINE}, epochs=15),
    _sound("held-max-norm", optimizer={"max_norm": 3.0, **COSINE}),
    _sound("held-l1", optimizer={"l1": 1e-4, **COSINE}),
    _sound("held-smoothed", smoothing=0.05, optimizer=COSINE, epochs=16),
    _sound("held-gelu", network={"activation": "gelu"}, optimizer=COSINE, epochs=16),
    _sound("held-silu", network={"activation": "silu"}, optimizer=COSINE, epochs=16),
    _sound("held-tanh", network={"activation": "tanh"}, rate=0.5, optimizer=COSINE, epochs=16),
    _sound("held-group-norm", network={"norm": "group"}, rate=0.5, optimizer=COSINE, epochs=16),
    _sound("held-coloured", data="coloured", optimizer=_adam(3e-3, **COSINE)),
    _sound("held-regression", data="heights", optimizer={"schedule": "cosine"}, rate=0.5, epochs=EPOCHS * 2),
)
"""Nothing of these is looked at while rules are tuned."""
