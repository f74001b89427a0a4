"""Projects with a fault that can show before a whole training, each in several networks."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from benchmarks.diagnosis.catalogue import RATES
from benchmarks.diagnosis.kinds import CUT, START, Kind, codes
from benchmarks.diagnosis.known import KINDS
from benchmarks.diagnosis.unseen import HELD_OUT_KINDS
from benchmarks.gate.project import Project

HIGH = "learning-rate-too-high learning-rates-too-high"
LOW = "learning-rate-too-low learning-rates-too-low"
UNLEARNED = "stalled-above-zero loss-did-not-move loss-exploded loss-unstable no-learning-rate training-failed"
"""How a network that cannot learn looks to the stages: symptoms, true and no causes."""
DATA = ("digits", "shapes")
MORE: dict[str, tuple[str, str, bool]] = {
    # kind: further codes that name the cause, further true ones, whether the check must fail
    "rate-too-low-1000": (LOW, "", False),
    "rate-too-high-100": (HIGH, "", False),
    "rate-too-high-1000": (HIGH, "", True),
    "exploding-without-norm": (HIGH, "", True),
    "exploding-with-norm": (HIGH, "", False),
    "adam-rate-too-low": (LOW, "", False),
    "adam-rate-too-high": (f"{HIGH} HP504", "", False),
    "clipped-to-nothing": (f"{LOW} HP603", UNLEARNED, False),
    "weight-decay-1": ("HP601", "", False),
    "l1-too-strong": ("HP601", f"{UNLEARNED} {HIGH} {LOW}", False),
    "tiny-weights": ("signal-lost", UNLEARNED, False),
    "huge-weights": ("loss-unstable loss-exploded", UNLEARNED, True),
    "zero-weights": ("HP404", "loss-did-not-move", True),
    "dead-relus": ("HP404", "loss-did-not-move stalled-above-zero", True),
    "deep-sigmoids": ("HP204 signal-lost", UNLEARNED, False),
    "deep-without-norm": ("", UNLEARNED, False),
    "all-layers-frozen": ("", UNLEARNED, True),
    "frozen-narrow-body": ("", UNLEARNED, False),
    "unused-layer": ("HP402", "", False),
    "batch-mixed": ("HP403", "", True),
    "reshape-mixes-batch": ("HP403", "", True),
    "softmax-twice": ("HP201 loss-has-a-floor", UNLEARNED, True),
    "softmax-twice-as-a-call": ("HP201 loss-has-a-floor", UNLEARNED, True),
    "relu-output": ("HP201", UNLEARNED, False),
    "too-small": ("stalled-above-zero", UNLEARNED, False),
    "trained-in-evaluation-mode": ("", UNLEARNED, False),
    "constant-weights": ("stalled-above-zero", UNLEARNED, False),
    "most-relus-dead": ("dead-units-at-start", UNLEARNED, False),
    "detached-body": ("", UNLEARNED, False),
    "output-times-100": ("", UNLEARNED, True),
    "output-divided-by-100": ("", UNLEARNED, False),
    "sigmoid-output": ("HP201 loss-has-a-floor", UNLEARNED, True),
    "augmentation-destroys-labels": ("", UNLEARNED, False),
    "images-never-arrive": ("HP404", UNLEARNED, True),
    "bottleneck-of-one": ("stalled-above-zero", UNLEARNED, False),
    "images-not-a-number": ("", UNLEARNED, True),
    "labels-start-at-one": ("", "", True),
}
"""What the check itself can say of the kinds of the catalogue. Those that are not here, and no fault of the data, show
in a whole training only."""
ABSENT = (
    "rate-never-lowered",
    "too-few-samples",
    "dropout-0.95",
    "norm-before-output",
    "validated-in-training-mode",
    "norms-never-settle",
    "too-large",
)
"""Nor do these: the sanity stages train without dropout and do not validate."""
ARCHITECTURES: tuple[str, ...] = ("plain", "norm", "residual", "vgg", "separable", "dense")
ZOO: dict[str, Mapping[str, Any]] = {
    "convnet-2": {"zoo": "convnet", "depth": 2, "norm": "none"},
    "convnet-6-norm": {"zoo": "convnet", "depth": 6, "pool_every": 2},
    "resnet-8": {"zoo": "resnet_cifar", "depth": 8, "width": 0.5},
    "mobilenet": {"zoo": "mobilenet", "width": 0.25, "repeats": 1},
    "row": {"own": "row", "hidden": 64},
    "units": {"own": "units", "zero": False},
}
ANYWHERE = (
    "huge",
    "zero",
    "frozen",
    "all-frozen",
    "unused",
    "mixing",
    "wrong-reshape",
    "relu-output",
    "softmax-output",
    "sigmoid-output",
    "hidden-softmax",
    "loud-output",
    "faint-output",
    "blind",
    "constant",
    "destroyed",
    "never-trains",
)
"""Faults that can be put into any network."""
OWN_FAULTS: dict[str, tuple[str, str, bool]] = {
    "listed": ("HP406", UNLEARNED, False),
    "ungraded": (f"{CUT} HC204", UNLEARNED, False),
    "averaged": ("stalled-above-zero", UNLEARNED, False),
    "normed-samples": ("HP403 samples-influence-each-other", "HC207", True),
}
"""Right, also true and failing, for the faults of ``networks.MORE_FAULTS``."""


def faulty() -> tuple[Project, ...]:
    """All of them: kinds of the catalogue in its own architectures, then faults in other networks."""
    return tuple(chain(_of_catalogue(), _elsewhere(), _own()))


def _of_catalogue() -> Iterator[Project]:
    for number, kind in enumerate((*KINDS, *HELD_OUT_KINDS)):
        if kind.loop or kind.smoothing or kind.name in ABSENT or (kind.name not in MORE and not kind.data):
            continue
        for place, architecture in enumerate(_architectures(kind, number)):
            data = DATA[(number + place) % 2]
            yield _project(kind, architecture, {"architecture": architecture}, data)


def _architectures(kind: Kind, number: int) -> tuple[str, ...]:
    """All that it can be in; two in turn for data and rates, which are told whatever the network."""
    able = tuple(one for one in ARCHITECTURES if one in kind.architectures)
    if kind.network:
        return able
    return able[number % len(able)], able[(number + 3) % len(able)]


def _elsewhere() -> Iterator[Project]:
    kinds = {kind.network["fault"]: kind for kind in (*KINDS, *HELD_OUT_KINDS) if "fault" in kind.network}
    for number, fault in enumerate(ANYWHERE):
        for place, (name, network) in enumerate(ZOO.items()):
            if fault == "never-trains" and name in ("convnet-2", "row"):
                continue
            yield _project(kinds[fault], name, {**network, "fault": fault}, DATA[(number + place) % 2], own=True)


def _own() -> Iterator[Project]:
    for number, (fault, (right, also, fails)) in enumerate(OWN_FAULTS.items()):
        for place, (name, network) in enumerate(ZOO.items()):
            data = DATA[(number + place) % 2]
            settings = {**network, "fault": fault}
            name = f"{fault}/{name}/{data}"
            yield Project(name, settings, data, right=codes(right), also=codes(also), fails=fails)


def _project(kind: Kind, name: str, network: Mapping[str, Any], data: str, *, own: bool = False) -> Project:
    right, also, fails = MORE.get(kind.name, ("", UNLEARNED, False))
    rate = RATES.get(name, 0.03)
    optimizer: dict[str, Any] = {}
    if kind.optimizer or kind.rate != 1.0:
        optimizer = {"learning_rate": rate * kind.rate, **kind.optimizer}
    optimizer = {key: value for key, value in optimizer.items() if key not in ("schedule", "factor", "every")}
    settings = network if own else {**network, **kind.network}
    return Project(
        f"{kind.name}/{name}/{data}",
        settings,
        data,
        kind.data,
        optimizer=optimizer,
        right=kind.right | codes(right),
        also=kind.also
        | codes(also)
        | codes(f"{START} signal-lost same-answer") - codes("initial-loss-off activation-scale"),
        fails=fails,
    )
