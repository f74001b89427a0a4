"""Projects of a sixth part that nothing is wrong with: whatever a check says of them as error or warning is false."""

from typing import Any

from benchmarks.gate.fourth_faulty import ADAM, SGD
from benchmarks.gate.project import Project
from benchmarks.gate.sixth_other_networks import OTHERS

MODULE = "benchmarks.gate.sixth_{}:{}"
ADAMW: dict[str, Any] = {"name": "adamw", "learning_rate": 2e-3, "weight_decay": 0.02}
FAST: dict[str, Any] = {**ADAM, "learning_rate": 3e-3}
RMS: dict[str, Any] = {"name": "rmsprop", "learning_rate": 1e-3, "momentum": 0.0}
COSINE: dict[str, Any] = {"schedule": "cosine"}
WARM: dict[str, Any] = {"schedule": {"name": "cosine", "warmup": 0.1}}


def source(name: str, fault: str = "", **more: Any) -> dict[str, Any]:
    """The section of a definition that names the data: a file that is written into the project's folder."""
    if name == "digits":
        return {"dataset": name, **more}
    return {"dataset": "numpy", "path": f"{name}+{fault}.npz" if fault else f"{name}.npz", **more}


def loader(name: str, fault: str = "", **more: Any) -> dict[str, Any]:
    """The same by a loader of the project's own."""
    options = {"name": name, **({"fault": fault} if fault else {})}
    return {"factory": MODULE.format("data", "load"), "options": options, **more}


def _one(
    data: str,
    optimizer: dict[str, Any] | None,
    title: str = "",
    loss: dict[str, Any] | None = None,
    *,
    batch_size: int = 32,
    by: Any = source,
    sections: dict[str, Any] | None = None,
    **network: Any,
) -> Project:
    file = "other_networks" if network["kind"] in OTHERS else "networks"
    definition: dict[str, Any] = {
        "data": by(data, batch_size=batch_size, **(sections or {})),
        "network": {"factory": MODULE.format(file, "build"), **network},
    }
    if optimizer is not None:
        definition["optimizer"] = optimizer
    if loss is not None:
        definition["loss"] = loss
    name = "-".join(filter(None, (str(network["kind"]), title)))
    return Project(f"sound/{name}/{data}", {}, definition=definition)


def sixth_sound() -> tuple[Project, ...]:
    """All of them."""
    return (
        _one("tiles", ADAM, kind="course"),
        _one("tiles", {**SGD, "nesterov": True, "learning_rate": 0.01}, "without-norm", kind="course", norm="none"),
        _one("plates", ADAM, "loader", by=loader, kind="course", width=24),
        _one("plates", FAST, "heavy-dropout", kind="course", width=32, dropout=0.5),
        _one("slices", ADAM, "instance", kind="course", norm="instance"),
        _one("boards", None, "searched", kind="course", width=24),
        _one("beats", ADAM, kind="course"),
        _one("beats", {**SGD, **COSINE}, "group", kind="course", norm="group", act="SiLU"),
        _one("ovens", ADAM, kind="course", norm="none"),
        _one("ovens", {**SGD, "learning_rate": 0.01}, "l1", {"name": "l1"}, kind="course"),
        _one("soils", ADAMW, "one-group", kind="course", norm="one-group", act="GELU"),
        _one("soils", None, "searched", kind="course", width=8),
        _one("marks", {**SGD, **WARM, "learning_rate": 0.05}, kind="course", width=24),
        _one("marks", ADAM, "prior", {"label_smoothing": 0.1}, kind="course", prior=-4.6, width=24),
        _one("rain", ADAM, "response-norm", kind="course", norm="response"),
        _one("wells", ADAM, batch_size=16, kind="course", width=8),
        _one("wells", {**SGD, "learning_rate": 0.01}, "small-batches", batch_size=8, kind="pyramid", width=16),
        _one("coins", FAST, "elu", kind="course", act="ELU", norm="none"),
        _one("larger", ADAM, "dropout", kind="course", dropout=0.3, width=24),
        _one("rain", {**FAST, **COSINE}, kind="fixup", width=32),
        _one("tiles", {**SGD, "learning_rate": 0.01}, kind="fixup"),
        _one("coins", {**SGD, "learning_rate": 0.05, "clip_norm": 1.0}, kind="norm-free"),
        _one("tiles", ADAMW, kind="norm-free", width=32),
        _one("rain", ADAM, kind="frozen-bank"),
        _one("marks", FAST, kind="frozen-bank", width=64),
        _one("marks", FAST, kind="pretrained", hidden=128),
        _one("digits", None, "searched", kind="pretrained"),
        _one("coins", ADAM, kind="attended"),
        _one("slices", FAST, kind="attended"),
        _one("rain", ADAMW, kind="pyramid"),
        _one("coins", ADAM, kind="turned", width=12),
        _one("boards", {**ADAMW, **WARM}, kind="cells", width=32),
        _one("flows", ADAM, kind="cells", width=32),
        _one("beats", FAST, kind="dilated"),
        _one("marks", FAST, kind="then-recurrent"),
        _one("stereo", FAST, kind="two-eyes"),
        _one("plates", ADAM, kind="experts"),
        _one("flows", RMS, kind="prototypes"),
        _one("tiles", {"name": "adagrad", "learning_rate": 0.02}, kind="with-spectrum"),
        _one("marks", ADAM, kind="moved"),
        _one("soils", {**ADAMW, **WARM}, kind="skipped-deep"),
        _one("tiles", ADAM, kind="second-order"),
        _one("flows", {**SGD, "learning_rate": 0.03, "weight_decay": 5e-4}, kind="softened"),
        _one("plates", FAST, kind="ensemble", batch_size=64),
        _one("slices", ADAMW, kind="gated"),
        _one("ovens", ADAM, kind="skipped-deep", drop=0.0),
    )
