"""Trainings of the sixth part that nothing is wrong with."""

from typing import Any

from benchmarks.diagnosis.fifth_sound import COSINE, _adam, _adamw
from benchmarks.diagnosis.kinds import Kind


def _sound(name: str, epochs: int = 16, **changes: Any) -> Kind:
    return Kind(f"sound-sixth-{name}", frozenset(), epochs=epochs, **changes)


SIXTH_SOUND = (
    _sound("nothing-special"),
    _sound("cosine", 14, optimizer=COSINE),
    _sound("cosine-nesterov-half-rate", 20, rate=0.5, optimizer={"nesterov": True, **COSINE}),
    _sound("seven-epochs", 7, batch_size=10, rate=0.5, optimizer=COSINE),
    _sound("fifty-epochs", 50, samples=600, rate=0.7, optimizer=COSINE),
    _sound("adam", 26, optimizer=_adam(1e-3)),
    _sound("adam-cosine", 14, batch_size=24, optimizer=_adam(2e-3, **COSINE)),
    _sound("adam-in-three-steps", 16, optimizer=_adam(3e-3, schedule="step", factor=0.2, every=0.3)),
    _sound("adamw-one-cycle", 16, optimizer=_adamw(4e-3, 1e-2, warmup=0.3, **COSINE)),
    _sound("adamw-decay-0.2", 18, optimizer=_adamw(2e-3, 0.2, warmup=0.05, **COSINE)),
    _sound(
        "rmsprop-exponential",
        16,
        optimizer={
            "name": "rmsprop",
            "learning_rate": 6e-4,
            "momentum": 0.0,
            "schedule": "exponential",
            "factor": 0.03,
        },
    ),
    _sound("adagrad", 18, optimizer={"name": "adagrad", "learning_rate": 2e-2}),
    _sound("warm-restarts", 24, optimizer={"schedule": "cyclic", "factor": 0.02, "every": 0.5}),
    _sound("step-at-half", 16, optimizer={"schedule": "step", "factor": 0.1, "every": 0.5}),
    _sound("clipped-at-2-decay-1e-3", 16, optimizer={"clip_norm": 2.0, "weight_decay": 1e-3, **COSINE}),
    _sound("batches-of-80", 26, batch_size=80, rate=1.5, optimizer={"warmup": 0.1, **COSINE}),
    _sound("dropout-0.4", 24, network={"dropout": 0.4, "width": 20}, optimizer=COSINE),
    _sound("smoothed-0.1", 16, smoothing=0.1, optimizer=_adam(2e-3, **COSINE)),
    _sound("gelu", 18, network={"activation": "gelu"}, optimizer=_adamw(2e-3, 1e-2, **COSINE)),
    _sound("group-norm", 20, network={"norm": "group"}, rate=0.5, optimizer={"warmup": 0.1, **COSINE}),
    _sound("images-laid-over-each-other", 24, loop="mixed-up", optimizer=COSINE),
    _sound("cut-and-pasted", 22, loop="cut-and-pasted", optimizer=COSINE),
    _sound("focal", 20, loop="focal", optimizer=COSINE),
    _sound("mirrored-at-random", 20, network={"fault": "sixth-mirrored-at-random"}, optimizer=COSINE),
    _sound("slow-average", 18, network={"fault": "sixth-slow-average"}, optimizer=COSINE),
    _sound("uneven-1-to-6", 18, data="sixth-uneven-1-to-6", optimizer=COSINE),
    _sound("uneven-and-drawn-evenly", 18, data="sixth-uneven-1-to-6", loop="drawn-evenly", optimizer=COSINE),
    _sound("validation-of-80", 16, data="sixth-validation-of-80", optimizer=COSINE),
    _sound("three-percent-wrong", 14, data="sixth-three-percent-wrong", rate=0.7, optimizer=COSINE),
    _sound("from-minus-one-to-one", 18, data="sixth-from-minus-one-to-one", optimizer=_adam(2e-3, **COSINE)),
)
REGRESSIONS = (
    _sound("regression-adam", 20, optimizer=_adam(2e-3, **COSINE)),
    _sound("regression-adamw-warmed-up", 22, optimizer=_adamw(3e-3, 1e-2, warmup=0.1, **COSINE)),
)
"""On numbers alone."""
