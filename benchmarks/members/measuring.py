"""Time and memory of steps."""

import ctypes
import gc
import time
from collections.abc import Callable
from pathlib import Path

import torch

STATUS, PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def seconds_per_step(step: Callable[[], None], device: torch.device, budget_s: float) -> float:
    """The mean over as many steps as fit into that time, one at least.

    On one thread of the CPU the process's own time counts, so that neighbours on the machine count less.
    """
    clock = time.process_time if device.type == "cpu" and torch.get_num_threads() == 1 else time.perf_counter
    _wait(device)
    started, begun, steps = time.perf_counter(), clock(), 0
    while steps == 0 or time.perf_counter() - started < budget_s:
        step()
        steps += 1
        if device.type == "cuda" and steps % 10 == 0:
            _wait(device)
    _wait(device)
    return (clock() - begun) / steps


def built_with_peak(
    build: Callable[[], Callable[[], None]], device: torch.device
) -> tuple[Callable[[], None], int | None]:
    """Builds, takes two steps, and tells the most bytes that this took on top of what there was: of the GPU, or of
    the process on Linux (None elsewhere)."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        before = torch.cuda.memory_allocated(device)
        step = build()
        torch.cuda.reset_peak_memory_stats(device)
        step()
        step()
        _wait(device)
        return step, torch.cuda.max_memory_allocated(device) - before
    if not PEAK.exists():
        step = build()
        step()
        return step, None
    ctypes.CDLL(None).malloc_trim(0)
    start = _status("VmRSS")
    step = build()
    step()
    gc.collect()
    PEAK.write_text("5")  # from here on VmHWM is counted anew
    step()
    return step, max(0, _status("VmHWM") - start)


def _status(field: str) -> int:
    """Bytes."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
