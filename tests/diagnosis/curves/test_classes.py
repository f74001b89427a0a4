"""One or two classes that fail in validation are told, hard classes and few samples are not."""

import math
import random
from collections import Counter
from dataclasses import replace

import pytest

from hpsearch.diagnosis.curves.noise import rare_in_circles
from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Severity
from hpsearch.task import Task
from tests.diagnosis.curve_cases import BY_HEART, SOUND, STUDY, SWAPPED, TASK, Drawn, constant, falling

Answers = list[tuple[int, int, int]]
LEARNED = replace(SOUND, error=constant(0.01))


def all_right(labels: range, samples: int = 40) -> Answers:
    return [(label, label, samples) for label in labels]


def said(answers: Answers, drawn: Drawn = LEARNED, task: Task = TASK) -> str | None:
    found = {one.code: one.message for one in diagnose(replace(drawn, answers=answers).trial, STUDY, task)}
    return found.get("HC221")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (SWAPPED, "may be swapped in validation"),
        ([(0, 1, 180), (1, 0, 180)], "classes 0 and 1 are taken for each other in validation (180 of 180 and"),
        ([(label, (label + 1) % 10, 36) for label in range(10)], "10 classes are taken for each other in validation"),
        ([*all_right(range(3, 10)), (0, 1, 40), (1, 2, 40), (2, 0, 40)], "(0 for 1, 1 for 2, 2 for 0; 120 of 120"),
        ([*all_right(range(1, 10)), (0, 4, 36), (0, 0, 4)], "class 0 is wrong for 36 of 40 validation samples, 36 of"),
        (
            [*all_right(range(1, 10), 400), (0, 4, 33)],
            "no validation sample is taken for class 0 (33 samples), while of the others 0.0%",
        ),
    ],
)
def test_classes_that_fail_are_named(answers: Answers, words: str) -> None:
    assert words in str(said(answers))


MIXED = [*all_right(range(2, 10)), (0, 1, 25), (0, 0, 15), (1, 0, 24), (1, 1, 16)]


def test_classes_that_training_does_not_tell_apart_either_are_named() -> None:
    alike = replace(SOUND, error=constant(0.1))
    assert "classes 0 and 1 are not told apart (49 of 80" in str(said(MIXED, alike))
    assert said(MIXED, LEARNED) is None, "training has learned them"
    assert said(MIXED, replace(SOUND, error=falling(0.9, 0.08, 3))) is None, "they are about to be told apart"
    elsewhere = [*MIXED[:-4], (0, 1, 25), (0, 0, 15), (1, 2, 24), (1, 1, 16)]
    assert said(elsewhere, alike) is None
    coarse = [(label, label + 1 - 2 * (label % 2), 20) for label in range(10)] + all_right(range(10), 20)
    assert "classes 0 and 1, 2 and 3 … are not told apart (200 of 400" in str(
        said(coarse, replace(SOUND, error=constant(0.45)))
    )


@pytest.mark.parametrize(
    "answers",
    [
        all_right(range(10)),
        [*all_right(range(1, 10)), (0, 4, 24), (0, 0, 16)],  # within chance of half
        [*all_right(range(1, 10)), (0, 4, 10)],  # too few
        [*all_right(range(1, 10), 400), (0, 4, 20)],
        [*all_right(range(1, 10)), (0, 4, 15), (0, 0, 85), (4, 0, 15)],  # alike, and no more
        [(label, 4, 40) for label in range(10)],  # everything fails
        [*all_right(range(5)), *((label, 4, 40) for label in range(5, 10))],
    ],
)
def test_other_classes_are_not(answers: Answers) -> None:
    assert said(answers) is None


def test_a_circle_may_be_one_of_more_than_a_float_can_count() -> None:
    assert rare_in_circles(1e-9, 1e-3, 1_000, 2)
    assert not rare_in_circles(1.1e-9, 1e-3, 1_000, 2)
    assert not rare_in_circles(1e-300, 1e-3, 1_000_000, 60)
    assert rare_in_circles(0.0, 1e-3, 1_000_000, 60)


