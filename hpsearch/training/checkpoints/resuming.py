"""What a training consists of when it is set aside, and how another one goes on with it."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from hpsearch.class_counts import ClassCounts, counts_document, counts_of
from hpsearch.look import Look, look_document, look_of
from hpsearch.training.checkpoints.checkpoint import Snapshot
from hpsearch.training.curves import Curves
from hpsearch.training.network_state import NetworkState
from hpsearch.training.samples.order import DataOrder
from hpsearch.trial import EpochRecord, LayerScale

WEIGHTS, HIDDEN, MEMORY, NOISE = "weights.", "buffers.", "optimizer.", "noise."
"""Beginnings of the names of tensors."""
DIVERGED = "diverged"
"""Why a member of a cohort failed on its way to the rung; None: it has come there."""


def snapshot(
    curves: Curves,
    network: NetworkState,
    memory: Sequence[Tensor],
    order: DataOrder,
    noise: Mapping[str, Tensor],
    duration_s: float,
) -> Snapshot:
    """A training after its last epoch so far; ``memory`` is what its optimiser remembers."""
    tensors = _own(network, memory)
    tensors |= {f"{NOISE}{name}": value for name, value in noise.items()}
    tensors["order"] = order.state
    tensors["losses"] = torch.tensor(curves.losses, dtype=torch.float64)
    tensors["right"] = torch.tensor(curves.right, dtype=torch.int64)
    tensors["sizes"] = torch.tensor(curves.sizes, dtype=torch.int64)
    document = {
        "epochs": [asdict(epoch) for epoch in curves.epochs],
        "layers": [asdict(layer) for layer in curves.layers],
        "without_gradient": list(curves.without_gradient),
        "looks": [look_document(look) for look in curves.looks],
        "classes": None if curves.class_counts is None else counts_document(curves.class_counts),
        "duration_s": duration_s,
    }
    return Snapshot(len(curves.epochs), tensors, document)


def fits(found: Snapshot, network: NetworkState, memory: Sequence[Tensor]) -> bool:
    """Whether a training with such a network and this memory can go on with it, and all that it needs is there."""
    return found.document.get(DIVERGED) is None and has_form(found, network, memory)


def has_form(found: Snapshot, network: NetworkState, memory: Sequence[Tensor]) -> bool:
    """``fits``, also of a training that has failed."""
    try:
        _recorded(found)
    except (KeyError, TypeError, ValueError):
        return False
    kept = {name: value for name, value in found.tensors.items() if name.startswith((WEIGHTS, HIDDEN, MEMORY))}
    return _forms(_own(network, memory)) == _forms(kept)


def kept_of(found: Snapshot) -> NetworkState:
    """What the network was."""
    return NetworkState(_part(found, WEIGHTS), _part(found, HIDDEN))


def noise_of(found: Snapshot) -> dict[str, Tensor]:
    """What ``random_states`` gave."""
    return _part(found, NOISE)


def go_on(found: Snapshot, curves: Curves, memory: Sequence[Tensor], order: DataOrder) -> float:
    """Puts back all but the network and the noise of what fits; how many seconds the training has taken so far."""
    recorded = _recorded(found)
    curves.losses, curves.right, curves.sizes = recorded.losses, recorded.right, recorded.sizes
    curves.layers, curves.without_gradient = recorded.layers, recorded.without_gradient
    curves.looks = recorded.looks
    curves.take_epochs(recorded.epochs, recorded.classes)
    order.state = recorded.order
    with torch.no_grad():
        for place, value in enumerate(memory):
            value.copy_(found.tensors[f"{MEMORY}{place}"])
    return recorded.duration_s


def random_states(device: torch.device) -> dict[str, Tensor]:
    """Of every global generator."""
    _, keys, place, has_normal, normal = np.random.get_state(legacy=True)
    version, words, gauss = random.getstate()
    found = {
        "torch": torch.get_rng_state(),
        "numpy": torch.tensor([*np.asarray(keys).tolist(), place, has_normal]),
        "numpy_normal": torch.tensor(normal, dtype=torch.float64),
        "python": torch.tensor([version, *words]),
        "python_normal": torch.tensor([] if gauss is None else [gauss], dtype=torch.float64),
    }
    return found | ({"device": torch.cuda.get_rng_state(device)} if device.type == "cuda" else {})


def set_random_states(states: Mapping[str, Tensor], device: torch.device) -> None:
    """Puts those back that there are; a member that was trained as a part of one network has only torch's."""
    if "torch" in states:
        torch.set_rng_state(states["torch"])
    if "device" in states:
        torch.cuda.set_rng_state(states["device"], device)
    if "numpy" in states:
        *keys, place, has_normal = states["numpy"].tolist()
        state: Any = ("MT19937", np.array(keys, dtype=np.uint32), place, has_normal, float(states["numpy_normal"]))
        np.random.set_state(state)
    if "python" in states:
        version, *words = states["python"].tolist()
        random.setstate((version, tuple(words), next(iter(states["python_normal"].tolist()), None)))


class _Recorded(NamedTuple):
    losses: list[float]
    right: list[int]
    sizes: list[int]
    layers: list[LayerScale]
    without_gradient: tuple[str, ...]
    looks: list[Look]
    epochs: list[EpochRecord]
    classes: ClassCounts | None
    order: Tensor
    duration_s: float


def _recorded(found: Snapshot) -> _Recorded:
    """Raises KeyError, TypeError or ValueError for what another version has written."""
    tensors, document = found.tensors, found.document
    return _Recorded(
        tensors["losses"].tolist(),
        tensors["right"].tolist(),
        tensors["sizes"].tolist(),
        [LayerScale(**layer) for layer in document["layers"]],
        tuple(document["without_gradient"]),
        [look_of(look) for look in document["looks"]],
        [EpochRecord(**epoch) for epoch in document["epochs"]],
        None if document["classes"] is None else counts_of(document["classes"]),
        tensors["order"],
        float(document["duration_s"]),
    )


def _own(network: NetworkState, memory: Sequence[Tensor]) -> dict[str, Any]:
    """By the names in a snapshot."""
    own = {f"{WEIGHTS}{name}": value for name, value in network.weights.items()}
    own |= {f"{HIDDEN}{name}": value for name, value in network.hidden.items()}
    return own | {f"{MEMORY}{place}": value for place, value in enumerate(memory)}


def _part(found: Snapshot, prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): one for name, one in found.tensors.items() if name.startswith(prefix)}


def _forms(values: Mapping[str, Any]) -> dict[str, tuple[object, ...]]:
    """Of tensors; what is none has the form of nothing that was kept."""
    return {
        name: (tuple(value.shape), value.dtype) if isinstance(value, Tensor) else (type(value),)
        for name, value in values.items()
    }
