"""A program that uses the executor on Ray Tune as the command line does; the tests start, look at and kill it.

``python ray_driver.py HOME ADDRESS WORKERS KINDS…``: runs a job of each kind and writes a line for each result. ADDRESS
may be empty. SIGTERM is the program's own.
"""

import signal
import sys
from pathlib import Path

from hpsearch.executors.ray_tune import RayTuneExecutor
from tests.executors.executor_cases import USER_CODE, in_cohorts_of, job


def own_handler(number: int, frame: object) -> None:
    sys.exit(f"own handler of signal {number}")


def main(home: str, address: str, workers: str, *kinds: str) -> None:
    signal.signal(signal.SIGTERM, own_handler)
    with RayTuneExecutor(
        Path(home), workers=int(workers), address=address or None, import_paths=(USER_CODE,)
    ) as executor:
        for arrived in executor.run(in_cohorts_of(1, [job(number, kind) for number, kind in enumerate(kinds)])):
            for result in arrived.results:
                sys.stdout.write(f"{result.number} {result.state} {result.step_losses}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("interrupted")
