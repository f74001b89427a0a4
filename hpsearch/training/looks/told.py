"""From what a glance saw to the records of each member: one reading of the device, then plain numbers."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from hpsearch.look import LayerLook, Look, LossLook, OutputLook
from hpsearch.training.looks.answer import Answer, Numbers, read, rounded
from hpsearch.training.looks.sights import Sight, scales_of
from hpsearch.training.looks.weights import Norms, Weighed

ONE = 1e-3
"""So near to 1 a sum of probabilities is."""


class Seen(NamedTuple):
    """One iteration of K members."""

    step: int
    sights: Sequence[Sight]
    answers: Sequence[Answer]
    """By member."""
    weighed: Weighed
    norms: Norms
    trained: frozenset[str]
    updated: bool
    left_out: Sequence[bool]
    """By member: whether its gradients overflowed in fp16: they say nothing of it then, and changed nothing."""
    evaluating: tuple[str, ...]
    losses: Sequence[LossLook | None]
    """By member."""


def looks_of(seen: Seen, members: int) -> list[Look]:
    """One for each of the K members."""
    norms = _Norms(seen.norms)
    layers = _layers(seen, norms, members)
    outputs = _outputs(seen.answers)
    updates = norms.updates
    graded = _graded(seen, norms, members)
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


class _Norms:
    """Norms as they are read from the device, all at once: (K, parameters)."""

    def __init__(self, norms: Norms) -> None:
        there = [one for one in norms[:5] if one is not None]
        self.weights, self.gradients, self.updates, *spread = read(torch.stack(there))
        self.means: Numbers | None = spread[0] if spread else None
        self.variances: Numbers | None = spread[1] if spread else None


def _graded(seen: Seen, norms: _Norms, members: int) -> list[dict[str, Any]]:
    """Of each member, the fields that tell which parameters have a gradient; one that is NaN is none of zero."""
    if seen.step:
        return [{}] * members
    gradients, weights = norms.gradients, norms.weights
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


def _layers(seen: Seen, norms: _Norms, members: int) -> list[list[LayerLook]]:
    weights = _Weights(seen, norms)
    scales = _Scales(seen.sights, members)
    places: dict[str, int] = {}
    first = [places.setdefault(one.name, place) == place for place, one in enumerate(seen.sights)]
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
        with np.errstate(all="ignore"):
            layers, mean, variance, filled, saturated = scales_of(sights)
            sizes = np.array([sights[layer].columns for layer in layers])
            begins = sizes.cumsum() - sizes

            def per_layer(values: Numbers) -> Numbers:
                return np.asarray(np.add.reduceat(values, begins, axis=1) / sizes)

            level, sample = per_layer(mean), per_layer(variance)
            spread = per_layer((mean - level.repeat(sizes, axis=1)) ** 2)
            deviation, own = np.sqrt(sample + spread), np.sqrt(sample)
        places = np.array([sights[layer].places for layer in layers])
        units = sizes // places
        ends = units.cumsum()
        starts = (begins - places * (ends - units)).repeat(units) + places.repeat(units) * np.arange(ends[-1])
        dead = ~np.logical_or.reduceat((mean != 0) | (variance != 0), starts, axis=1)
        numbers = self.numbers[:, :, layers]
        numbers[:3] = level, deviation, own
        numbers[3:5] = np.add.reduceat(dead, ends - units, axis=1, dtype=float) / units
        self.numbers[:, :, layers] = numbers
        for row, shares in ((3, filled), (5, saturated)):
            for layer, share in shares:
                mean_share = np.add.reduce(share, axis=1) / share.shape[1]
                self.numbers[row, :, layer] = 1 - mean_share if row == 3 else mean_share
        self._rows = self.numbers.transpose(1, 2, 0).tolist()

    def of(self, member: int, place: int) -> dict[str, Any]:
        """The fields of a record."""
        names = ("output_mean", "output_std", "sample_std", "zero_share", "dead_share", "saturated_share")
        return dict(zip(names, map(rounded, self._rows[member][place]), strict=True))


class _Weights:
    """The norms of a layer's weights, from those of its parameters."""

    def __init__(self, seen: Seen, norms: _Norms) -> None:
        weighed = seen.weighed
        self._squares = [(one**2).tolist() for one in (norms.weights, norms.gradients, norms.updates)]
        self._updated, self._left_out = seen.updated, seen.left_out
        self._means = self._variances = None
        if norms.means is not None and norms.variances is not None:
            self._means, self._variances = norms.means, norms.variances
        twins = seen.norms.twins
        self._twins = {} if twins is None else dict(zip(weighed.compared, twins.T.tolist(), strict=True))
        self._has_gradient = weighed.has_gradient
        self._sizes = weighed.sizes
        self._are_matrices = weighed.are_matrices
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
        overflown = self._left_out[member]
        graded = not overflown and any(self._has_gradient[place] for place in places)
        updated = self._updated and not overflown
        weight, gradient, update = (
            rounded(math.sqrt(sum([one[member][place] for place in places]))) for one in self._squares
        )
        std = self._std(member, places)
        has_units = any(self._are_matrices[place] for place in places)
        return {
            "weight_norm": weight,
            "gradient_norm": gradient if graded else None,
            "update_norm": update if updated else None,
            "weight_std": std,
            "weight_count": None if std is None or not has_units else sum(self._sizes[place] for place in places),
            "twin_share": rounded(self._twins[layer][member]) if layer in self._twins else None,
        }

    def _std(self, member: int, places: list[int]) -> float | None:
        if self._means is None or self._variances is None:
            return None
        if len(places) == 1:
            return rounded(math.sqrt(self._variances[member, places[0]]))
        sizes = np.array([self._sizes[place] for place in places])
        means, variances = self._means[member, places], self._variances[member, places]
        mean = np.average(means, weights=sizes)
        return rounded(math.sqrt(np.average(variances + (means - mean) ** 2, weights=sizes)))


def _outputs(answers: Sequence[Answer]) -> list[OutputLook]:
    found = []
    for one in answers:
        values, samples = one.logits, len(one.logits)
        with np.errstate(all="ignore"):
            away = values - values.sum(0) / samples
            spread = math.sqrt(((away * away).sum(0) / samples).sum() / values.shape[1])
            lowest = values.min()
            probabilities = bool(lowest >= 0 and (abs(values.sum(1) - 1) < ONE).all())
        found.append(
            OutputLook(
                samples,
                rounded(float(lowest)),
                rounded(float(values.max())),
                rounded((values.size - np.count_nonzero(values)) / values.size),
                probabilities,
                rounded(spread),
                **({} if one.chances is None else _decided(one, one.chances)),
            )
        )
    return found


def _decided(answer: Answer, chances: Numbers) -> dict[str, float]:
    """Fields of a record."""
    samples, outputs = chances.shape
    with np.errstate(all="ignore"):
        mean = chances.sum(0) / samples
        entropy = -float((mean * np.log(np.maximum(mean, 1e-300))).sum())
    commonest = np.bincount(answer.foretold, minlength=outputs).max() / samples
    return {
        "largest_probability": rounded(float(answer.largest.sum() / samples)),
        "entropy_of_mean": rounded(entropy),
        "commonest_class_share": rounded(float(commonest)),
    }
