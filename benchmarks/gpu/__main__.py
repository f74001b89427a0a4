"""Members per second, memory and share of the matrix rate against K, in float32 and bf16, by the training engine.

    python -m benchmarks.gpu [--device cpu --quick] [--write FILE]

Needs torch, numpy, pydantic and safetensors beside this project's sources: no Ray, no database, no server. Printed are
medians over rounds with the least and the greatest, and ratios to the faster order in memory one by one, in eager mode
and the same precision. The last table has the images that a network of the kind of the CIFAR-10 speed records sees in
a second.
"""

import argparse
import gc
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch

from benchmarks.gpu.cases import CASES, QUICK_NET, Case, dataset
from benchmarks.gpu.engine import Step, alone, stacked
from benchmarks.gpu.matrices import SIDES, multiply_adds_per_second
from benchmarks.members.measuring import built_with_peak, seconds_per_step
from benchmarks.service.figures import table

PASSES = 3
"""Multiply-adds of an iteration are so many times those of a forward pass: going back takes two."""
PRECISIONS = ("float32", "bf16")
FORMATS = {"contiguous": False, "channels last": True}
SLOW_S = 2.0
"""No more members are tried where a step takes longer than that."""


class Dose(NamedTuple):
    """How much is measured."""

    cases: tuple[Case, ...]
    members: tuple[int, ...]
    batch_size: int | None
    """Instead of each case's own."""
    rounds: int
    budget_s: float
    """Of each arrangement in each round."""
    sides: tuple[int, ...]
    samples: int


FULL = Dose(CASES, (1, 2, 4, 8, 16, 32, 64, 128), None, 3, 0.3, SIDES, 8192)
QUICK = Dose(CASES[:2], (2,), 4, 2, 0.0, (128,), 64)


class Key(NamedTuple):
    """One arrangement."""

    precision: str
    order: str
    members: int
    """0: one by one."""


class Found(NamedTuple):
    """What was measured of one."""

    rates: list[float]
    """Members' steps per second, of each round."""
    peak_bytes: int | None


HEAD = (
    "precision",
    "in memory",
    "K",
    "members' steps per second",
    "images per second",
    "to the best one by one",
    "share of the matrix rate",
    "peak, MiB",
)


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    device = torch.device(options.device)
    dose, threads = QUICK if options.quick else FULL, torch.get_num_threads()
    if device.type == "cpu":
        torch.set_num_threads(1)
    rates = {one: multiply_adds_per_second(device, one, dose.sides, dose.budget_s) for one in PRECISIONS}
    parts = [_told(device, dose, rates)]
    for case in (*dose.cases, QUICK_NET):
        if options.only.lower() in case.title.lower():
            parts.append(measured(case, device, dose, rates))
            print(parts[-1] if len(parts) > 2 else "\n".join(parts), flush=True)
    torch.set_num_threads(threads)
    if options.write is not None:
        options.write.write_text("\n".join(parts), encoding="utf-8")


def measured(case: Case, device: torch.device, dose: Dose, rates: dict[str, float]) -> str:
    """The table of one network."""
    data, batch_size = dataset(dose.samples), dose.batch_size or case.batch_size
    found: dict[Key, Found] = {}
    failures: list[str] = []
    for precision in PRECISIONS:
        for order, last in FORMATS.items():
            build = partial(alone, case, data, device, precision, batch_size, last=last)
            builds: dict[Key, Callable[[], Step]] = {Key(precision, order, 0): build}
            for members in (one for one in dose.members if one <= case.most):
                together = partial(stacked, case, data, device, precision, batch_size, last=last, members=members)
                builds[Key(precision, order, members)] = together
            for key, one in builds.items():
                try:
                    found[key] = _found(one, max(1, key.members), device, dose)
                except torch.OutOfMemoryError:
                    failures.append(f"K = {key.members} in {precision}, {order}: there is too little memory.")
                gc.collect()
                if device.type == "cuda":
                    torch.cuda.empty_cache()
                if key not in found or max(1, key.members) / min(found[key].rates) > SLOW_S:
                    break
    work = PASSES * case.multiply_adds() * batch_size
    rows = [_row(key, found, batch_size, work / rates[key.precision]) for key in found]
    return table(f"{case.title}, batches of {batch_size}", HEAD, rows, *failures)


def _found(build: Callable[[], Step], members: int, device: torch.device, dose: Dose) -> Found:
    """Builds one, and times it; raises OutOfMemoryError. Its memory is free again afterwards."""
    step, peak = built_with_peak(build, device)
    seconds_per_step(step, device, dose.budget_s)  # algorithms are chosen, caches filled
    return Found([members / seconds_per_step(step, device, dose.budget_s) for _ in range(dose.rounds)], peak)


def _row(key: Key, found: dict[Key, Found], batch_size: int, ideal_s: float) -> list[str]:
    rates = found[key].rates
    middle, peak = statistics.median(rates), found[key].peak_bytes
    alone = [one for other, one in found.items() if not other.members and other.precision == key.precision]
    return [
        key.precision,
        key.order,
        str(key.members) if key.members else "one by one",
        f"{middle:,.0f} ({min(rates):,.0f} … {max(rates):,.0f})",
        f"{middle * batch_size:,.0f}",
        f"{middle / max(statistics.median(one.rates) for one in alone):.2f}",
        f"{ideal_s * middle:.1%}",
        "" if peak is None else f"{peak / 2**20:,.0f}",
    ]


def _told(device: torch.device, dose: Dose, rates: dict[str, float]) -> str:
    where = torch.cuda.get_device_name(device) if device.type == "cuda" else "one thread of the CPU"
    version = f", CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}" if device.type == "cuda" else ""
    products = ", ".join(f"{2 * rate / 1e12:,.2f} TFLOP/s in {name}" for name, rate in rates.items())
    matmul, conv = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    tf32 = f" (TF32 in products: {matmul}, in convolutions: {conv})" if device.type == "cuda" else ""
    return (
        f"{where}, {platform.machine()}, Python {platform.python_version()}, torch {torch.__version__}{version}; "
        f"medians of {dose.rounds} rounds (least … greatest); {time.strftime('%Y-%m-%d')}. Square products: "
        f"{products}{tf32}. Images of 3×32×32; every member has its own batches; data, losses and records are the "
        "engine's own.\n"
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--quick", action="store_true", help="whether it works: the figures say nothing")
    parser.add_argument("--only", default="", help="networks with that in their title")
    parser.add_argument("--write", type=Path, help="the same as a file")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
