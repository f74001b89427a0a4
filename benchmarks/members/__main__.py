"""Members per second and peak memory against K, stacked and one by one, for four families at 8×8 and 32×32.

    python -m benchmarks.members [--device cuda --autocast]

Needs torch and hpsearch alone. All arrangements of a network take turns in one process; printed are medians over the
rounds with their spread, and ratios to the faster of the two orders in memory one by one.
"""

import argparse
import gc
import platform
import statistics
import time
from functools import partial

import torch

from benchmarks.members.arrangements import FORMATS, Setting, alone, stacked
from benchmarks.members.cases import CASES, Case
from benchmarks.members.measuring import built_with_peak, seconds_per_step
from benchmarks.service.figures import table

SLOW_S = 1.0
"""No more members are tried where a step takes longer than that."""


def main() -> None:
    options = _options()
    if options.device == "cpu":
        torch.set_num_threads(options.threads)
    setting = Setting(torch.device(options.device), options.batch_size, options.autocast)
    print(_told(options))
    for memory_format in FORMATS.values():  # so that what libraries keep for themselves is no network's memory
        alone(CASES[-1], setting, memory_format)()
    for case in CASES:
        if not options.only or options.only.lower() in str(case).lower():
            print(measured(case, setting, options.members, options.rounds, options.seconds), flush=True)


def measured(case: Case, setting: Setting, members: list[int], rounds: int, budget_s: float) -> str:
    """The table of one network."""
    steps, counts, peaks = {}, {}, {}
    for order, memory_format in FORMATS.items():
        builds = {("one by one", order, 1): partial(alone, case, setting, memory_format)}
        for count in members:
            builds["stacked", order, count] = partial(stacked, case, setting, memory_format, count)
        for key, build in builds.items():
            steps[key], peaks[key] = built_with_peak(build, setting.device)
            counts[key] = key[2]
            if seconds_per_step(steps[key], setting.device, 0.0) > SLOW_S:
                break
    rates: dict[tuple[str, str, int], list[float]] = {key: [] for key in steps}
    for _ in range(rounds):
        for key, step in steps.items():
            rates[key].append(counts[key] / seconds_per_step(step, setting.device, budget_s))
    del steps
    gc.collect()
    best = max(statistics.median(rates[key]) for key in rates if key[0] == "one by one")
    rows = [
        [
            key[0],
            key[1],
            str(key[2]) if key[0] == "stacked" else "any",
            f"{_rate(statistics.median(values))} ({_rate(min(values))} … {_rate(max(values))})",
            f"{statistics.median(values) / best:.2f}",
            "" if (peak := peaks[key]) is None else f"{peak / 2**20:.0f}",
        ]
        for key, values in rates.items()
    ]
    head = ["trained", "in memory", "K", "members' steps per second", "to the best one by one", "peak, MiB"]
    parameters = sum(one.numel() for one in case.build(0).parameters())
    return table(f"{case}, {parameters:,} parameters", head, rows)


def _rate(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _told(options: argparse.Namespace) -> str:
    where = torch.cuda.get_device_name() if options.device == "cuda" else f"{options.threads} thread(s) of the CPU"
    return (
        f"{where}, {platform.machine()}, Python {platform.python_version()}, torch {torch.__version__}; batches of "
        f"{options.batch_size}{', bf16 autocast' if options.autocast else ''}; medians of {options.rounds} rounds "
        f"(least … greatest); {time.strftime('%Y-%m-%d')}\n"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.members", description=__doc__)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--autocast", action="store_true", help="forward passes in bf16")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU; 1 as a worker has")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--members", type=_numbers, help="values of K; 1 to 32, on a GPU to 128")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.25, help="of each arrangement in each round")
    parser.add_argument("--only", default="", help="networks with that in their title")
    options = parser.parse_args()
    if options.members is None:
        options.members = [1, 2, 4, 8, 16, 32, *([64, 128] if options.device == "cuda" else [])]
    return options


def _numbers(text: str) -> list[int]:
    return [int(one) for one in text.split(",")]


if __name__ == "__main__":
    main()
