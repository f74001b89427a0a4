"""The gradient of the loss at the outputs of K members, beside the one that it should have."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hpsearch.look import ClassWeight, LossLook
from hpsearch.task import LossName
from hpsearch.training.looks.answer import Answer, Numbers, read, rounded

Marks = NDArray[np.bool_]
RIGHT = 1e-3
"""So small the gradient of a sample, times N, says nothing any more: what float32 leaves of it is a ten-thousandth."""
SURE = 0.99
"""A network that gives some class such a probability may have learned another label: no gradient is no wonder then."""
NONE = 1e-6
"""Of the gradient that a sample should have: float32 makes no less of one that is there."""
PARALLEL = 0.999
"""Cosine of two gradients that point the same way but for rounding."""
SAME = 1e-5
"""Apart at most is each number of a gradient, times N, that is as it should be: a hundredth of the least that counts.
This is the usual case, and needs no more to be computed."""
ALIKE = 1.01
"""Times the least weight: no more apart are those of samples that weigh the same."""
PAIRS, CLASSES = 5, 20
"""Told at most."""


class Minimised(NamedTuple):
    """What a training minimises, as it is when it is asked."""

    loss: LossName
    smoothing: Callable[[], Sequence[float]]
    """Of the labels, of each member."""
    factors: Callable[[], Sequence[float]]
    """By what the loss of each member is multiplied before it is gone back from, in fp16."""
    targets: Callable[[], Tensor]
    """Of all training samples."""


class Pull:
    """Waits for the gradients of one iteration."""

    def __init__(self, minimised: Minimised, logits: Tensor, targets: Tensor, *, stacked: bool) -> None:
        """``logits`` (K, N, outputs) if ``stacked``, else (N, outputs), as they go into the loss; as many targets."""
        self._minimised, self._stacked = minimised, stacked
        self._targets = targets
        self._gradient: Tensor | None = None
        self._factors = minimised.factors()
        if logits.requires_grad:
            logits.register_hook(self._take)  # type: ignore[no-untyped-call]

    def looks(
        self, answers: Sequence[Answer], reached: Tensor | None, left_out: Sequence[bool]
    ) -> list[LossLook | None]:
        """One for each member, or None. ``answers``: by member. ``reached`` (K, N): whether a gradient came to a first
        layer."""
        if self._gradient is None:
            return [None] * len(left_out)
        gradients, all_targets = self._read(self._gradient), self._read(self._targets)
        came = [None] * len(left_out) if reached is None else reached.cpu().numpy()
        smoothing = self._minimised.smoothing()
        found: list[LossLook | None] = []
        for member, (answer, gradient, targets) in enumerate(zip(answers, gradients, all_targets, strict=True)):
            logits = answer.logits
            given = gradient * (len(gradient) / self._factors[member])
            if left_out[member] or not (np.isfinite(given).all() and np.isfinite(logits).all()):
                found.append(None)
                continue
            arrived = came[member]
            if arrived is not None and arrived.shape != (len(given),):
                arrived = None
            if answer.chances is not None:
                labels = targets.astype(np.int64)
                found.append(
                    _of_classes(
                        answer, answer.chances, given, labels, smoothing[member], arrived, self._minimised.targets
                    )
                )
            else:
                apart = logits - targets.reshape(logits.shape)
                wanted = np.sign(apart) if self._minimised.loss == "l1" else 2 * apart
                found.append(_of_values(given, wanted / logits.shape[1], arrived))
        return found

    def _take(self, gradient: Tensor) -> None:
        self._gradient = gradient.detach()

    def _read(self, values: Tensor) -> Numbers:
        """(K, N, …)"""
        held = read(values)
        return held if self._stacked else held[None]


def _of_values(given: Numbers, wanted: Numbers, arrived: Marks | None) -> LossLook | None:
    """Of a regression; both (N, outputs)."""
    sizes, lengths, cosines = _compared(given, wanted)
    tells = sizes > RIGHT
    if not tells.any():
        return None
    none = lengths <= NONE * sizes
    far = tells & (sizes >= np.median(sizes))
    graded = tells & ~none
    alike, away = graded & (cosines > PARALLEL), graded & (cosines < 0)
    unreached, sent = _unreached(arrived, lengths)
    return LossLook(
        int(tells.sum()),
        _median(lengths[alike] / sizes[alike]),
        int(far.sum()),
        _share(none & far, far),
        _share(away, graded),
        _share(graded & ~alike & ~away, graded),
        unreached,
        sent=sent,
    )


def _of_classes(
    answer: Answer,
    chances: Numbers,
    given: Numbers,
    labels: NDArray[np.int64],
    smoothing: float,
    arrived: Marks | None,
    all_labels: Callable[[], Tensor],
) -> LossLook | None:
    """Of a classification: the chances and N times the gradient (N, outputs), labels (N,)."""
    wanted = chances - _smoothed(labels, smoothing, chances.shape[1])
    sizes = np.sqrt((wanted * wanted).sum(1))
    tells = sizes > RIGHT
    if not tells.any():
        return None
    wrong = tells & (answer.foretold != labels) & (answer.largest < SURE)
    if abs(given - wanted).max() < SAME:
        unreached, sent = _unreached(arrived, sizes)
        return LossLook(int(tells.sum()), 1.0, int(wrong.sum()), 0.0, 0.0, 0.0, unreached, sent=sent)
    _, lengths, cosines = _compared(given, wanted)
    none = lengths <= NONE * sizes
    graded = tells & ~none
    alike = graded & (cosines > PARALLEL)
    pulled = given.argmin(1)
    others, _, likeness = _compared(given, chances - _smoothed(pulled, smoothing, chances.shape[1]))
    elsewhere = graded & ~alike & (pulled != labels) & (others > RIGHT) & (likeness > PARALLEL)
    weights = lengths / np.maximum(sizes, RIGHT)
    unreached, sent = _unreached(arrived, lengths)
    return LossLook(
        int(tells.sum()),
        _median(weights[alike]),
        int(wrong.sum()),
        _share(none & wrong, wrong),
        _share(elsewhere, graded),
        _share(graded & ~alike & ~elsewhere, graded),
        unreached,
        _pairs(labels[elsewhere], pulled[elsewhere]),
        _by_class(labels, weights, alike | (none & wrong), all_labels),
        sent,
    )


def _compared(given: Numbers, wanted: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Lengths of what is wanted, and of what is given, and the cosines between them; each (N,)."""
    sizes, lengths = np.sqrt((wanted**2).sum(1)), np.sqrt((given**2).sum(1))
    return sizes, lengths, (given * wanted).sum(1) / np.maximum(sizes * lengths, 1e-300)


