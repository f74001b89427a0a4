"""What the best trials of a stage have in common."""

import json
from dataclasses import replace

from hpsearch.diagnosis.stage import diagnose_stage
from hpsearch.finding import Severity
from hpsearch.trial import FinishedTrial
from tests.diagnosis.curve_cases import SOUND, STUDY, TASK, Drawn, falling, straight
from tests.diagnosis.curves.test_last_word import POOR

RISING = Drawn(falling(2.4, 0.2, 1.8))
LOW = Drawn(straight(2.3, 1.6))


def numbered(*drawn: Drawn) -> list[FinishedTrial]:
    return [replace(one, number=number).trial for number, one in enumerate(drawn)]


def test_the_best_quarter_speaks_for_the_stage() -> None:
    """Of 16 trials the four best are still improving; the others learn too slowly, which is their lot."""
    found = diagnose_stage(numbered(*[LOW] * 12, *[RISING] * 4), STUDY, TASK)
    (finding,) = found
    assert finding.code == "HC202"
    assert finding.message.startswith("still improving in all 4 best trials; in trial 12 ")
    assert finding.evidence["trials"] == [12, 13, 14, 15]
    assert json.loads(json.dumps(dict(finding.evidence), allow_nan=False)) == finding.evidence


def test_a_finding_of_few_is_none_of_the_stage() -> None:
    assert diagnose_stage(numbered(SOUND, SOUND, RISING), STUDY, TASK) == ()
    assert [one.code for one in diagnose_stage(numbered(SOUND, RISING, RISING), STUDY, TASK)] == ["HC202"]


def test_trials_that_diverge_are_none_of_the_best() -> None:
    """That most of a round did is told by its counts of failures."""
    broken = replace(SOUND, diverged_after=30)
    assert diagnose_stage(numbered(*[broken] * 5, SOUND, SOUND, SOUND), STUDY, TASK) == ()


def test_a_single_trial_speaks_for_itself() -> None:
    (finding,) = diagnose_stage(numbered(LOW), STUDY, TASK)
    assert finding.code == "HC103"
    assert diagnose_stage([], STUDY, TASK) == ()


def test_no_search_follows_a_mere_state() -> None:
    assert {one.severity for one in diagnose_stage(numbered(POOR["HC204"]), STUDY, TASK)} <= {Severity.INFO}