def test_what_was_not_learned_is_no_fault_of_validation() -> None:
    answers = [*all_right(range(1, 10)), (0, 4, 36), (0, 0, 4)]
    assert said(answers, replace(LEARNED, error=constant(0.08))) is None
    assert "are not told apart" in str(said(SWAPPED, replace(LEARNED, error=constant(0.2))))
    assert said(SWAPPED, replace(LEARNED, error=constant(0.12))) is not None


def test_a_common_class_that_training_does_not_know_is_no_matter_of_classes() -> None:
    answers = [*all_right(range(1, 10)), (0, 4, 40)]
    never = "no validation sample is taken for class 0"
    assert said(answers, replace(LEARNED, error=constant(0.1), loss=constant(0.3))) is None
    assert never in str(said(answers, replace(LEARNED, error=constant(0.1), loss=constant(0.01))))  # it does not count


def test_where_more_than_one_class_in_four_fails_it_is_all_of_validation() -> None:
    third = (2, 4, 21), (2, 2, 19)
    assert said([*all_right(range(3, 7)), *all_right(range(1, 2)), (0, 4, 36), (0, 0, 4), *third]) is None


def test_the_reason_is_told_and_not_what_follows_from_it() -> None:
    for drawn in (LEARNED, replace(BY_HEART, error=constant(0.05))):
        found = {one.code for one in diagnose(replace(drawn, answers=SWAPPED).trial, STUDY, TASK)}
        assert found == {"HC221"}


def test_hard_classes_are_not_told_more_often_than_by_chance() -> None:
    draw = random.Random(0)
    for _ in range(300):
        classes, samples = draw.choice((2, 3, 10, 50)), draw.choice((5, 20, 100))
        answers: Counter[tuple[int, int]] = Counter()
        for label in range(classes):
            hard = draw.uniform(0, 0.5)
            friend = draw.randrange(classes)
            for _ in range(samples):
                answers[label, friend if draw.random() < hard else label] += 1
        pairs = [(*pair, number) for pair, number in answers.items()]
        task = replace(TASK, outputs=classes, validation_class_counts=(samples,) * classes)
        assert said(pairs, replace(LEARNED, error=constant(0.0)), task) is None


def test_labels_that_are_wrong_at_random_are_named_beside_underfitting() -> None:
    """Of 40 samples of a class 10 are wrong: for one other class each, or all for the next one."""
    right = [(label, label, 30) for label in range(10)]
    spread = [(one, other, 1 + (other == (one + 1) % 10)) for one in range(10) for other in range(10) if other != one]
    gathered = [(label, (label + 1) % 10, 10) for label in range(10)]
    entropy = 0.5623 + 0.25 * math.log(9)
    for answers, level, named in ((spread, entropy, True), (gathered, entropy, False), (spread, 0.6 * entropy, False)):
        drawn = Drawn(falling(2.4, level, 20), error=lambda _: 0.25, validation_error=lambda _: 0.25)
        (finding,) = diagnose(replace(drawn, answers=[*right, *answers]).trial, STUDY, TASK)
        assert finding.code == "HC204"
        assert ("as if 28% of all labels were wrong at random" in finding.message) is named


@pytest.mark.parametrize(("classes", "loss"), [(2, 0.325), (3, 0.394)])
def test_of_few_classes_answers_that_are_unsure_alike_are_information(classes: int, loss: float) -> None:
    task = replace(TASK, outputs=classes, validation_class_counts=(400 // classes,) * classes, train_samples=4000)
    even = Drawn(falling(0.6, loss, 30), error=constant(0.1), validation_error=constant(0.1), validation=constant(loss))
    (found,) = [one for one in diagnose(even.trial, STUDY, task) if one.code == "HC204"]
    assert found.severity is Severity.INFO
    assert "as if 10% of the labels were wrong" in found.message
    surer = replace(even, loss=falling(0.6, 0.7 * loss, 30), validation=constant(0.7 * loss))
    assert [one.severity for one in diagnose(surer.trial, STUDY, task) if one.code == "HC204"] == [Severity.WARNING]
