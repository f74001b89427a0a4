"""A training that ended badly never ends with nothing said."""

import random
from dataclasses import replace
from typing import Any

import pytest

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.diagnosis.curves.last_word import last_word
from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Finding, Severity
from hpsearch.rulebook import Remark
from tests.diagnosis.curve_cases import EPOCHS, SOUND, STUDY, TASK, Drawn, constant, falling, stepped, straight


def jumping(share: float) -> float:
    """An error that is another one in every second epoch of twelve."""
    return 0.5 if round(share * 12) % 2 else 0.35


POOR = {
    "HC203": Drawn(falling(2.3, 0.02), falling(2.3, 0.7), error=falling(0.9, 0.02), validation_error=lambda _: 0.3),
    "HC105": Drawn(falling(2.3, 0.9), falling(2.3, 1.2), error=falling(0.9, 0.3), validation_error=jumping),
    "HC202": Drawn(
        straight(2.3, 1.0), straight(2.3, 1.1), error=straight(0.9, 0.35), validation_error=straight(0.7, 0.6)
    ),
    "HC204": Drawn(falling(2.3, 0.9), falling(2.3, 1.3), error=falling(0.9, 0.3), validation_error=lambda _: 0.45),
}


@pytest.mark.parametrize("code", POOR)
def test_the_state_of_a_poor_training_has_a_code(code: str) -> None:
    ((told, remark),) = last_word(Curve(POOR[code].trial, TASK), {}).items()
    assert told == code
    assert remark.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("code", "instead", "changed"),
    [
        (
            "HC105",
            "HC204",
            {"validation_error": lambda share: 0.42 + 0.045 * (round(share * 12) % 2)},
        ),  # hardly restless
        ("HC203", "HC204", {"error": falling(0.9, 0.25)}),  # most errors are those of training
    ],
)
def test_a_state_has_its_bounds(code: str, instead: str, changed: dict[str, Any]) -> None:
    assert set(last_word(Curve(replace(POOR[code], **changed).trial, TASK), {})) == {instead}


def test_it_is_told_where_no_rule_has_a_warning_and_only_where_the_end_is_bad() -> None:
    poor = POOR["HC204"].trial
    assert graver(diagnose(poor, STUDY, TASK, state=False)) == set()
    assert graver(diagnose(poor, STUDY, TASK)) == {"HC204"}
    assert graver(diagnose(poor, STUDY, TASK, {"HC204"})) == set()
    assert graver(diagnose(POOR["HC105"].trial, STUDY, TASK)) == {"HC204"}, "a rule has found it: nothing beside"
    assert last_word(Curve(SOUND.trial, TASK), {}) == {}


def test_what_a_rule_noticed_as_information_keeps_its_words() -> None:
    state = next(code for code in POOR if code != "HC204")
    noticed = {state: Remark("as it was noticed", severity=Severity.INFO)}
    found = last_word(Curve(POOR[state].trial, TASK), noticed)
    assert found == {state: Remark("as it was noticed", severity=Severity.WARNING)}


def test_doubt_that_may_be_in_the_labels_stays_information() -> None:
    noticed = {"HC204": Remark("answers are unsure", severity=Severity.INFO)}
    assert last_word(Curve(POOR["HC105"].trial, TASK), noticed) == {}


@pytest.mark.parametrize("seed", range(40))
def test_no_training_that_ended_badly_ends_with_nothing_said(seed: int) -> None:
    draw = random.Random(seed)
    levels = [draw.uniform(0.05, 2.4) for _ in range(3)]
    errors = [draw.uniform(0.15, 0.9) for _ in range(EPOCHS)]
    drawn = Drawn(stepped(*levels), validation_error=stepped(*errors, 0.4), epochs=draw.choice((3, 5, EPOCHS)))
    assert graver(diagnose(drawn.trial, STUDY, TASK))


GUESSING = Drawn(constant(2.3), constant(2.3), constant(0.9), constant(0.9), epochs=2)


@pytest.mark.parametrize(
    ("drawn", "times", "code", "said"),
    [
        (Drawn(straight(2.3, 1.5), epochs=2), 1, "HC202", "after 2 epochs (40 iterations), and the training loss was"),
        (Drawn(straight(2.3, 1.5), epochs=1), 1, "HC202", "after 1 epoch (20 iterations), and the training loss was"),
        (GUESSING, 1, "HC202", "90.0% after 2 epochs (40 iterations): the network has hardly been trained"),
        (GUESSING, 5, "HC201", "90.0% after 2 epochs (200 iterations), and the loss is 2."),
        (replace(GUESSING, loss=constant(1.0), error=constant(0.7)), 5, "HC204", "90.0% in validation"),
        (replace(GUESSING, loss=constant(0.1), error=constant(0.02)), 5, "HC203", "90.0% in validation"),
    ],
)
def test_what_a_training_of_two_epochs_came_to_is_read_in_its_iterations(
    drawn: Drawn, times: int, code: str, said: str
) -> None:
    trial = drawn.trial
    losses = tuple(loss for loss in trial.result.step_losses for _ in range(times))
    (told,) = diagnose(replace(trial, result=replace(trial.result, step_losses=losses)), STUDY, TASK)
    assert (told.code, told.severity) == (code, Severity.WARNING)
    assert said in told.message


def test_two_epochs_that_are_enough_are_told_nothing() -> None:
    at_last = Drawn(falling(1.0, 0.05), validation_error=lambda share: 0.5 if share < 1 else 0.05, epochs=2)
    assert diagnose(at_last.trial, STUDY, TASK) == ()


def graver(findings: tuple[Finding, ...]) -> set[str]:
    return {one.code for one in findings if one.severity is not Severity.INFO}
