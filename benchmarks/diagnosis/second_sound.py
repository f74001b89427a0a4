"""Trainings of the second held-out part that nothing is wrong with."""

from typing import Any

from benchmarks.diagnosis.kinds import Kind

COSINE: dict[str, Any] = {"schedule": "cosine"}


def _sound(name: str, epochs: int = 15, **changes: Any) -> Kind:
    return Kind(f"sound-second-{name}", frozenset(), epochs=epochs, **changes)


def _adam(rate: float, **changes: Any) -> dict[str, Any]:
    return {"name": "adam", "learning_rate": rate, **changes}


SECOND_SOUND = (
    _sound("constant", 20),
    _sound("cosine", optimizer=COSINE),
    _sound("cosine-half", 20, rate=0.5, optimizer=COSINE),
    _sound("cosine-double", rate=2.0, optimizer=COSINE),
    _sound("cosine-8-epochs", 8, batch_size=16, optimizer=COSINE),
    _sound("cosine-40-epochs", 40, optimizer=COSINE),
    _sound("three-steps", 20, optimizer={"schedule": "step", "factor": 0.3, "every": 0.3}),
    _sound("one-step-late", 20, optimizer={"schedule": "step", "factor": 0.1, "every": 0.75}),
    _sound("exponential", 18, optimizer={"schedule": "exponential", "factor": 0.05}),
    _sound("cyclic", 20, optimizer={"schedule": "cyclic", "factor": 0.05, "every": 0.5}),
    _sound("warm-up", 18, optimizer={"warmup": 0.15, **COSINE}),
    _sound("batch-8", 12, batch_size=8, rate=0.4, optimizer=COSINE),
    _sound("batch-16", 12, batch_size=16, rate=0.7, optimizer=COSINE),
    _sound("batch-64", 24, batch_size=64, rate=1.5, optimizer=COSINE),
    _sound("batch-128", 40, batch_size=128, rate=2.0, optimizer={"warmup": 0.1, **COSINE}),
    _sound("adam", 18, optimizer=_adam(2e-3)),
    _sound("adam-cosine", optimizer=_adam(3e-3, **COSINE)),
    _sound("adamw", 18, optimizer={**_adam(3e-3, **COSINE), "name": "adamw", "weight_decay": 5e-2}),
    _sound("rmsprop", 24, optimizer={"name": "rmsprop", "learning_rate": 2e-3, "momentum": 0.0, **COSINE}),
    _sound("adagrad", 20, optimizer={"name": "adagrad", "learning_rate": 0.02}),
    _sound("nesterov", optimizer={"nesterov": True, **COSINE}),
    _sound("momentum-none", 20, rate=8.0, optimizer={"momentum": 0.0, **COSINE}),
    _sound("clipped", optimizer={"clip_norm": 2.0, **COSINE}),
    _sound("decay-5e-4", optimizer={"weight_decay": 5e-4, **COSINE}),
    _sound("max-norm-4", optimizer={"max_norm": 4.0, **COSINE}),
    _sound("smoothed", 18, smoothing=0.1, optimizer=COSINE),
    _sound("dropout", 20, network={"dropout": 0.3}, optimizer=COSINE),
    _sound("wide", 12, network={"width": 24}, optimizer=COSINE),
    _sound("narrow", 20, network={"width": 12}, optimizer=COSINE),
    _sound("leaky", network={"activation": "leaky-relu"}, optimizer=COSINE),
    _sound("elu", 18, rate=0.7, network={"activation": "elu"}, optimizer=COSINE),
    _sound("silu", 18, network={"activation": "silu"}, optimizer=COSINE),
    _sound("group-norm", 18, network={"norm": "group"}, optimizer=COSINE),
    _sound("uneven-1-to-3", 18, data="mildly-uneven", optimizer=COSINE),
    _sound("two-percent-wrong", data="two-percent-wrong", rate=0.7, optimizer=COSINE),
    _sound("validation-of-150", data="fair-validation", optimizer=COSINE),
    _sound("noisy-pixels", 18, data="noisy-pixels", optimizer=COSINE),
    _sound("two-classes", data="two-classes", optimizer=COSINE),
    _sound("two-classes-adam", 20, data="two-classes", optimizer=_adam(1e-3, **COSINE)),
    _sound("400-samples", 25, data="fewer", optimizer=COSINE),
    _sound(
        "all-together", 20, network={"dropout": 0.1}, smoothing=0.05, optimizer={**_adam(2e-3, **COSINE), "warmup": 0.1}
    ),
)
