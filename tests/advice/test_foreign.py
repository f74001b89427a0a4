"""Weights that are no parameters of a network, by whichever way they come to the images."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from hpsearch.advice.advise import advise_network
from hpsearch.advice.facts import Purpose

PURPOSE = Purpose((3, 8, 8), 10)
ASKED = frozenset({"HP404", "HP406"})


class Mixing(nn.Module):
    """A linear layer behind a product with weights of its own, which ``take`` brings."""

    def __init__(self, keep: Callable[[nn.Module], Any], take: Callable[[Any], Tensor]) -> None:
        super().__init__()
        self.head = nn.Linear(192, 10)
        self.kept = keep(self.head)
        self.take = take

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.head(images.flatten(1) @ self.take(self.kept))
        return found


def square() -> Tensor:
    return torch.randn(192, 192) / 14


def told(keep: Callable[[nn.Module], Any], take: Callable[[Any], Tensor]) -> dict[str, str]:
    return {one.code: one.message for one in advise_network(Mixing(keep, take), PURPOSE, ASKED)}


WAYS: dict[str, tuple[Callable[[nn.Module], Any], Callable[[Any], Tensor]]] = {
    "over a number": (lambda _: square().requires_grad_(), lambda kept: kept / 2),
    "in a list, by several steps": (
        lambda _: [square().requires_grad_(), square()],
        lambda kept: torch.stack(list(kept)).mean(0).t().contiguous(),
    ),
    "in a dict": (lambda _: {"mixing": square().requires_grad_()}, lambda kept: kept["mixing"].softmax(0)),
    "the product of a parameter": (lambda _: nn.Parameter(square()) * 0.1, lambda kept: kept),
    "its data": (lambda _: [nn.Parameter(square())], lambda kept: kept[0].data * 2),
}


@pytest.mark.parametrize("way", WAYS)
def test_weights_that_no_optimiser_knows_are_found(way: str) -> None:
    found = told(*WAYS[way])
    assert list(found) == ["HP406"]
    assert "192×192" in found["HP406"]


@pytest.mark.parametrize("make", [lambda: nn.Parameter(square()), lambda: nn.Linear(192, 192).weight * 1.5])
def test_weights_that_every_pass_makes_anew_are_the_reason_of_other_outputs(make: Callable[[], Tensor]) -> None:
    found = told(lambda _: None, lambda _: make())
    assert list(found) == ["HP406"]
    assert "made anew in every pass" in found["HP406"]


def test_what_comes_from_parameters_or_has_their_shape_alone_is_none() -> None:
    assert told(lambda head: [head.weight], lambda kept: (kept[0].t() @ kept[0]) / 10) == {}
    assert told(lambda _: [square().requires_grad_()], lambda kept: torch.ones_like(kept[0]) / 192) == {}
    assert told(lambda _: square(), lambda kept: kept / 2) == {}
