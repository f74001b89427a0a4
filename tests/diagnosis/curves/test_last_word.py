"""A training that ended badly never ends with nothing said."""

import random

import pytest

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.diagnosis.curves.last_word import last_word
from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Finding, Severity
from hpsearch.rulebook import Remark
from tests.diagnosis.curve_cases import EPOCHS, SOUND, STUDY, TASK, Drawn, falling, stepped, straight


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


def test_it_is_told_where_no_rule_has_a_warning_and_only_where_the_end_is_bad() -> None:
    poor = POOR["HC204"].trial
    assert graver(diagnose(poor, STUDY, TASK, state=False)) == set()
    assert graver(diagnose(poor, STUDY, TASK)) == {"HC204"}
    assert graver(diagnose(poor, STUDY, TASK, {"HC204"})) == set()
    assert graver(diagnose(POOR["HC105"].trial, STUDY, TASK)) == {"HC204"}, "a rule has found it: nothing beside"
    assert last_word(Curve(SOUND.trial, TASK), {}) == {}


def test_what_a_rule_noticed_as_information_keeps_its_words() -> None:
    noticed = {"HC204": Remark("answers are unsure", severity=Severity.INFO)}
    found = last_word(Curve(POOR["HC105"].trial, TASK), noticed)
    assert found == {"HC204": Remark("answers are unsure", severity=Severity.WARNING)}


@pytest.mark.parametrize("seed", range(40))
def test_no_training_that_ended_badly_ends_with_nothing_said(seed: int) -> None:
    draw = random.Random(seed)
    levels = [draw.uniform(0.05, 2.4) for _ in range(3)]
    errors = [draw.uniform(0.15, 0.9) for _ in range(EPOCHS)]
    drawn = Drawn(stepped(*levels), validation_error=stepped(*errors, 0.4), epochs=draw.choice((3, 5, EPOCHS)))
    assert graver(diagnose(drawn.trial, STUDY, TASK))


def graver(findings: tuple[Finding, ...]) -> set[str]:
    return {one.code for one in findings if one.severity is not Severity.INFO}
