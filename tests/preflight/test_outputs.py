"""What is said of outputs that are no logits (N, K), and of errors whose words say what they are about."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from hpsearch.preflight.forward import forward_problem

SAMPLES, OUTPUTS = 2, 5


class Shaped(nn.Module):
    """A linear layer whose outputs are handed on in another shape."""

    def __init__(self, change: Callable[[Tensor], object], kind: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.linear = nn.Linear(16, OUTPUTS, dtype=kind)
        self.change = change

    def forward(self, images: Tensor) -> object:
        return self.change(self.linear(images.flatten(1)))


def needs(_: Tensor, mask: Tensor) -> Tensor:
    return mask


def on_two_devices(_: Tensor) -> Tensor:
    """What PyTorch says where there is a GPU."""
    raise RuntimeError("Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!")


@pytest.mark.parametrize(
    ("network", "value", "step"),
    [
        (Shaped(lambda outputs: outputs[:, :, None, None]), "(2, 5, 1, 1)", "flatten(1)"),
        (Shaped(lambda outputs: outputs[:, :, None].expand(-1, -1, 7)), "(2, 5, 7)", "Average over the places"),
        (Shaped(torch.t), "(5, 2)", "transpose the outputs"),
        (Shaped(lambda outputs: outputs.argmax(1)), "int64 of shape (2,)", "leave argmax and rounding out"),
        (Shaped(lambda outputs: outputs[:, 0]), "(2,)", "Let the last layer give 5 outputs"),
        (Shaped(lambda outputs: outputs.mean(0)), "(5,)", "Keep the first axis"),
        (Shaped(lambda outputs: outputs * 1j), "complex64", "real numbers"),
        (Shaped(lambda outputs: (outputs, outputs)), "a tuple", "Return the logits alone"),
        (Shaped(needs), "(2, 1, 4, 4)", "defaults"),  # type: ignore[arg-type]
        (Shaped(nn.Identity(), torch.float64), "(2, 16)", "float32"),
        (nn.Conv2d(1, OUTPUTS, 4, dtype=torch.float64), "(2, 1, 4, 4)", "float32"),
        (Shaped(on_two_devices), "(2, 1, 4, 4)", "device=images.device"),
        (Shaped(nn.Identity()).to("meta"), "(2, 16)", "device=images.device"),
    ],
)
def test_the_next_step_is_that_of_the_mistake(network: nn.Module, value: str, step: str) -> None:
    problem = forward_problem(network, torch.zeros(SAMPLES, 1, 4, 4), OUTPUTS)
    assert problem is not None
    assert value in problem.value
    assert step in problem.next_step
