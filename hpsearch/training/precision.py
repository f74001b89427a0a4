"""In which precision the forward pass of a network is computed, and what half precision needs going back."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import torch
from torch import Tensor

from hpsearch.cohort import Cohort
from hpsearch.errors import TrialError
from hpsearch.job import Job

TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}
"""By the names of a definition; every other name stands for the precision of the parameters themselves."""
FIRST_SCALE, GROWTH, BACKOFF, GROWS_AFTER = 2.0**12, 2.0, 0.5, 2000
"""Of the loss in fp16. As in ``torch.amp.GradScaler`` but for the first, 65,536 there: a short training would lose its
first updates, which are those that matter to it most."""
LEAST_SCALE = 1.0
"""Below that, gradients are too large by themselves."""
HOPELESS = 16
"""Updates in a row that are left out at the least scale, after which a training ends: its weights stay what they are,
so that every further batch would overflow too. Heuristic."""
BF16_CAPABILITY = (8, 0)
"""From this generation of GPUs on bf16 is computed by the hardware (Ampere)."""


class Autocast:
    """Of the forward passes on a device. Parameters, losses, gradients and updates stay in float32."""

    def __init__(self, precision: str, device: torch.device) -> None:
        """Raises TrialError for what the device cannot compute."""
        self._type = TYPES.get(precision)
        self._device = device.type
        if self._type is not None:
            _refuse(precision, device)

    def __call__(self) -> AbstractContextManager[object]:
        """To be open during one forward pass, never during the backward pass."""
        if self._type is None:
            return nullcontext()
        return torch.autocast(self._device, dtype=self._type)


class LossScale:
    """By how much the loss of one member is multiplied in fp16, so that small gradients do not become zero.

    Each member has one of its own: what overflows in one changes nothing for the others. The rule is that of
    ``torch.amp.GradScaler`` (Micikevicius et al., 2018): halved when a gradient is not finite, and that update is left
    out; doubled after 2,000 updates in a row.
    """

    def __init__(self, device: torch.device) -> None:
        self.value = torch.full((), FIRST_SCALE, device=device)
        self._in_a_row = torch.zeros((), dtype=torch.int32, device=device)
        self._at_least = torch.zeros((), dtype=torch.int32, device=device)
        """So many were left out in a row at the least scale."""

    @property
    def memory(self) -> list[Tensor]:
        """All that it remembers, to be read or written in place."""
        return [self.value, self._in_a_row, self._at_least]

    @property
    def hopeless(self) -> bool:
        """Whether gradients have overflown so often that they always will; reads the device."""
        return int(self._at_least) >= HOPELESS

    @torch.no_grad()
    def take_back(self, gradients: Sequence[Tensor]) -> Tensor:
        """Divides the gradients in place, and adapts; 1 if one of them is not finite, else 0, still on the device."""
        overflown = torch.zeros((), device=self.value.device)
        if gradients:
            was_least = self.value <= LEAST_SCALE
            inverse = self.value.double().reciprocal().float()  # exact: it is a power of two
            torch._amp_foreach_non_finite_check_and_unscale_(list(gradients), overflown, inverse)
            torch._amp_update_scale_(self.value, self._in_a_row, overflown, GROWTH, BACKOFF, GROWS_AFTER)
            self.value.clamp_(min=LEAST_SCALE)
            self._at_least.copy_((self._at_least + 1) * (was_least & (overflown > 0)))
        return overflown


def settled_precision(cohort: Cohort) -> tuple[Job, ...]:
    """The jobs, each with the precision that it trains in."""
    chosen = cohort.arrangement.precision
    return tuple(replace(job, precision=chosen) if job.precision == "auto" else job for job in cohort.jobs)


def in_float32(outputs: Tensor) -> Tensor:
    """Outputs of a forward pass as the loss wants them; wider ones stay as they are."""
    return outputs.float() if outputs.dtype in TYPES.values() else outputs


def _refuse(precision: str, device: torch.device) -> None:
    if device.type not in ("cpu", "cuda"):
        raise TrialError(
            f"training.precision is {precision}, which is not known to work on {device.type}; write float32"
        )
    if device.type == "cuda" and precision == "bf16":
        found = torch.cuda.get_device_capability(device)
        if found < BF16_CAPABILITY:
            name = torch.cuda.get_device_name(device)
            raise TrialError(
                f"training.precision is bf16, and {name} (compute capability {found[0]}.{found[1]}) does not compute "
                "in it; write fp16, float32 or auto"
            )
