"""Networks as users write them: sound, careless and broken ones. The tests name them by import path."""

import random
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


def small(
    input_shape: tuple[int, int, int], outputs: int, width: int = 4, dropout: float = 0.0, norm: bool = True
) -> nn.Module:
    """A convolution, batch norm, dropout and a linear layer."""
    channels, height, side = input_shape
    return nn.Sequential(
        nn.Conv2d(channels, width, 3, padding=1, bias=not norm),
        nn.BatchNorm2d(width) if norm else nn.Identity(),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(width * height * side, outputs),
    )


class Double(nn.Module):
    """``small`` in double precision."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> None:
        super().__init__()
        self.inner = small(input_shape, outputs, **parameters).double()

    def forward(self, images: Tensor) -> Tensor:
        return self.inner(images.double())


class Viewing(nn.Module):
    """Works only on maps that lie in memory in the usual order."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(input_shape[0], 4, 3, padding=1)
        self.linear = nn.Linear(4 * input_shape[1] * input_shape[2], outputs)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.convolution(images)
        return self.linear(maps.view(len(maps), -1))


def frozen(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """Nothing in it can learn."""
    return small(input_shape, outputs).requires_grad_(False)


def softmax_ended(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """Returns probabilities where logits are asked for."""
    return nn.Sequential(small(input_shape, outputs), nn.Softmax(dim=1))


class Partly(nn.Module):
    """One layer is never called, another one's output is multiplied by zero, a third is frozen."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        inputs = input_shape[0] * input_shape[1] * input_shape[2]
        self.used, self.unused, self.silenced, self.frozen = (nn.Linear(inputs, outputs) for _ in range(4))
        self.frozen.requires_grad_(False)

    def forward(self, images: Tensor) -> Tensor:
        flat = images.flatten(1)
        return self.used(flat) + 0 * self.silenced(flat) + self.frozen(flat)


class Breaking(nn.Module):
    """Raises, or returns NaN or infinity, from call ``after`` (from 0) on."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int, after: int = 0, how: str = "raise") -> None:
        super().__init__()
        self.inner = small(input_shape, outputs)
        self.calls = 0
        self.after = after
        self.how = how

    def forward(self, images: Tensor) -> Tensor:
        result = self.inner(images)
        self.calls += 1
        if self.calls <= self.after:
            return result
        return broken(result, self.how)


def broken(result: Tensor, how: str) -> Tensor:
    """What becomes of a network's output."""
    match how:
        case "nan" | "inf":
            return result * float(how)
        case "one_dimensional":
            return result.sum(1)
        case "tuple":
            return (result, result)
        case "layer":
            return nn.functional.linear(result, torch.zeros(3, 999))  # raises inside torch: BLAME ME
        case "memory":
            raise MemoryError
        case "interrupt":
            raise KeyboardInterrupt
        case "exit":
            raise SystemExit(3)
        case "nan_then_raise":
            if not result.isfinite().all():
                raise ArithmeticError("not a number")
            return result * float("nan")
    raise RuntimeError("the network\nis broken")


def unbuildable(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """Cannot be built."""
    raise LookupError("no such layer")


class Drawing(nn.Module):
    """Draws from every global generator while it trains."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        self.inner = small(input_shape, outputs)

    def forward(self, images: Tensor) -> Tensor:
        if not self.training:
            return self.inner(images)
        noise = 0.1 * float(torch.rand(())) + 0.1 * random.random() + 0.1 * float(np.random.random())
        return self.inner(images + noise)


class Greedy(nn.Module):
    """Has no memory for more than one member."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        self.inner = small(input_shape, outputs)
        self.calls = 0

    def forward(self, images: Tensor) -> Tensor:
        self.calls += self.training
        if self.calls > 2 and not isinstance(images, Tensor):
            raise MemoryError
        return self.inner(images)


class DrawingLate(nn.Module):
    """Draws from NumPy's generator from its fifth call on."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        self.inner = small(input_shape, outputs)
        self.calls = 0

    def forward(self, images: Tensor) -> Tensor:
        self.calls += self.training
        return self.inner(images + (0.1 * float(np.random.random()) if self.calls > 4 else 0.0))


class Careless(nn.Module):
    """Changes what the whole process shares."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        self.inner = small(input_shape, outputs)

    def forward(self, images: Tensor) -> Tensor:
        result = self.inner(images)
        torch.manual_seed(0)
        np.random.seed(0)
        random.seed(0)
        torch.set_default_dtype(torch.float64)
        if not self.training:
            torch._C._set_grad_enabled(False)
        return result


class OwnDropout(nn.Dropout2d):
    """A user's subclass of a dropout module."""


def with_own_dropout(input_shape: tuple[int, int, int], outputs: int, rate: float = 0.5) -> nn.Module:
    """Dropout in a subclass of torch's."""
    return nn.Sequential(OwnDropout(rate), small(input_shape, outputs))


class Watched(nn.Module):
    """Keeps every batch that it sees, in a list that its factory's caller can look at."""

    seen: list[Tensor] = []  # noqa: RUF012  (the tests empty it)

    def __init__(self, input_shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        self.inner = small(input_shape, outputs)

    def forward(self, images: Tensor) -> Tensor:
        self.seen.append(images.detach().clone())
        return self.inner(images)


class Rising(nn.Module):
    """Right from pass to pass: its validation accuracy is set by a script, not learned.

    The output is class 0 for every sample in training; evaluation number k predicts class ``script[k]`` for all.
    """

    def __init__(self, outputs: int, script: str = "0", **_: object) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("evaluations", torch.zeros((), dtype=torch.int64))
        self.script = script

    def forward(self, images: Tensor) -> Tensor:
        logits = self.weight.expand(len(images), -1)
        if self.training:
            self.pending = True
            return logits
        if self.pending:  # one evaluation has one or several batches
            self.evaluations += 1
            self.pending = False
        chosen = int(self.script[int(self.evaluations) - 1])
        return logits + 5.0 * nn.functional.one_hot(torch.tensor(chosen), len(self.weight))


class Centred(nn.Module):
    """Takes a mean away that it keeps while it trains, in a buffer that its state does not hold."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> None:
        super().__init__()
        self.inner = small(input_shape, outputs, **parameters).double()
        self.register_buffer("mean", torch.full(input_shape, 0.5, dtype=torch.float64), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        images = images.double()
        if self.training:
            with torch.no_grad():
                self.mean.mul_(0.7).add_(3.0 * images.mean(0))
        return self.inner(images - self.mean)


class Counting(Centred):
    """Looks at samples in another way the oftener it has been evaluated."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int, **parameters: Any) -> None:
        super().__init__(input_shape, outputs, **parameters)
        self.register_buffer("evaluated", torch.zeros((), dtype=torch.float64), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        if not self.training:
            self.evaluated.add_(1.0)
        return super().forward(images) * (1.0 + self.evaluated)


class WithExtra(Centred):
    """Its state holds something that is no tensor."""

    def get_extra_state(self) -> dict[str, int]:
        return {"version": 3}

    def set_extra_state(self, state: dict[str, int]) -> None:
        assert state == {"version": 3}


class Secretive(Centred):
    """Has no state to show."""

    def state_dict(self, *_: Any, **__: Any) -> Any:
        raise PermissionError("nobody may see it")


class Sparse(Centred):
    """Keeps a matrix in a form that files of tensors do not have."""

    def __init__(self, input_shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__(input_shape, outputs)
        self.register_buffer("edges", torch.eye(3).to_sparse())
