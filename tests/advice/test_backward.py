"""Steps along gradients show whether these are the gradients of the forward pass."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from hpsearch.advice.advise import findings_of
from hpsearch.advice.backward import most_tried
from hpsearch.advice.facts import Purpose
from hpsearch.advice.gathering import facts_of_settings
from hpsearch.finding import Severity
from hpsearch.job import NetworkSettings

PURPOSE = Purpose((1, 6, 6), 3)
ASKED = frozenset({"HP403", "HP404", "HP408"})


class Swish(torch.autograd.Function):
    """x · sigmoid(x), and a backward with a sign."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, sign: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.sign = sign
        return x * x.sigmoid()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return ctx.sign * gradients[0] * (x.sigmoid() + x * x.sigmoid() * (1 - x.sigmoid())), None


class Tried(nn.Module):
    """Two layers and what a habit does between them, or with their gradients."""

    def __init__(self, habit: str) -> None:
        super().__init__()
        self.habit = habit
        self.first, self.drop, self.last = nn.Linear(36, 16), nn.Dropout(), nn.Linear(16, 3)
        if habit.startswith("times"):
            factor = float(habit.removeprefix("times "))
            for parameter in self.parameters():
                parameter.register_hook(lambda gradient: gradient * factor)

    def weights(self) -> Tensor:
        """Those of the first layer, or their signs with a scale, and a gradient as if they were themselves."""
        kept, sizes = self.first.weight, self.first.weight.abs()
        match self.habit:
            case "signs of rows":
                return (kept.sign() * sizes.mean(1, keepdim=True) - kept).detach() + kept
            case "signs":
                return (kept.sign() * sizes.mean() - kept).detach() + kept
            case "three values":
                far = sizes > 0.7 * sizes.mean()
                return (kept.sign() * far * sizes[far].mean() - kept).detach() + kept
        return kept

    def train(self, mode: bool = True) -> "Tried":
        return self if self.habit == "own train" else super().train(mode)

    def forward(self, images: Tensor) -> Tensor:
        x = functional.linear(images.flatten(1), self.weights(), self.first.bias)
        match self.habit:
            case "sound" | "turned":
                x = Swish.apply(x, 1.0 if self.habit == "sound" else -1.0)  # type: ignore[no-untyped-call]
            case "rounded":
                x = x + ((4 * x).round() / 4 - x).detach()
            case "shrunk":
                x = 0.1 * x + 0.9 * x.detach()
            case "float":
                x = (x.float() @ torch.ones(16, 16)).to(x.dtype) / 16 + x
        found: Tensor = self.last(self.drop(x))
        return found


def build(input_shape: tuple[int, int, int], outputs: int, habit: str) -> nn.Module:
    return Tried(habit)


def told(habit: str) -> list[tuple[str, Severity]]:
    settings = NetworkSettings(None, f"{__name__}:build", {"habit": habit})
    found = findings_of(facts_of_settings(settings, PURPOSE, costs=False), ASKED)
    return [(one.code, one.severity) for one in found]


@pytest.mark.parametrize(
    "habit", ["sound", "rounded", "shrunk", "float", "times 0.2", "signs of rows", "signs", "three values"]
)
def test_gradients_of_the_forward_pass_and_what_is_meant_so_are_not_told(habit: str) -> None:
    assert told(habit) == []


def test_gradients_of_something_else_are() -> None:
    assert told("turned") == told("times -1") == [("HP408", Severity.ERROR)]
    assert told("times 1e-6") == [("HP408", Severity.WARNING)]


def test_large_networks_are_not_tried() -> None:
    assert [most_tried(work) for work in (1e3, 1e7, 1e8, 1e9)] == [4, 4, 1, 0]


def test_layers_that_eval_leaves_in_training_mode_are_named() -> None:
    settings = NetworkSettings(None, f"{__name__}:build", {"habit": "own train"})
    (found,) = findings_of(facts_of_settings(settings, PURPOSE, costs=False), ASKED)
    assert found.code == "HP404"
    assert "eval() leaves drop in training mode" in found.message
    assert "super().train" in found.advice
