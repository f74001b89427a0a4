"""Projects that nothing is wrong with: whatever a check says of them as error or warning is a false alarm."""

from typing import Any

from benchmarks.gate.project import Project


def _row(name: str, data: str = "digits", batch_size: int = 64, change: str = "", **network: Any) -> Project:
    return _own("row", name, data, batch_size, change, **network)


def _own(own: str, name: str, data: str = "digits", batch_size: int = 64, change: str = "", **network: Any) -> Project:
    return Project(f"sound/{name}/{data}", {"own": own, **network}, data, change, batch_size)


def _zoo(zoo: str, name: str, data: str = "digits", **network: Any) -> Project:
    return Project(f"sound/{name}/{data}", {"zoo": zoo, **network}, data)


def _trained(title: str, loss: dict[str, Any] | None = None, change: str = "", **optimizer: Any) -> Project:
    network = {"own": "row", "norm": "batch"}
    return Project(f"sound/{title}/digits", network, change=change, optimizer=optimizer, loss=loss or {})


SOUND: tuple[Project, ...] = (
    *(
        _row(f"activation-{name}", ("digits", "shapes")[place % 2], activation=name)
        for place, name in enumerate(
            ("relu", "leaky", "elu", "selu", "gelu", "silu", "mish", "hardswish", "softplus", "prelu", "tanh")
        )
    ),
    *(
        _row(f"norm-{name}-{depth}", ("digits", "forms")[place % 2], norm=name, depth=depth)
        for place, (name, depth) in enumerate(
            (name, depth) for name in ("batch", "group", "layer", "instance") for depth in (2, 5)
        )
    ),
    *(_row(f"depth-{depth}", "shapes" if depth % 2 else "digits", depth=depth) for depth in (1, 2, 4, 5, 6)),
    *(_row(f"width-{width}", width=width, norm="batch", depth=2) for width in (4, 8, 48)),
    *(
        _row(f"start-{start}-{norm}", start=start, norm=norm)
        for start in ("kaiming", "fan-out", "xavier", "lecun", "orthogonal", "truncated")
        for norm in ("none", "batch")
    ),
    _row("start-normal-0.02-batch", start="normal-0.02", norm="batch"),
    _row("start-normal-0.02-batch", "shapes", start="normal-0.02", norm="batch", depth=5),
    _row("start-lecun-selu", start="lecun", activation="selu", depth=5),
    _row("head-zero", head="zero", norm="batch"),
    _row("head-zero-plain", "shapes", head="zero"),
    _row("dropout", dropout=0.5, hidden=128),
    _row("dropout-norm", "shapes", dropout=0.5, hidden=64, norm="batch"),
    _row("hidden-large", hidden=256, width=32, depth=2),
    _row("average", norm="batch", average=True),
    _row("average", "shapes", norm="batch", average=True, width=32),
    _row("coloured", change="coloured", norm="batch"),
    _row("two-classes", "forms", hidden=32),
    _row("regression", change="heights"),
    _row("regression-norm", change="heights", norm="batch"),
    _row("regression-hidden", change="heights", hidden=64),
    _row("regression", "shapes", change="heights", norm="batch"),
    _row("batch-8", batch_size=8),
    _row("batch-16-norm", batch_size=16, norm="batch"),
    _row("batch-256", batch_size=256, norm="batch"),
    _own("perceptron", "perceptron-2"),
    _own("perceptron", "perceptron-4", depth=4),
    _own("perceptron", "perceptron-tanh", activation="tanh"),
    _own("perceptron", "perceptron-1", "forms", depth=1),
    _own("units", "units-zero"),
    _own("units", "units-zero", "shapes"),
    _own("units", "units-zero-plain", norm="none"),
    _own("units", "units", zero=False),
    _own("units", "units-squeezed", squeezed=True),
    _own("units", "units-squeezed", "shapes", squeezed=True, zero=False),
    _own("units", "units-depthwise", depthwise=True),
    _own("units", "units-group", norm="group", zero=False),
    _own("patches", "patches"),
    _own("patches", "patches", "forms"),
    *(
        _zoo("convnet", f"convnet-{depth}-{norm}", depth=depth, norm=norm)
        for depth in (2, 4)
        for norm in ("none", "batch")
    ),
    _zoo("convnet", "convnet-tanh", activation="tanh", norm="none"),
    _zoo("convnet", "convnet-sigmoid", activation="sigmoid", depth=2),
    _zoo("convnet", "convnet-selu", "shapes", activation="selu", norm="none", depth=5),
    _zoo("resnet_cifar", "resnet-8", depth=8),
    _zoo("resnet_cifar", "resnet-8-pre", depth=8, preactivation=True),
    _zoo("resnet_cifar", "resnet-8-group", depth=8, norm="group"),
    _zoo("resnet_cifar", "resnet-20", "shapes", depth=20, width=0.5),
    _zoo("mobilenet", "mobilenet", width=0.25, repeats=1),
    _zoo("vgg", "vgg", "shapes", depth=11, width=0.25, hidden=64, norm="batch"),
    _zoo("lenet", "lenet", "shapes"),
    _zoo("densenet", "densenet", depth=40, growth_rate=6),
    _trained("adam", name="adam"),
    _trained("adam-1e-3", name="adam", learning_rate=1e-3),
    _trained("adamw-1e-3", name="adamw", learning_rate=1e-3, weight_decay=1e-2),
    _trained("rmsprop", name="rmsprop"),
    _trained("adagrad", name="adagrad", learning_rate=1e-2),
    _trained("sgd-0.01", learning_rate=0.01),
    _trained("sgd-0.1", learning_rate=0.1),
    _trained("no-momentum", momentum=0.0, learning_rate=0.1),
    _trained("nesterov-cosine", nesterov=True, learning_rate=0.05, schedule="cosine"),
    _trained("clipped", clip_norm=1.0, learning_rate=0.05),
    _trained("smoothed", {"label_smoothing": 0.1}, learning_rate=0.05),
    _trained("regression-l1", {"name": "l1"}, "heights", learning_rate=0.005),
    _trained("regression-adam", None, "heights", name="adam", learning_rate=1e-3),
)
