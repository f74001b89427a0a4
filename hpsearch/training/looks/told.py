"""From what a glance saw to the records of each member: one reading of the device, then plain numbers."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hpsearch.look import LayerLook, Look, OutputLook
from hpsearch.training.looks.watch import Sight
from hpsearch.training.looks.weights import Norms, Weighed

DIGITS = 4
"""Significant ones, of every number: more would fill the database."""
ONE = 1e-3
"""So near to 1 a sum of probabilities is."""

Numbers = NDArray[np.float64]


class Seen(NamedTuple):
    """One iteration of K members."""

    step: int
    sights: Sequence[Sight]
    logits: Tensor
    """(K, N, outputs)"""
    weighed: Weighed
    norms: Norms
    trained: frozenset[str]
    classes: bool
    updated: bool
    evaluating: tuple[str, ...]


def looks_of(seen: Seen, members: int) -> list[Look]:
    """One for each of the K members."""
    layers = _layers(seen, members)
    outputs = _outputs(seen.logits, classes=seen.classes)
    updates = _read(seen.norms.updates)
    frozen = tuple(name for name in seen.weighed.names if name not in seen.trained)
    tried = [(place, name) for place, name in enumerate(seen.weighed.names) if name in seen.trained and seen.updated]
    return [
        Look(
            seen.step,
            tuple(layers[member]),
            outputs[member],
            frozen if seen.step == 0 else (),
            tuple(name for place, name in tried if updates[member, place] == 0),
            evaluating=seen.evaluating,
        )
        for member in range(members)
    ]


def rounded(number: float) -> float:
    """To ``DIGITS`` significant digits; NaN and infinite ones as they are."""
    if number == 0 or not math.isfinite(number):
        return float(number)
    return float(f"{number:.{DIGITS - 1}e}")


def _layers(seen: Seen, members: int) -> list[list[LayerLook]]:
    weights = _Weights(seen)
    found: list[list[LayerLook]] = [[] for _ in range(members)]
    told: set[str] = set()
    values = _columns([s for one in seen.sights for s in (one.mean, one.variance, one.sample_variance)], members)
    for place, sight in enumerate(seen.sights):
        mean, variance, sample = values[3 * place : 3 * place + 3]
        filled = None if sight.filled is None else _read(sight.filled) / sight.outputs
        saturated = np.zeros(members) if sight.saturated is None else _read(sight.saturated).mean(1)
        for member in range(members):
            own = weights.of(sight.name, member) if sight.name not in told else {}
            dead = (mean[member] == 0) & (variance[member] == 0) if filled is None else filled[member] == 0
            found[member].append(
                LayerLook(
                    sight.name,
                    sight.kind,
                    rounded(mean[member].mean()),
                    rounded(math.sqrt(variance[member].mean() + mean[member].var())),
                    rounded(math.sqrt(sample[member].mean())),
                    rounded(1 - filled[member].mean() if filled is not None else dead.mean()),
                    rounded(dead.mean()),
                    rounded(saturated[member]),
                    **own,
                )
            )
        told.add(sight.name)
    return found


class _Weights:
    """The norms of a layer's weights, from those of its parameters."""

    def __init__(self, seen: Seen) -> None:
        norms, weighed = seen.norms, seen.weighed
        self._weights, self._gradients, self._updates = (_read(one) for one in norms[:3])
        self._updated = seen.updated
        self._spread = None
        if norms.means is not None and norms.variances is not None:
            self._spread = _read(norms.means), _read(norms.variances)
        self._has_gradient = weighed.has_gradient
        self._sizes = weighed.sizes
        owned: dict[str, list[int]] = {}
        for place, name in enumerate(weighed.names):
            owner = name.partition(".parametrizations.")[0] if ".parametrizations." in name else name.rpartition(".")[0]
            owned.setdefault(owner, []).append(place)
        self._places = {
            owner: [place for place in places if weighed.axes[place] > 1] or places for owner, places in owned.items()
        }

    def of(self, layer: str, member: int) -> dict[str, Any]:
        """The fields of a record that tell of weights; none for a layer without."""
        places = self._places.get(layer)
        if places is None:
            return {}
        square = self._weights[member, places].sum()
        graded = any(self._has_gradient[place] for place in places)
        std, sizes = None, np.array([self._sizes[place] for place in places])
        if self._spread is not None:
            means, variances = (one[member, places] for one in self._spread)
            mean = np.average(means, weights=sizes)
            std = rounded(math.sqrt(np.average(variances + (means - mean) ** 2, weights=sizes)))
        return {
            "weight_norm": rounded(math.sqrt(square)),
            "gradient_norm": rounded(math.sqrt(self._gradients[member, places].sum())) if graded else None,
            "update_norm": rounded(math.sqrt(self._updates[member, places].sum())) if self._updated else None,
            "weight_std": std,
            "weight_count": None if std is None else int(sizes.sum()),
        }


def _outputs(logits: Tensor, *, classes: bool) -> list[OutputLook]:
    values = _read(logits.double())
    found = []
    for one in values:
        with np.errstate(all="ignore"):
            spread = math.sqrt(one.var(0).mean())
            sums = one.sum(1)
            probabilities = bool((one >= 0).all() and (abs(sums - 1) < ONE).all())
        decided = _decided(one) if classes else {}
        found.append(
            OutputLook(
                len(one),
                rounded(one.min()),
                rounded(one.max()),
                rounded((one == 0).mean()),
                probabilities,
                rounded(spread),
                **decided,
            )
        )
    return found


def _decided(logits: Numbers) -> dict[str, float]:
    """Fields of a record, of logits (N, outputs)."""
    with np.errstate(all="ignore"):
        shifted = np.exp(logits - logits.max(1, keepdims=True))
        chances = shifted / shifted.sum(1, keepdims=True)
        mean = chances.mean(0)
        entropy = -float((mean * np.log(np.maximum(mean, 1e-300))).sum())
    commonest = np.bincount(logits.argmax(1), minlength=logits.shape[1]).max() / len(logits)
    return {
        "largest_probability": rounded(chances.max(1).mean()),
        "entropy_of_mean": rounded(entropy),
        "commonest_class_share": rounded(float(commonest)),
    }


def _columns(values: list[Tensor], members: int) -> list[Numbers]:
    """Each (K, units), read from the device at once."""
    if not values:
        return []
    ends = np.cumsum([one.shape[1] for one in values])[:-1]
    return np.split(_read(torch.cat(values, 1)).reshape(members, -1), ends, axis=1)


def _read(values: Tensor) -> Numbers:
    return values.detach().double().cpu().numpy()
