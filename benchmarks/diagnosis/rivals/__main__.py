"""``python -m benchmarks.diagnosis.rivals [--keep FOLDER] [--part PART] [--all]``: published detectors beside ours.

Shows them one training of each kind of fault and of every second sound setting, or with ``--all`` every one (about an
hour on one core). ``--keep`` may be the folder that ``python -m benchmarks.diagnosis`` keeps: its trainings are then
not made again.
"""

import argparse
import platform
import tempfile
from pathlib import Path

import scipy
import torch

from benchmarks.diagnosis.catalogue import Case
from benchmarks.diagnosis.parts import PARTS
from benchmarks.diagnosis.rivals.gathering import record_of
from benchmarks.diagnosis.rivals.sampling import is_shown, some
from benchmarks.diagnosis.rivals.scoring import Comparison, Shown
from benchmarks.diagnosis.scoring import Scored
from benchmarks.diagnosis.told import told


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as own:
        compared = compare(Path(arguments.keep or own), part=arguments.part, every=arguments.all, only=arguments.only)
    machine = platform.processor() or platform.machine()
    print(f"{machine}, one thread, torch {torch.__version__}, scipy {scipy.__version__}\n")
    for line in compared.report():
        print(line)


def compare(folder: Path, *, part: str, every: bool, only: str = "") -> Comparison:
    """Trains what the folder does not hold, and shows it to all detectors.

    What counts as faulty and as sound is what counts for our own rules.
    """
    records = folder / "rivals"
    records.mkdir(parents=True, exist_ok=True)
    cases = [case for case in PARTS[part]() if is_shown(case)]
    tuned = [case for case in PARTS["tuned"]() if case.sound and is_shown(case)]
    chosen = [case for case in (cases if every else some(cases)) if only in case.name]
    scored = Scored([told(case, folder) for case in chosen])

    def shown(case: Case) -> Shown:
        return Shown(told(case, folder), record_of(case, records, debugging=True))

    return Comparison(
        [shown(one.case) for one in scored.faulty],
        [shown(one.case) for one in scored.sound],
        [shown(case) for case in (tuned if every else some(tuned)) if only in case.name],
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", help="folder that keeps trainings and records")
    parser.add_argument("--part", choices=PARTS, default="held-out")
    parser.add_argument("--all", action="store_true", help="every training, not some of them")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    return parser.parse_args()


if __name__ == "__main__":
    main()
