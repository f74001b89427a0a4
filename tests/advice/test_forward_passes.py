"""Forward passes that end otherwise in one of the modes, or change tensors in their place."""

from collections.abc import Callable

import pytest
from torch import Tensor, nn

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
