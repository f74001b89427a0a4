"""Counts by class add up, or are refused."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.class_counts import MOST_LISTED, ClassCount, ClassCounts, counted, counts_document, counts_of
from hpsearch.stage import StageName
from hpsearch.trial import EpochRecord, TrialResult, TrialState

ANSWERS = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=400)


@given(ANSWERS)
def test_counts_are_those_of_the_answers(answers: list[tuple[int, int]]) -> None:
    counts = counted(3, [(*pair, number) for pair, number in Counter(answers).items()])
    labels = {label for label, _ in answers}
    assert (counts.samples, counts.classes) == (len(answers), len(labels))
    assert counts.right == sum(label == predicted for label, predicted in answers)
    assert len(counts.listed) == min(MOST_LISTED, len(labels))
    for one in counts.listed:
        mine = Counter(predicted for label, predicted in answers if label == one.label)
        wrong = {predicted: number for predicted, number in mine.items() if predicted != one.label}
        assert (one.samples, one.right) == (sum(mine.values()), mine[one.label])
        assert one.predicted == sum(predicted == one.label for _, predicted in answers)
        assert one.mistaken == max(wrong.values(), default=0)
        assert one.taken_for == min((p for p, number in wrong.items() if number == one.mistaken), default=None)
    if not counts.whole:
        shares = [sum(p == label for each, p in answers if each == label) / n for label, n in _sizes(answers).items()]
        assert max(one.share for one in counts.listed) <= sorted(shares)[MOST_LISTED - 1]
    assert counts_of(json.loads(json.dumps(counts_document(counts)))) == counts


def _sizes(answers: list[tuple[int, int]]) -> Counter[int]:
    return Counter(label for label, _ in answers)


SOUND = ClassCounts(2, 2, 20, 14, (ClassCount(0, 10, 6, 8, 1, 4), ClassCount(1, 10, 8, 12, 0, 2)))


@pytest.mark.parametrize(
    "changes",
    [
        {"right": 11, "predicted": 20},
        {"right": 9, "predicted": 8},
        {"samples": 0},
        {"label": -1},
        {"taken_for": 0},
        {"taken_for": None},
        {"mistaken": 5},
        {"mistaken": 0},
        {"taken_for": None, "mistaken": 0},
    ],
)
def test_a_class_cannot_contradict_itself(changes: dict[str, int | None]) -> None:
    with pytest.raises(ValueError, match="class"):
        replace(SOUND.listed[0], **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"right": 15},
        {"samples": 21},
        {"classes": 1},
        {"epoch": 0},
        {"classes": 3, "right": 13},
        {"classes": 3, "right": 15},
        {"listed": SOUND.listed[::-1]},
        {"listed": (SOUND.listed[0], replace(SOUND.listed[1], predicted=11))},
        {"listed": (SOUND.listed[0], replace(SOUND.listed[1], predicted=21))},
    ],
)
def test_sums_have_to_agree(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"class|epoch"):
        replace(SOUND, **changes)
    replace(SOUND, classes=3, samples=30, right=20)


def test_a_trial_has_counts_of_its_last_epoch_alone() -> None:
    epochs = tuple(EpochRecord(number, 1.0, 0.5, 1.0, share) for number, share in ((1, 0.6), (2, 0.7)))
    trial = TrialResult(StageName.FINE, 0, TrialState.COMPLETE, 0.7, 2, epochs=epochs, class_counts=SOUND)
    for wrong in ((), epochs[:1], epochs[1:] + epochs[:1], (epochs[0], replace(epochs[1], val_accuracy=0.75))):
        with pytest.raises(ValueError, match="classes"):
            replace(trial, epochs=wrong)
