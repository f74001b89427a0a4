"""Projects of a fourth part that nothing is wrong with: whatever a check says of them as error or warning is false."""

from typing import Any

from benchmarks.gate.fourth_faulty import ADAM, MODULE, SGD, source
from benchmarks.gate.project import Project

ADAMW: dict[str, Any] = {"name": "adamw", "learning_rate": 1e-3, "weight_decay": 0.05}


def _one(
    title: str,
    data: str,
    kind: str,
    optimizer: dict[str, Any] | None = None,
    loss: dict[str, Any] | None = None,
    sections: dict[str, Any] | None = None,
    **network: Any,
) -> Project:
    other = kind in ("transformer", "rows", "mixer", "maxout", "shared", "coordinates", "gated", "perceptron", "prior")
    file = "other_networks" if other else "networks"
    definition: dict[str, Any] = {
        "data": {"batch_size": 32, **({} if "path" in (sections or {}) else source(data)), **(sections or {})},
        "network": {"factory": MODULE.format(file, "build"), "kind": kind, **network},
    }
    if optimizer is not None:
        definition["optimizer"] = optimizer
    if loss is not None:
        definition["loss"] = loss
    return Project(f"sound/{title}/{data}", {}, definition=definition)


def fourth_sound() -> tuple[Project, ...]:
    """All of them."""
    return (
        _one("lenet", "digits", "lenet", {**SGD, "learning_rate": 0.05}),
        _one("lenet", "stripes", "lenet", ADAM),
        *(
            _one(f"small-{act}", data, "small", ADAM, act=act)
            for act, data in (
                *(("ReLU", "stripes"), ("GELU", "digits"), ("Softplus", "digits"), ("ELU", "glyphs")),
                *(("LeakyReLU", "badges"), ("Hardswish", "cells")),
            )
        ),
        _one("small-SELU-dropout", "badges", "small", ADAM, act="SELU", dropout=0.05),
        *(
            _one(f"small-{norm}", data, "small", optimizer, norm=norm)
            for norm, data, optimizer in (
                ("batch", "badges", {**SGD, "learning_rate": 0.05, "nesterov": True, "schedule": "cosine"}),
                ("slow", "stripes", SGD),
                ("group", "glyphs", None),
                ("layer", "cells", ADAMW),
                ("instance", "stripes", {"name": "rmsprop", "learning_rate": 1e-3, "momentum": 0.0}),
            )
        ),
        _one("dropout-0.5", "glyphs", "small", ADAM, norm="batch", dropout=0.5),
        _one("wide-7x7", "badges", "small", ADAMW, width=48, kernel=7, norm="batch"),
        _one("smoothing-0.1", "digits", "small", ADAM, {"label_smoothing": 0.1}, norm="batch"),
        _one("adagrad", "digits", "small", {"name": "adagrad", "learning_rate": 0.02}, norm="batch"),
        _one("clipped-to-1", "stripes", "small", {**SGD, "clip_norm": 1.0}, norm="batch"),
        _one("class-ratio-1-to-4", "cells", "small", SGD, norm="batch"),
        _one("file", "cells", "small", ADAM, sections={"dataset": "numpy", "path": "cells.npz"}),
        _one("batch-128", "glyphs", "small", None, sections={"batch_size": 128}, norm="batch"),
        _one("few-samples", "stripes", "small", ADAM, sections=_few("stripes", 400), norm="batch"),
        _one("resnet-18", "shapes", "resnet", {**SGD, "learning_rate": 0.05}),
        _one("resnet-18-zero-init", "badges", "resnet", ADAM, zero_init=True),
        _one("resnet-8", "badges", "resnet", None, width=16, blocks=1),
        _one("resnet-14-zero-init", "cells", "resnet", ADAMW, width=16, zero_init=True),
        _one("squeeze-excite", "badges", "squeeze-excite", ADAM),
        _one("squeeze-excite", "stripes", "squeeze-excite", None, drop_path=0.2),
        _one("cosine-head", "glyphs", "cosine", ADAM),
        _one("cosine-head", "badges", "cosine", SGD),
        _one("convnext", "stripes", "convnext", ADAMW),
        _one("convnext", "badges", "convnext", {**ADAMW, "schedule": {"name": "cosine", "warmup": 0.1}}),
        _one("mobile", "badges", "mobile", ADAM),
        _one("inception", "glyphs", "inception", SGD),
        _one("inception", "cells", "inception", ADAM),
        _one("transformer", "stripes", "transformer", ADAM),
        _one("transformer-dropout", "digits", "transformer", ADAMW, patch=2, dropout=0.1),
        _one("rows", "digits", "rows", {**ADAM, "learning_rate": 3e-3}),
        _one("mixer", "stripes", "mixer", ADAMW),
        _one("maxout", "badges", "maxout", ADAM),
        _one("shared", "digits", "shared", SGD),
        _one("coordinates", "stripes", "coordinates", ADAM),
        _one("gated-on-raw-bytes", "stripes", "gated", ADAM, sections={"normalize": False}),
        _one("perceptron", "digits", "perceptron", ADAM),
        _one("bias-of-prior", "cells", "prior", ADAM),
        _one("regression", "discs", "small", ADAM),
        _one("regression-norm", "discs", "small", {**SGD, "learning_rate": 0.01}, norm="batch"),
        _one("regression-coordinates", "discs", "coordinates", ADAM),
        _one("regression-l1", "discs", "small", ADAM, {"name": "l1"}, act="SiLU"),
    )


def _few(name: str, samples: int) -> dict[str, Any]:
    return {"options": {"name": name, "samples": samples}}
