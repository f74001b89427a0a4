"""Images of a wrong scale are named where a network cannot be trained on them."""

from dataclasses import replace

import pytest
import torch

from hpsearch.finding import Finding, Severity
from hpsearch.gate.images import far_off, with_images
from hpsearch.stage import StageName
from hpsearch.verdict import Outcome, Verdict

IMAGES = torch.randn(32, 1, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("scale", "shift", "far"), [(1, 0, False), (0.3, 0.5, False), (74, 128, True), (0.01, 0, True)]
)
def test_images_are_far_off_beyond_those_of_zero_to_one(scale: float, shift: float, far: bool) -> None:
    assert bool(far_off(IMAGES * scale + shift)) is far


def test_a_failure_names_images_of_a_wrong_scale_first_and_a_pass_keeps_no_warning_on_scales() -> None:
    warned = Finding("activation-scale", Severity.WARNING, "layer 0 multiplies")
    other = Finding("initial-loss-below-guessing", Severity.WARNING, "it knows something already")
    failed = Finding("initial-loss-off", Severity.ERROR, "it is 11 too high", advice="Initialise.")
    verdict = Verdict(StageName.INITIAL_LOSS, Outcome.FAIL, "it is 11 too high", 0, findings=(failed, warned))
    (found,) = with_images(verdict, IMAGES * 100).findings
    assert found.message.startswith("the images have a mean of")
    assert found.advice.startswith("Bring them to mean 0")
    assert "Initialise" not in found.advice
    assert with_images(verdict, IMAGES) == verdict
    (first, second) = with_images(replace(verdict, findings=(other, failed)), IMAGES * 100).findings
    assert first == other, "a mere warning is not what the scale explains"
    assert second == found
    passed = Verdict(StageName.INITIAL_LOSS, Outcome.PASS, "fine", 0, findings=(warned,))
    assert with_images(passed, IMAGES * 100).findings == ()
    assert with_images(replace(passed, findings=(other,)), IMAGES * 100).findings == (other,)
