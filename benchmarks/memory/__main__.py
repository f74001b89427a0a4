"""Predicted against measured memory of one iteration of training, for all named networks.

    python -m benchmarks.memory [--networks NAME …] [--batches 2 4 8] [--side 64] [--contiguous] [--write DOCUMENT]

runs iterations on the CPU, each network in a process of its own with a limit to its memory, and prints a table in
Markdown, or puts it into a document between its two comments. All networks take about a quarter of an hour on a quiet
core. A network's batches are halved until the largest of them is predicted to take at most ``--most`` bytes.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from benchmarks.memory.measured import Run, predicted_bytes
from benchmarks.memory.table import summary, table
from hpsearch.networks.table import NETWORKS

BEGIN, END = "<!-- figures of benchmarks.memory -->", "<!-- end of the figures -->"
SAME = {"densenet": "densenet121", "resnet": "resnet50", "resnet_cifar": "resnet20", "vgg": "vgg16"}
"""A family's name builds what one of its numbered names builds."""
LONGEST_S = 900
PROCESS_BYTES = 6 * 2**30
"""Of addresses, for Python, PyTorch and the code that its libraries generate for each shape."""
QUIET = {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": str(2**24)}
"""For the processes that measure: freed memory goes back to the system, instead of lying about in pieces."""


def measured(name: str, batches: Sequence[int], options: argparse.Namespace) -> tuple[list[Run], str]:
    """The lines of one network, and why some are missing."""
    found = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.memory.one_network", name, str(options.side)),
            *(",".join(map(str, batches)), "contiguous" if options.contiguous else "channels_last"),
            str(PROCESS_BYTES + 2 * options.most),
        ],
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        env={**os.environ, **QUIET},
        preexec_fn=lambda: os.nice(options.nice),
        check=False,
    )
    runs = [Run(**json.loads(line)) for line in found.stdout.splitlines()]
    why = f"{name} ({(found.stderr.strip().splitlines() or ['killed'])[-1][:200]})" if found.returncode else ""
    return runs[: len(runs) // 2 * 2], why


def kept(path: Path | None) -> dict[str, list[Run]]:
    """What an earlier call has measured, by network."""
    found: dict[str, list[Run]] = {}
    lines = path.read_text().splitlines() if path is not None and path.exists() else []
    for line in lines:
        run = Run(**json.loads(line))
        found.setdefault(run.network, []).append(run)
    return found


def batches_of(name: str, options: argparse.Namespace) -> list[int]:
    """Those that are asked for, halved until the largest is predicted to take at most ``--most`` bytes."""
    batches: list[int] = options.batches
    shape = (3, options.side, options.side)
    while min(batches) > 1 and predicted_bytes(name, shape, max(batches)) > options.most:
        batches = [size // 2 for size in batches]
    return batches


def main(arguments: Sequence[str]) -> None:
    """Prints or writes the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", default=[name for name in sorted(NETWORKS) if name not in SAME])
    parser.add_argument("--batches", nargs="+", type=int, default=[2, 4, 8])
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--contiguous", action="store_true", help="maps as (N, C, H, W), as users' networks get them")
    parser.add_argument("--most", type=int, default=2 * 2**30, help="bytes that an iteration may be predicted to take")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="keeps measurements: a later call goes on from them")
    parser.add_argument("--nice", type=int, default=10, help="of the processes that measure")
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="instead of printing")
    options = parser.parse_args(arguments)
    runs: list[Run] = []
    failed: list[str] = []
    known = kept(options.rows)
    for name in options.networks:
        made, why = (known[name], "") if name in known else measured(name, batches_of(name, options), options)
        if name not in known and not why and options.rows is not None:
            with options.rows.open("a") as rows:
                rows.writelines(json.dumps(run._asdict()) + "\n" for run in made)
        runs += made
        failed += [why] if why else []
        told = [f"{run.ratio:.3f}" for run in made] + [why] * bool(why)
        print(f"{name}: {', '.join(told)}", file=sys.stderr, flush=True)
    maps = "(N, C, H, W)" if options.contiguous else "channels-last"
    begin = (
        f"torch {torch.__version__}, {platform.machine()}, one thread; images of 3×{options.side}×{options.side}, "
        f"{maps}, float32. MB are 2²⁰ bytes, ratio is predicted / measured."
    )
    text = f"{begin}\n\n{summary(runs, failed)}\n\n{table(runs)}"
    if options.write is None:
        print(text)
    else:
        before, _, rest = options.write.read_text().partition(BEGIN)
        options.write.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main(sys.argv[1:])
