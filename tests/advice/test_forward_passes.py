"""Forward passes that end otherwise in one of the modes, or change tensors in their place."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from hpsearch.advice.advise import advise_network
from hpsearch.advice.facts import Purpose
from hpsearch.finding import Finding, Severity

PURPOSE = Purpose((1, 8, 8), 6)


class Passing(nn.Module):
    """One linear layer, and what a test does around it."""

    def __init__(self, forward: Callable[["Passing", Tensor], Tensor]) -> None:
        super().__init__()
        self.linear = nn.Linear(64, 6)
        self._forward = forward

    def forward(self, images: Tensor) -> Tensor:
        return self._forward(self, images)

    def logits(self, images: Tensor) -> Tensor:
        found: Tensor = self.linear(images.flatten(1))
        return found


def told(forward: Callable[[Passing, Tensor], Tensor]) -> list[Finding]:
    return list(advise_network(Passing(forward), PURPOSE))


@pytest.mark.parametrize(
    ("training", "severity", "mode"),
    [(True, Severity.ERROR, "in training mode alone"), (False, Severity.WARNING, "in evaluation mode alone")],
)
def test_an_activation_at_the_end_in_one_mode_is_told_with_the_mode(
    training: bool, severity: Severity, mode: str
) -> None:
    def forward(own: Passing, images: Tensor) -> Tensor:
        logits = own.logits(images)
        return logits.softmax(1) if own.training is training else logits

    (found,) = told(forward)
    assert (found.code, found.severity) == ("HP201", severity)
    assert found.message.startswith(mode)


def standardised(own: Passing, images: Tensor) -> Tensor:
    images -= images.mean((1, 2, 3), keepdim=True)
    images /= images.std((1, 2, 3), keepdim=True) + 1e-6
    return own.logits(images)


def standardised_together(own: Passing, images: Tensor) -> Tensor:
    images -= images.mean(0, keepdim=True)
    images /= images.std((1, 2, 3), keepdim=True) + 1e-6
    return own.logits(images)


def spoilt(own: Passing, images: Tensor) -> Tensor:
    gate = own.logits(images).sigmoid()
    squared = gate * gate
    gate += 1
    return squared + gate


@pytest.mark.parametrize(
    ("forward", "codes"),
    [(standardised, ["HP405"]), (standardised_together, ["HP403", "HP405"]), (spoilt, ["HP401"])],
)
def test_changes_in_place_are_named(forward: Callable[[Passing, Tensor], Tensor], codes: list[str]) -> None:
    found = told(forward)
    assert [one.code for one in found] == codes
    assert not any("RuntimeError" in one.message for one in found)
    assert codes != ["HP401"] or "changed in place" in found[0].message


def test_what_raised_is_kept_and_what_to_do_is_said() -> None:
    (found,) = told(spoilt)
    assert "modified by an inplace operation" in found.evidence["raised"]
    assert "x = x + y" in found.advice
    assert "leave these values out" not in found.advice


def spoilt_in_evaluation(own: Passing, images: Tensor) -> Tensor:
    gate = own.logits(images).sigmoid()
    if not own.training:
        gate.clamp_(0.05, 0.95)
    return gate * own.logits(images)


def spoilt_in_training(own: Passing, images: Tensor) -> Tensor:
    gate = own.logits(images).sigmoid()
    if own.training:
        gate.clamp_(0.05, 0.95)
    return gate * own.logits(images)


def test_the_way_back_is_the_one_of_a_training() -> None:
    assert told(spoilt_in_evaluation) == []
    assert [one.code for one in told(spoilt_in_training)] == ["HP401"]


def checkpointed(own: Passing, images: Tensor) -> Tensor:
    return own.linear.weight.sum() + checkpoint(nn.functional.silu, own.logits(images), use_reentrant=True)  # type: ignore[no-any-return]


@pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad")
def test_what_is_computed_again_on_the_way_back_is_sound() -> None:
    assert told(checkpointed) == []


def sharpened(own: Passing, images: Tensor) -> Tensor:
    """A soft-max over the batch."""
    found = own.logits(images)
    return found * found.softmax(0)


def detached(own: Passing, images: Tensor) -> Tensor:
    return own.linear(sharpened(own, images).detach() @ own.linear.weight)  # type: ignore[no-any-return]


def ungraded(own: Passing, images: Tensor) -> Tensor:
    with torch.no_grad():
        return sharpened(own, images)


def ranked(own: Passing, images: Tensor) -> Tensor:
    found = own.logits(images)
    return found + found.argsort(0).argsort(0)


def rounded(own: Passing, images: Tensor) -> Tensor:
    found = own.logits(images)
    return found + found.amax(0).round()


@pytest.mark.parametrize("forward", [detached, ungraded, ranked, rounded])
def test_samples_that_are_mixed_where_no_gradient_passes_are_told(forward: Callable[[Passing, Tensor], Tensor]) -> None:
    (found,) = told(forward)
    assert (found.code, set(found.evidence)) == ("HP403", {"change"})


def noisy(own: Passing, images: Tensor) -> Tensor:
    return own.linear(nn.functional.dropout(images.flatten(1)).detach())  # type: ignore[no-any-return]


def noisy_in_place(own: Passing, images: Tensor) -> Tensor:
    exponential = images.exp()
    exponential += 0  # so that images alone cannot be gone back to
    return own.logits(nn.functional.dropout(exponential))


@pytest.mark.parametrize(("forward", "codes"), [(noisy, ["HP404"]), (noisy_in_place, ["HP404"])])
def test_noise_is_not_taken_for_another_sample(forward: Callable[[Passing, Tensor], Tensor], codes: list[str]) -> None:
    assert [one.code for one in told(forward)] == codes


def test_dropout_that_is_never_switched_on_drops_nothing() -> None:
    assert told(lambda own, images: nn.functional.alpha_dropout(own.logits(images), 0.95)) == []
    found = told(lambda own, images: nn.functional.alpha_dropout(own.logits(images), 0.95, own.training))
    assert [one.code for one in found] == ["HP206", "HP207"]
