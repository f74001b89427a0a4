"""How many validation samples of each class a network had right, and what it took the others for."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from typing import Any

MOST_LISTED = 60
"""Classes that are listed one by one; of more, those of which the least share was right: 360 numbers at most."""


@dataclass(frozen=True)
class ClassCount:
    """One class. Raises ValueError for numbers that contradict each other."""

    label: int
    """From 0."""
    samples: int
    """Of this class; at least one."""
    right: int
    predicted: int
    """Samples of any class that were taken for this one, those of its own included."""
    taken_for: int | None
    """The class that most of the wrong ones were taken for, the lowest of equals; None if none was wrong."""
    mistaken: int
    """How many of them."""

    def __post_init__(self) -> None:
        wrong = self.samples - self.right
        possible = self.label >= 0 < self.samples and 0 <= self.right <= min(self.samples, self.predicted)
        if not possible or not (0 < self.mistaken <= wrong or self.mistaken == wrong == 0):
            raise ValueError(f"the counts of class {self.label} contradict each other: {astuple(self)}")
        if (self.taken_for is None) != (wrong == 0) or self.taken_for == self.label:
            raise ValueError(f"a class is taken for another one exactly if some are wrong: {astuple(self)}")

    @property
    def share(self) -> float:
        """Of its samples that were right."""
        return self.right / self.samples


@dataclass(frozen=True)
class ClassCounts:
    """After one epoch, over the whole validation split. Raises ValueError unless all sums agree."""

    epoch: int
    """The last one, from 1. Where labels or images of validation are wrong, the best epoch is the one in which least
    was learned, and the best of many flatters by chance; the last one shows what the network has become."""
    classes: int
    """Of which there are samples in validation."""
    samples: int
    right: int
    listed: tuple[ClassCount, ...]
    """In the order of the labels; all classes, or as many as ``MOST_LISTED``."""

    def __post_init__(self) -> None:
        if self.epoch < 1 or not 0 <= self.right <= self.samples or len(self.listed) > self.classes:
            raise ValueError("counts are of an epoch from 1, with no more right than there are samples")
        if any(one.label >= other.label for one, other in pairwise(self.listed)):
            raise ValueError("classes are listed once each, by label")
        left = self.samples - sum(one.samples for one in self.listed)
        right = self.right - sum(one.right for one in self.listed)
        if self.whole and (left or right):
            raise ValueError(f"the classes have other sums than {self.right} of {self.samples}")
        if not self.whole and not 0 <= right <= left:
            raise ValueError(f"the classes that are listed come to more than {self.right} of {self.samples}")
        for one in self.listed:
            given = sum(other.mistaken for other in self.listed if other.taken_for == one.label)
            if one.predicted > self.samples or one.right + given > one.predicted:
                raise ValueError(f"class {one.label} was predicted {one.predicted} times, which is less than it has")

    @property
    def whole(self) -> bool:
        """Whether every class is listed."""
        return len(self.listed) == self.classes

    @property
    def accuracy(self) -> float:
        """Share of all samples that were right."""
        return self.right / self.samples

    def of(self, label: int) -> ClassCount | None:
        """One class, if it is listed."""
        return next((one for one in self.listed if one.label == label), None)

    def circles(self) -> list[list[ClassCount]]:
        """Classes of which each is taken for the next one in more than half of its samples, and the last for the first.

        No class is in two of them.
        """
        follows = {one.label: one.taken_for for one in self.listed if 2 * one.mistaken > one.samples}
        found: list[list[ClassCount]] = []
        seen: set[int] = set()
        for start in follows:
            path: list[int] = []
            label: int | None = start
            while label in follows and label not in seen:
                seen.add(label)
                path.append(label)
                label = follows[label]
            if label in path:
                circle = path[path.index(label) :]
                found.append([one for label in circle if (one := self.of(label)) is not None])
        return found


def counted(epoch: int, pairs: Sequence[tuple[int, int, int]]) -> ClassCounts:
    """From (class, predicted class, samples), each pair once and only those that occurred."""
    given: dict[int, int] = {}
    taken: dict[int, int] = {}
    right: dict[int, int] = {}
    wrong: dict[int, tuple[int, int]] = {}
    for label, predicted, count in sorted(pairs):
        given[label] = given.get(label, 0) + count
        taken[predicted] = taken.get(predicted, 0) + count
        if label == predicted:
            right[label] = count
        elif count > wrong.get(label, (0, 0))[1]:
            wrong[label] = (predicted, count)
    rows = [
        ClassCount(label, count, right.get(label, 0), taken.get(label, 0), *wrong.get(label, (None, 0)))
        for label, count in given.items()
    ]
    kept = sorted(worst_first(rows)[:MOST_LISTED], key=lambda one: one.label)
    return ClassCounts(epoch, len(given), sum(given.values()), sum(right.values()), tuple(kept))


def worst_first(rows: Sequence[ClassCount]) -> list[ClassCount]:
    """By the share that was right; of equals those with more samples first."""
    return sorted(rows, key=lambda one: (one.share, -one.samples, one.label))


def counts_document(counts: ClassCounts) -> dict[str, Any]:
    """JSON values: each class as the list of its fields."""
    return {
        "epoch": counts.epoch,
        "classes": counts.classes,
        "samples": counts.samples,
        "right": counts.right,
        "listed": [list(astuple(one)) for one in counts.listed],
    }


def counts_of(written: Mapping[str, Any]) -> ClassCounts:
    """What ``counts_document`` was given; raises KeyError, TypeError or ValueError for anything else."""
    listed = tuple(ClassCount(*one) for one in written["listed"])
    return ClassCounts(written["epoch"], written["classes"], written["samples"], written["right"], listed)