def _smoothed(labels: NDArray[np.int64], smoothing: float, outputs: int) -> Numbers:
    wanted = np.full((len(labels), outputs), smoothing / outputs)
    wanted[np.arange(len(labels)), labels] += 1 - smoothing
    return wanted


def _unreached(arrived: Marks | None, lengths: Numbers) -> tuple[float | None, int]:
    """The share of those with a gradient at the outputs that is not next to nothing beside that of others, and how many
    those are."""
    sent = lengths > 0.01 * lengths.max(initial=0.0)
    return None if arrived is None else _share(sent & ~arrived, sent), int(sent.sum())


def _by_class(
    labels: NDArray[np.int64], weights: Numbers, told: Marks, all_labels: Callable[[], Tensor]
) -> tuple[ClassWeight, ...]:
    if not told.any() or weights[told].max() <= ALIKE * weights[told].min():
        return ()
    counts = torch.bincount(all_labels().flatten()).cpu().numpy()
    here = np.bincount(labels[told])
    chosen = sorted(np.argsort(-here, kind="stable")[:CLASSES].tolist())
    found = []
    for label in (one for one in chosen if here[one]):
        mine = weights[told & (labels == label)]
        share = rounded(float(counts[label] / counts.sum()))
        found.append(ClassWeight(label, len(mine), share, rounded(mine.min()), rounded(mine.max())))
    return tuple(found)


def _pairs(labels: NDArray[np.int64], pulled: NDArray[np.int64]) -> tuple[tuple[int, int, int], ...]:
    pairs, counts = np.unique(np.stack([labels, pulled], 1), axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:PAIRS]
    return tuple((int(pairs[one, 0]), int(pairs[one, 1]), int(counts[one])) for one in order)


def _share(part: Marks, whole: Marks) -> float:
    return rounded(part.sum() / max(1, whole.sum()))


def _median(values: Numbers) -> float | None:
    return rounded(float(np.median(values))) if len(values) else None
