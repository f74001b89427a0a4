"""``python -m benchmarks.diagnosis [--keep FOLDER] [--part tuned]``: trains the catalogue and scores what is told."""

import argparse
import platform
import statistics
import tempfile
from pathlib import Path

import torch

from benchmarks.diagnosis.parts import PARTS
from benchmarks.diagnosis.scoring import Scored, lines
from benchmarks.diagnosis.told import Told, told


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as own:
        folder = Path(arguments.keep or own)
        folder.mkdir(parents=True, exist_ok=True)
        everything = []
        for case in PARTS[arguments.part]():
            if arguments.only in case.name:
                everything.append(told(case, folder))
                if arguments.verbose:
                    _tell(everything[-1])
    print(f"{platform.processor() or platform.machine()}, one thread, torch {torch.__version__}\n")
    training = [one.trial.result.duration_s for one in everything]
    if not everything:
        return
    print(
        f"{len(everything)} trainings of {statistics.median(training):.2f} s (median; {sum(training):.0f} s in all), "
        f"{1e3 * statistics.median(one.seconds for one in everything):.1f} ms a diagnosis\n"
    )
    for line in lines(Scored(everything)):
        print(line)


def _tell(one: Told) -> None:
    print(f"{one.case.name}: {one.trial.result.epochs[-1] if one.trial.result.epochs else one.trial.result.reason}")
    for finding in one.findings:
        print(f"    {finding.code} {finding.severity}: {finding.message}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", help="folder that keeps the curves, so that rules can be tried again on them")
    parser.add_argument("--part", choices=PARTS, default="held-out")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--verbose", action="store_true", help="every case with its findings")
    return parser.parse_args()


if __name__ == "__main__":
    main()
