"""When samples that are cut off on their way back are told, and when not."""

from dataclasses import replace

import pytest

from hpsearch.diagnosis.diagnose import causes
from hpsearch.diagnosis.inside.losses import samples_left_out
from hpsearch.diagnosis.inside.seen import Inside
from hpsearch.finding import Severity
from hpsearch.look import LayerLook, Look, LossLook, look_document, look_of
from hpsearch.rulebook import Remark
from hpsearch.trial import FinishedTrial
from tests.diagnosis.curve_cases import SOUND, TASK, Drawn, constant, falling

POOR = Drawn(falling(2.4, 1.2), error=constant(0.6))


def look(step: int, unreached: float, sent: int | None = 20, samples: int = 32) -> Look:
    """At an iteration whose update changed weights."""
    layer = LayerLook("a", "Linear", 0.0, 1.0, 0.5, 0.0, 0.0, 0.0, 1.0, 0.1, 0.001, weight_std=0.1)
    return Look(step, (layer,), loss=LossLook(samples, 1.0, 0, 0.0, 0.0, 0.0, unreached, sent=sent))


def severity(drawn: Drawn, *looks: Look) -> Severity | None:
    """That of the finding as it would be told; None if there is none."""
    found = remark(drawn, *looks)
    return None if found is None else causes({"HC353": found})["HC353"]


def remark(drawn: Drawn, *looks: Look) -> Remark | None:
    trial = drawn.trial
    return samples_left_out(Inside(FinishedTrial(trial.job, replace(trial.result, looks=looks)), TASK))


def test_some_of_the_samples_in_each_look_are_told_in_a_training_that_is_poor() -> None:
    assert severity(POOR, look(0, 0.0), look(50, 0.3), look(200, 0.3)) is Severity.WARNING
    assert severity(POOR, look(0, 0.0), look(50, 0.6), look(200, 0.0)) is None


def test_the_first_look_and_those_in_which_no_sample_arrives_are_not_counted() -> None:
    assert severity(POOR, look(0, 1.0), look(50, 0.0), look(200, 0.0)) is None
    assert severity(POOR, look(0, 0.5)) is None
    assert severity(POOR, look(0, 0.0), look(50, 1.0), look(200, 1.0)) is None


def test_a_training_that_ended_well_needed_no_other_samples() -> None:
    looks = (look(0, 0.0), look(50, 0.3), look(200, 0.3))
    assert severity(SOUND, *looks) is Severity.INFO
    restless = Drawn(falling(2.4, 1.2), error=constant(0.4), validation_error=constant(0.02))
    assert severity(restless, *looks) is Severity.INFO


def test_a_share_is_of_those_that_it_was_taken_of() -> None:
    found = remark(POOR, look(50, 0.5, sent=4), look(200, 0.25, sent=20))
    assert found is not None
    assert found.numbers["samples"] == 24
    assert found.numbers["unreached"] == pytest.approx((2 + 5) / 24)
    old = remark(POOR, look(50, 0.5, sent=None), look(200, 0.25, sent=None))
    assert old is not None
    assert old.numbers["samples"] == 64


def test_looks_of_before_that_was_counted_can_be_read() -> None:
    written = look_document(look(50, 0.5))
    assert look_of(written) == look(50, 0.5)
    del written["loss"][-1]
    assert look_of(written) == look(50, 0.5, sent=None)
