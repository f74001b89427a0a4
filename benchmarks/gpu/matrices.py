"""The rate of matrix products that a device really reaches, against which training is held."""

import statistics

import torch

from benchmarks.members.measuring import seconds_per_step

TYPES = {"float32": torch.float32, "bf16": torch.bfloat16}
SIDES = (1024, 2048, 4096, 8192)


def multiply_adds_per_second(device: torch.device, precision: str, sides: tuple[int, ...], budget_s: float) -> float:
    """The best over some square products; of each the median over five measurements."""
    best = 0.0
    for side in sides:
        one, other = (torch.randn(side, side, device=device, dtype=TYPES[precision]) for _ in range(2))
        made = torch.empty_like(one)

        def step(one: torch.Tensor = one, other: torch.Tensor = other, made: torch.Tensor = made) -> None:
            torch.mm(one, other, out=made)

        seconds_per_step(step, device, 0.0)
        took_s = statistics.median(seconds_per_step(step, device, budget_s) for _ in range(5))
        best = max(best, side**3 / took_s)
    return best
