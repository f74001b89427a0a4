"""Projects of a fifth part that nothing is wrong with: whatever a check says of them as error or warning is false."""

from typing import Any

from benchmarks.gate.fifth_faulty import MODULE, source
from benchmarks.gate.fifth_other_networks import OTHERS
from benchmarks.gate.fourth_faulty import ADAM, SGD
from benchmarks.gate.project import Project

ADAMW: dict[str, Any] = {"name": "adamw", "learning_rate": 2e-3, "weight_decay": 0.02}
COSINE: dict[str, Any] = {"schedule": "cosine"}
WARM: dict[str, Any] = {"schedule": {"name": "cosine", "warmup": 0.1}}


def _one(
    title: str,
    data: str,
    optimizer: dict[str, Any] | None = None,
    loss: dict[str, Any] | None = None,
    sections: dict[str, Any] | None = None,
    **network: Any,
) -> Project:
    file = "other_networks" if network["kind"] in OTHERS else "networks"
    definition: dict[str, Any] = {
        "data": {"batch_size": 32, **({} if "path" in (sections or {}) else source(data)), **(sections or {})},
        "network": {"factory": MODULE.format(file, "build"), **network},
    }
    if optimizer is not None:
        definition["optimizer"] = optimizer
    if loss is not None:
        definition["loss"] = loss
    return Project(f"sound/{title}/{data}", {}, definition=definition)


def fifth_sound() -> tuple[Project, ...]:
    """All of them."""
    return (
        _one("tutorial", "digits", {**SGD, "learning_rate": 0.01}, kind="tutorial"),
        _one("tutorial", "runes", ADAM, kind="tutorial"),
        _one("tutorial-nesterov", "leaves", {**SGD, "nesterov": True}, kind="tutorial"),
        _one("tutorial-searched", "calls", None, kind="tutorial"),
        _one(
            "tutorial-rmsprop", "cloths", {"name": "rmsprop", "learning_rate": 1e-3, "momentum": 0.0}, kind="tutorial"
        ),
        _one("tutorial-file", "runes", ADAM, sections={"dataset": "numpy", "path": "runes.npz"}, kind="tutorial"),
        _one("regression", "tanks", ADAM, kind="tutorial"),
        _one("regression-l1", "tanks", {**ADAM, **COSINE}, {"name": "l1"}, kind="tutorial"),
        _one("regression-sgd", "tanks", {**SGD, "learning_rate": 0.005}, kind="vgg"),
        _one("regression-residual", "tanks", ADAMW, kind="residual"),
        _one("vgg", "cloths", {**SGD, "learning_rate": 0.03, "schedule": {"name": "step", "factor": 0.2}}, kind="vgg"),
        _one("vgg-without-norm", "runes", ADAM, kind="vgg", norm=False),
        _one("vgg-without-norm", "digits", {**SGD, "learning_rate": 0.03}, kind="vgg", norm=False, dropout=0.0),
        _one("vgg-dropout", "leaves", ADAM, kind="vgg", dropout=0.5),
        _one("vgg-batch-128", "cloths", {**ADAM, "learning_rate": 3e-3}, sections={"batch_size": 128}, kind="vgg"),
        _one("vgg-smoothing", "runes", ADAM, {"label_smoothing": 0.1}, kind="vgg"),
        _one("vgg-few-samples", "calls", ADAM, sections=_few("calls", 600), kind="vgg", dropout=0.1),
        _one("pre-activation", "cloths", {**SGD, **WARM, "learning_rate": 0.05, "weight_decay": 5e-4}, kind="residual"),
        _one("pre-activation", "digits", {**ADAM, **COSINE}, kind="residual"),
        _one("pre-activation-searched", "leaves", None, kind="residual", width=8),
        _one(
            "bottlenecks",
            "runes",
            {**SGD, "learning_rate": 0.05, "nesterov": True},
            kind="residual",
            block="bottleneck",
        ),
        _one("bottlenecks", "calls", ADAM, kind="residual", block="bottleneck", width=8),
        _one("dense", "runes", {**SGD, "learning_rate": 0.05, "weight_decay": 1e-4}, kind="dense"),
        _one("dense-dropout", "cloths", ADAM, kind="dense", dropout=0.1),
        _one("mobile", "leaves", {**ADAM, "learning_rate": 3e-3}, kind="mobile"),
        _one("mobile", "cloths", {"name": "rmsprop", "learning_rate": 2e-3, "momentum": 0.0}, kind="mobile"),
        _one("branches", "runes", ADAM, kind="branches"),
        _one("branches-silu", "calls", {**SGD, "clip_norm": 2.0}, kind="branches", act="SiLU"),
        _one("encoder-searched", "leaves", None, kind="encoder"),
        _one("encoder", "cloths", ADAMW, kind="encoder"),
        _one("siamese", "twins", ADAM, kind="siamese"),
        _one("siamese-cosine", "twins", {**SGD, **COSINE, "learning_rate": 0.05}, kind="siamese"),
        _one("weight-norm", "digits", {"name": "adagrad", "learning_rate": 0.02}, kind="normed"),
        _one("spectral-norm", "runes", ADAM, kind="normed", norm="spectral"),
        _one("vit", "runes", {**ADAMW, **WARM}, kind="vit", patch=2),
        _one("vit-dropout", "digits", ADAM, kind="vit", patch=2, dropout=0.1),
        _one("convolutional-transformer", "cloths", {**ADAMW, **WARM}, kind="vit", stem=True),
        _one("mlp-mixer", "calls", ADAMW, kind="mlp-mixer"),
        _one("mlp-mixer", "digits", ADAM, kind="mlp-mixer", patch=2),
        _one("conv-mixer", "cloths", ADAMW, kind="conv-mixer"),
        _one("conv-mixer", "leaves", {**SGD, "learning_rate": 0.05}, kind="conv-mixer"),
        _one("next", "runes", {**ADAMW, **WARM}, kind="next"),
        _one("next-clipped", "cloths", {**ADAMW, "clip_norm": 1.0}, kind="next", width=32),
        _one("gru-over-rows", "digits", {**ADAM, "learning_rate": 3e-3}, kind="over-rows"),
        _one("lstm-over-time", "calls", {**ADAM, "learning_rate": 3e-3}, kind="over-rows", columns=True),
        _one("waves", "digits", ADAM, kind="waves"),
        _one("standardised-weights", "cloths", {**SGD, "learning_rate": 0.05}, kind="standardised"),
        _one(
            "all-convolutions",
            "leaves",
            {**SGD, "schedule": {"name": "exponential", "factor": 0.02}},
            kind="all-convolutions",
        ),
        _one("all-convolutions-elu", "runes", ADAM, kind="all-convolutions", act="ELU"),
        _one("queries", "calls", ADAM, kind="queries"),
        _one("residual-perceptron", "digits", ADAMW, kind="residual-perceptron"),
        _one("fourier-features", "calls", ADAM, kind="residual-perceptron", fourier=True),
    )


def _few(name: str, samples: int) -> dict[str, Any]:
    return {"options": {"name": name, "samples": samples}}
