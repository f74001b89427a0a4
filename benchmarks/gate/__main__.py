"""``python -m benchmarks.gate [--sample N] [--part NAME] [--only TEXT]``: checks projects and scores what is said."""

import argparse
import platform
import time
from pathlib import Path

import torch

from benchmarks.gate.faulty import faulty
from benchmarks.gate.fifth import fifth
from benchmarks.gate.fourth import fourth
from benchmarks.gate.looked import Looked, looked
from benchmarks.gate.project import Project
from benchmarks.gate.scoring import lines
from benchmarks.gate.second import second
from benchmarks.gate.sixth import sixth
from benchmarks.gate.sound import SOUND


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1)
    folder = None if arguments.keep is None else Path(arguments.keep)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    began = time.process_time()
    found = []
    for project in chosen(arguments.part, arguments.only, arguments.sample):
        found.append(looked(project, folder))
        if arguments.verbose:
            _tell(found[-1])
    seconds = time.process_time() - began
    print(f"{platform.processor() or platform.machine()}, one thread, torch {torch.__version__}")
    print(f"{len(found)} projects, {seconds:.0f} processor seconds\n")
    for line in lines(found):
        print(line)


def chosen(part: str, only: str, every: int) -> list[Project]:
    """Those of the part whose name holds the text, one in so many of each part."""
    found = []
    parts = (
        *(("faulty", faulty()), ("sound", SOUND), ("second", second())),
        *(("fourth", fourth()), ("fifth", fifth()), ("sixth", sixth())),
    )
    for name, projects in parts:
        if part == name or (part == "all" and name in ("faulty", "sound")):
            found += [project for project in projects if only in project.name][::every]
    return found


def _tell(one: Looked) -> None:
    print(f"{'' if one.judged else 'WRONG '}{one.project.name}: {one.verdict}, {one.seconds:.1f} s", flush=True)
    for said in one.said:
        print(f"    {said.part} {said.severity} {said.code}: {said.message}")
    for name, summary in one.summaries.items():
        print(f"    {name} {summary}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--part", choices=("faulty", "sound", "all", "second", "fourth", "fifth", "sixth"), default="all"
    )
    parser.add_argument("--only", default="", help="projects whose name holds this")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth project only")
    parser.add_argument("--keep", help="folder that keeps what was said, so that it can be scored again")
    parser.add_argument("--verbose", action="store_true", help="every project with all that was said")
    return parser.parse_args()


if __name__ == "__main__":
    main()
