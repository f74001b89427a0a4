"""Keeps a member's randomness and what its code may switch in torch to itself."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def own_randomness(seed: int, device: torch.device) -> Iterator[None]:
    """Inside, every global generator (torch on both devices, numpy, Python) begins at ``seed``, gradients are on and
    the default type is float32; afterwards all of that is as it was before."""
    torch_state, numpy_state, python_state = torch.get_rng_state(), np.random.get_state(), random.getstate()
    device_state = torch.cuda.get_rng_state(device) if device.type == "cuda" else None
    default_type = torch.get_default_dtype()
    try:
        begin_at(seed, device)
        with torch.enable_grad():
            yield
    finally:
        torch.set_rng_state(torch_state)
        np.random.set_state(numpy_state)
        random.setstate(python_state)
        if device_state is not None:
            torch.cuda.set_rng_state(device_state, device)
        torch.set_default_dtype(default_type)


def begin_at(seed: int, device: torch.device) -> None:
    """Every global generator begins there, and the default type is float32."""
    torch.default_generator.manual_seed(seed)
    np.random.seed(seed % 2**32)
    random.seed(seed)
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(seed)
    torch.set_default_dtype(torch.float32)


@contextmanager
def drawn_from(device: torch.device) -> Iterator[Callable[[], bool]]:
    """Gives a question: whether any global generator has been drawn from or seeded since."""

    def states() -> tuple[object, ...]:
        on_device = torch.cuda.get_rng_state(device).tolist() if device.type == "cuda" else None
        name, keys, *others = np.random.get_state(legacy=True)
        return torch.get_rng_state().tolist(), on_device, name, np.asarray(keys).tolist(), others, random.getstate()

    before = states()
    yield lambda: states() != before
