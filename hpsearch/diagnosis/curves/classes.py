"""Rules on single classes in validation: those that fail there although they were learned, and those that are not."""

import math

from hpsearch.class_counts import ClassCount, ClassCounts, worst_first
from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.diagnosis.curves.noise import chance_of_right, rare_in_circles
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

CHANCE = 1e-3
"""Of calling any class failing that is not, over all classes together."""
HALF = 0.5
"""A class fails where more of its samples are wrong than right, by more than chance …"""
OTHERS = 0.25
"""… while no more than this share of the others is wrong (heuristic): else it is all of validation that fails …"""
FEW = 4
"""… and it is one class, or one in so many (heuristic)."""
KNOWN = 0.25
"""Of the samples of a class that is never predicted, as many would be right at least if it were known (heuristic)."""
RARE = 0.5
"""Of the samples that a class would have if all had the same number: a rarer one is neglected (heuristic)."""
COUNTED = 0.5
"""Of the loss that wrong predictions have at least: where it is less, some do not count in it (heuristic; a margin for
the epoch's mean)."""
ONE_ANOTHER, UNTOLD, GUESSED = 0.9, 0.25, 0.35
"""Share of the wrong answers of two classes that are the other one of them; share of their samples, by more than
chance, from which on they are not told apart; and from which on there is little left of telling them apart at all
(heuristics: guessing between two has a half)."""
LEARNING = 0.7
"""Training error of the last third, in units of that of the third before, below which they are about to be told apart
(heuristic)."""
NAMED = 5
FEW_WRONG, FEWEST_CLASSES = 5, 4
"""Wrong samples of a class, and classes that have them: of fewer it is not known where wrong answers go."""
GATHERED, UNEVEN = 0.1, 1 / 3
"""Chance of so many in the class that most go to, were they spread evenly; and share of classes below it, where chance
may do so (heuristics: a fifth to a third where 40 % of labels were wrong, and half and more for most other reasons)."""


def class_fails_in_validation(curve: Curve) -> Remark | None:
    """Some classes fail in validation that were learned in training, are never predicted, or are not told apart.

    Where classes are taken for each other, two or more in a circle, each in more than half of its samples, their labels
    are numbered in validation otherwise than in training. A class by itself fails where more than half of its samples
    are wrong, while of all others no more than a quarter is (heuristic): its labels or images in validation are not
    those of training. Both are told only of classes that were learned: the training error of the last epoch, if it were
    theirs alone, would come to less. And a class is told that no sample at all is taken for, where a quarter of its
    samples would be right if it were known (heuristic), and where it is rare, was right in training, or does not count
    in the loss: a sample that is taken for another class has a loss of ln 2 at least. A common class that training did
    not learn either is no matter of classes, but for classes that are not told apart: nine of ten wrong answers of two
    classes are the other one, those are more than a quarter of their samples, training has no less errors and hardly
    gets better, and of classes without such another one no more than a quarter is wrong (heuristics). Their labels are
    mixed then, or what is done to the images takes away what tells them apart; where they are told apart better than
    by guessing and validation has ended well, it is information. All are exact binomial tests on the samples of the
    class, at one chance in a thousand over all classes; of few samples nothing is said, and neither where all of
    validation is poor or more than one class in four fails.
    """
    counts = curve.trial.result.class_counts
    if not curve.ended or counts is None or not curve.learned_on_the_way:
        return None
    error = curve.train_errors[-1]
    return (
        _numbered_otherwise(counts, error)
        or _not_told_apart(curve, counts)
        or _fails_alone(counts, error)
        or _never_predicted(curve, counts)
    )


def spread_evenly(counts: ClassCounts) -> bool:
    """Whether the wrong answers of nearly every class go to all other classes alike, as they do where labels are wrong
    at random; a network that is too small takes classes for those that are like them."""
    others = counts.classes - 1
    seen = [one for one in counts.listed if one.samples - one.right >= FEW_WRONG]
    gathered = [
        one
        for one in seen
        if others * chance_of_right(one.mistaken, one.samples - one.right, 1 / max(1, others)) < GATHERED
    ]
    return len(seen) >= FEWEST_CLASSES and len(gathered) <= UNEVEN * len(seen)


def _numbered_otherwise(counts: ClassCounts, error: float) -> Remark | None:
    """Classes that are taken for each other."""
    circles = [circle for circle in counts.circles() if _in_another_place(circle, counts, error)]
    if not circles:
        return None
    told = [one for circle in circles for one in circle]
    wrong, samples = sum(one.mistaken for one in told), sum(one.samples for one in told)
    numbers = _numbers(counts, told, error)
    others = _others(counts, told)
    beside = f", of the others {others:.1%} are wrong" if others is not None else ""
    if len(told) == 2:
        first, second = told
        return Remark(
            f"classes {first.label} and {second.label} are taken for each other in validation "
            f"({first.mistaken} of {first.samples} and {second.mistaken} of {second.samples} samples){beside}, and the "
            f"training error is {error:.1%}: their labels may be swapped in validation",
            numbers,
        )
    pairs = ", ".join(f"{one.label} for {one.taken_for}" for one in told[:NAMED]) + (" …" if len(told) > NAMED else "")
    return Remark(
        f"{len(told)} classes are taken for each other in validation ({pairs}; {wrong} of {samples} samples){beside}, "
        f"and the training error is {error:.1%}: they may be numbered otherwise in validation",
        numbers,
    )


