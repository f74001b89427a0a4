"""The same random search on digits by hpsearch, Ray Tune with OptunaSearch, Optuna's loop and a bare loop.

Every contender trains the same network for the same number of epochs on the same split, at points drawn from the same
two log-uniform distributions, in a fresh process whose whole wall time counts (imports, start of services, search).
Prints the ratio of each contender's time to hpsearch's, from rounds in which all contenders take turns.

    pip install -e '.[test]' && python -m benchmarks.search

``--neighbour`` lets another process keep one core busy meanwhile.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.metadata import version

from benchmarks.search.contenders import CONTENDERS

REFERENCE = "hpsearch"


def timed(contender: str, trials: int, epochs: int) -> tuple[float, float]:
    """Seconds of the whole process, and the best validation accuracy it found."""
    module = ("-m", "benchmarks.search")
    command = [sys.executable, *module, "--trials", str(trials), "--epochs", str(epochs), "--run", contender]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{contender} failed:\n{done.stderr[-3000:]}")
    return seconds, float(done.stdout.strip().splitlines()[-1])


@contextmanager
def neighbour() -> Iterator[None]:
    """A program that computes and computes."""
    busy = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(10**6))"
    process = subprocess.Popen([sys.executable, "-c", busy])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Runs the rounds and prints the table, or runs one contender for the parent process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=CONTENDERS, action="append", help="contenders beside hpsearch; default: all")
    parser.add_argument("--neighbour", action="store_true")
    parser.add_argument("--run", choices=CONTENDERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(CONTENDERS[options.run](options.trials, options.epochs))
        return
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "ray", "optuna"))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    beside = ", beside a busy process" if options.neighbour else ""
    print(
        f"{options.trials} trials × {options.epochs} epochs, {options.rounds} rounds{beside}; {machine}, {packages}\n"
    )
    names = [name for name in CONTENDERS if name == REFERENCE or name in (options.only or CONTENDERS)]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    accuracy: dict[str, float] = {}
    with neighbour() if options.neighbour else nullcontext():
        for _ in range(options.rounds):
            for name in names:
                spent, accuracy[name] = timed(name, options.trials, options.epochs)
                seconds[name].append(spent)
                print(f"  {name}: {spent:.1f} s", file=sys.stderr, flush=True)
    print("| contender | time / hpsearch's: median (min … max) | seconds, median | best val_accuracy |")
    print("|---|---|---|---|")
    for name, times in seconds.items():
        ratios = [mine / reference for mine, reference in zip(times, seconds[REFERENCE], strict=True)]
        ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} … {max(ratios):.2f})"
        print(f"| {name} | {ratio} | {statistics.median(times):.1f} | {accuracy[name]:.4f} |")


if __name__ == "__main__":
    main()
