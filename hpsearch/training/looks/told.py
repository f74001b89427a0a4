"""From what a glance saw to the records of each member: one reading of the device, then plain numbers."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hpsearch.look import LayerLook, Look, LossLook, OutputLook
from hpsearch.training.looks.watch import Sight
from hpsearch.training.looks.weights import Norms, Weighed

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
    left_out: Sequence[bool]
    """By member: whether its gradients overflowed in fp16: they say nothing of it then, and changed nothing."""
    evaluating: tuple[str, ...]
    losses: Sequence[LossLook | None]
    """By member."""


def looks_of(seen: Seen, members: int) -> list[Look]:
    """One for each of the K members."""
    layers = _layers(seen, members)
    outputs = _outputs(seen.logits, classes=seen.classes)
    updates = _read(seen.norms.updates)
    graded = _graded(seen, members)
    frozen = tuple(name for name in seen.weighed.names if name not in seen.trained)
    tried = [(place, name) for place, name in enumerate(seen.weighed.names) if name in seen.trained and seen.updated]
    return [
        Look(
            seen.step,
            tuple(layers[member]),
            outputs[member],
            frozen if seen.step == 0 else (),
            tuple(name for place, name in tried if not seen.left_out[member] and updates[member, place] == 0),
            evaluating=seen.evaluating,
            loss=seen.losses[member],
            **graded[member],
        )
        for member in range(members)
    ]


def rounded(number: float) -> float:
    """To four significant digits, since more would fill the database; NaN and infinite ones as they are."""
    return float("%.4g" % number)  # noqa: UP031  (half the time of a format string, and a look rounds a hundred numbers)


def _graded(seen: Seen, members: int) -> list[dict[str, Any]]:
    """Of each member, the fields that tell which parameters have a gradient; one that is NaN is none of zero."""
    if seen.step:
        return [{}] * members
    gradients, weights = _read(seen.norms.gradients), _read(seen.norms.weights)
    held = {one.name for one in seen.sights}
    found: list[dict[str, Any]] = []
    for member in range(members):
        graded = [(place, name) for place, name in enumerate(seen.weighed.names) if gradients[member, place] != 0]
        outside = [(place, name) for place, name in graded if _owner(name) not in held]
        zeros = tuple(name for place, name in outside if weights[member, place] == 0)
        names = tuple(name for _, name in outside)
        found.append({"graded": len(graded), "graded_outside": names, "graded_zeros": zeros})
    return found


def _owner(name: str) -> str:
    """The module that a parameter belongs to, by name."""
    return name.partition(".parametrizations.")[0] if ".parametrizations." in name else name.rpartition(".")[0]


def _layers(seen: Seen, members: int) -> list[list[LayerLook]]:
    weights = _Weights(seen)
    scales = _Scales(seen.sights, members)
    first = [one.name not in {other.name for other in seen.sights[:place]} for place, one in enumerate(seen.sights)]
    return [
        [
            LayerLook(
                sight.name,
                sight.kind,
                **scales.of(member, place),
                **(weights.of(sight.name, member) if first[place] else {}),
            )
            for place, sight in enumerate(seen.sights)
        ]
        for member in range(members)
    ]


class _Scales:
    """Reads all sights at once; what is a mean over one layer is computed for all layers together."""

    def __init__(self, sights: Sequence[Sight], members: int) -> None:
        self.numbers = np.zeros((6, members, len(sights)))
        """Mean, standard deviation, that over samples, share of zeros, of dead units, of saturated outputs; by member
        and by layer."""
        if not sights:
            return
        sizes = np.array([one.mean.shape[1] for one in sights])
        begins = np.cumsum([0, *sizes[:-1]])

        def per_layer(values: Numbers) -> Numbers:
            return np.asarray(np.add.reduceat(values, begins, axis=1) / sizes)

        with np.errstate(all="ignore"):
            mean, variance = (
                _read(torch.cat([one.mean for one in sights], 1)),
                _read(torch.cat([one.variance for one in sights], 1)),
            )
            alive = (mean != 0) | (variance != 0)
            level, sample = per_layer(mean), per_layer(variance)
            spread = per_layer((mean - np.repeat(level, sizes, axis=1)) ** 2)
        steps = [
            np.arange(begin, begin + size, one.places) for begin, size, one in zip(begins, sizes, sights, strict=True)
        ]
        units = np.concatenate(steps)
        starts = np.searchsorted(units, begins)
        dead = ~np.logical_or.reduceat(alive, units, axis=1)
        counts = np.diff([*starts, len(units)])
        self.numbers[:3] = level, np.sqrt(sample + spread), np.sqrt(sample)
        self.numbers[4] = np.add.reduceat(dead.astype(float), starts, axis=1) / counts
        self.numbers[3] = self.numbers[4]
        for row, shares in ((3, [one.filled for one in sights]), (5, [one.saturated for one in sights])):
            places = [place for place, share in enumerate(shares) if share is not None]
            found = [share for share in shares if share is not None]
            if found:
                wide = sizes[places]
                ends = np.cumsum([0, *wide[:-1]])
                means = np.add.reduceat(_read(torch.cat(found, 1)), ends, axis=1) / wide
                self.numbers[row][:, places] = 1 - means if row == 3 else means

    def of(self, member: int, place: int) -> dict[str, Any]:
        """The fields of a record."""
        names = ("output_mean", "output_std", "sample_std", "zero_share", "dead_share", "saturated_share")
        return dict(zip(names, map(rounded, self.numbers[:, member, place]), strict=True))


class _Weights:
    """The norms of a layer's weights, from those of its parameters."""

    def __init__(self, seen: Seen) -> None:
        norms, weighed = seen.norms, seen.weighed
        self._weights, self._gradients, self._updates = (_read(one) ** 2 for one in norms[:3])
        self._updated, self._left_out = seen.updated, seen.left_out
        self._spread = None
        if norms.means is not None and norms.variances is not None:
            self._spread = _read(norms.means), _read(norms.variances)
        self._twins = {} if norms.twins is None else dict(zip(weighed.compared, _read(norms.twins).T, strict=True))
        self._has_gradient = weighed.has_gradient
        self._sizes = weighed.sizes
        owned: dict[str, list[int]] = {}
        for place, name in enumerate(weighed.names):
            owned.setdefault(_owner(name), []).append(place)
        self._places = {
            owner: [place for place in places if weighed.axes[place] > 1] or places for owner, places in owned.items()
        }

    def of(self, layer: str, member: int) -> dict[str, Any]:
        """The fields of a record that tell of weights; none for a layer without."""
        places = self._places.get(layer)
        if places is None:
            return {}
        square = self._weights[member, places].sum()
        overflown = self._left_out[member]
        graded = not overflown and any(self._has_gradient[place] for place in places)
        updated = self._updated and not overflown
        std, sizes = None, np.array([self._sizes[place] for place in places])
        if self._spread is not None:
            means, variances = (one[member, places] for one in self._spread)
            mean = np.average(means, weights=sizes)
            std = rounded(math.sqrt(np.average(variances + (means - mean) ** 2, weights=sizes)))
        return {
            "weight_norm": rounded(math.sqrt(square)),
            "gradient_norm": rounded(math.sqrt(self._gradients[member, places].sum())) if graded else None,
            "update_norm": rounded(math.sqrt(self._updates[member, places].sum())) if updated else None,
            "weight_std": std,
            "weight_count": None if std is None else int(sizes.sum()),
            "twin_share": rounded(float(self._twins[layer][member])) if layer in self._twins else None,
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


def _read(values: Tensor) -> Numbers:
    return values.detach().double().cpu().numpy()