def _not_told_apart(curve: Curve, counts: ClassCounts) -> Remark | None:
    """Pairs of classes whose wrong answers are one another, in training as well, while all others are known."""
    error, by_label = curve.train_errors[-1], {one.label: one for one in counts.listed}
    couples = [(one, by_label[one.taken_for]) for one in counts.listed if one.taken_for in by_label]
    told = [
        (one, other)
        for one, other in couples
        if one.label < other.label and other.taken_for == one.label and _one_another(one, other, counts)
    ]
    both = [one for couple in told for one in couple]
    others = _others(counts, both) if both else None
    if counts.classes < 3 or not told or (others or 0.0) > OTHERS or _in_training(both, counts, error) < UNTOLD:
        return None
    third = max(1, len(curve.train_errors) // 3)
    if math.fsum(curve.train_errors[-third:]) < LEARNING * math.fsum(curve.train_errors[-2 * third : -third]):
        return None
    pairs = ", ".join(f"{one.label} and {other.label}" for one, other in told[:2]) + (" …" if len(told) > 2 else "")
    mistaken, samples = sum(one.mistaken for one in both), sum(one.samples for one in both)
    beside = f", of the others {others:.1%} are wrong" if others is not None else ""
    sentence = (
        f"classes {pairs} are not told apart ({mistaken} of {samples} samples in validation are taken for the other "
        f"one){beside}, and the training error is {error:.1%}: their labels may be mixed, or what tells them apart is "
        f"taken from the images, as a direction by mirroring or a colour by a channel"
    )
    mild = curve.ended_well and mistaken < GUESSED * samples
    return Remark(sentence, _numbers(counts, both, error), Severity.INFO if mild else None)


def _one_another(one: ClassCount, other: ClassCount, counts: ClassCounts) -> bool:
    wrong, mistaken = one.samples + other.samples - one.right - other.right, one.mistaken + other.mistaken
    chance = chance_of_right(mistaken, one.samples + other.samples, UNTOLD)
    return mistaken >= ONE_ANOTHER * wrong and rare_in_circles(chance, CHANCE, counts.classes, 2)


def _fails_alone(counts: ClassCounts, error: float) -> Remark | None:
    """One class, or one in four, whose samples are mostly wrong."""
    allowed = CHANCE / counts.classes
    told = [
        one
        for one in worst_first(counts.listed)
        if chance_of_right(one.samples - one.right, one.samples, max(HALF, _in_training([one], counts, error)))
        <= allowed
    ]
    others = _others(counts, told)
    if not told or counts.classes < 3 or not _few_fail(counts) or others is None or others > OTHERS:
        return None
    words = "; ".join(
        f"class {one.label} is wrong for {one.samples - one.right} of {one.samples} validation samples, "
        f"{one.mistaken} of them taken for {one.taken_for}"
        for one in told[:2]
    )
    sentence = f"{words}; of the others {others:.1%} are wrong, and the training error is {error:.1%}"
    return Remark(sentence, _numbers(counts, told, error))


def _never_predicted(curve: Curve, counts: ClassCounts) -> Remark | None:
    """A class that nothing is taken for, though the others are known, and that training has learned or neglects."""
    allowed, error = CHANCE / counts.classes, curve.train_errors[-1]
    uncounted = curve.epochs[-1].train_loss < COUNTED * math.log(2) * error
    told = [
        one
        for one in counts.listed
        if one.predicted == 0
        and (1 - KNOWN) ** one.samples <= allowed
        and (
            uncounted
            or one.samples * counts.classes < RARE * counts.samples
            or _in_training([one], counts, error) < HALF
        )
    ]
    others = _others(counts, told)
    if not told or not _few_fail(counts) or others is None or others > OTHERS:
        return None
    which = " and ".join(f"class {one.label} ({one.samples} samples)" for one in told[:2])
    sentence = f"no validation sample is taken for {which}, while of the others {others:.1%} are wrong"
    return Remark(sentence, _numbers(counts, told, None))


def _in_another_place(circle: list[ClassCount], counts: ClassCounts, error: float) -> bool:
    """Whether so many are taken for the next class by more than chance, and by more than training leaves open."""
    wrong, samples = sum(one.mistaken for one in circle), sum(one.samples for one in circle)
    chance = chance_of_right(wrong, samples, max(HALF, _in_training(circle, counts, error)))
    return rare_in_circles(chance, CHANCE, counts.classes, len(circle))


def _in_training(told: list[ClassCount], counts: ClassCounts, error: float) -> float:
    """The share of these classes' training samples that are wrong if all that are wrong are theirs; the classes have
    the shares in training that they have in validation."""
    return min(1.0, error * counts.samples / sum(one.samples for one in told))


def _few_fail(counts: ClassCounts) -> bool:
    """Whether no more than one class, or one in four, is mostly wrong, be it by chance."""
    return sum(one.right < HALF * one.samples for one in counts.listed) <= max(1, counts.classes // FEW)


def _others(counts: ClassCounts, told: list[ClassCount]) -> float | None:
    """Share of the samples of all other classes that are wrong; None if there are none."""
    samples = counts.samples - sum(one.samples for one in told)
    right = counts.right - sum(one.right for one in told)
    return 1 - right / samples if samples else None


def _numbers(counts: ClassCounts, told: list[ClassCount], error: float | None) -> dict[str, object]:
    return {
        "classes": [one.label for one in told],
        "samples": [one.samples for one in told],
        "right": [one.right for one in told],
        "taken_for": [one.taken_for for one in told],
        "mistaken": [one.mistaken for one in told],
        "error_of_others": _others(counts, told),
        "train_error": error,
        "epoch": counts.epoch,
    }
