"""How often the checks of data are right, by rule and by fault.

    python -m benchmarks.data [--part mended-by|last] [--only TEXT] [--faults] [--fault TEXT] [--verbose]

draws sound data sets, asks all checks about each as ``hpsearch check`` does, and counts what they warn of; with
``--faults`` each fault is made in a third of the sets before, and what is found is counted. All sets take a minute of
one core, all faults of one part six.
"""

import argparse
import sys
import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.data.apart import APART, spoiled
from benchmarks.data.divided import divided
from benchmarks.data.faults import FAULTS
from benchmarks.data.scores import Told, of_faults, of_sound
from benchmarks.data.sets import PARTS, drawn
from hpsearch.data.checks.check import check_data
from hpsearch.data.dataset import Dataset
from hpsearch.errors import DefinitionError
from hpsearch.finding import Finding

THIRD = 3


def of_set(name: str) -> Told:
    """What is found in a sound set."""
    return Told(name, "", frozenset(), check_data(divided(drawn(name))))


def spoilt(name: str, fault: str) -> Told | None:
    """What is found in a set with a fault; None where it cannot be made."""
    draw, whole = np.random.default_rng(zlib.crc32(f"{name} {fault}".encode())), drawn(name)
    found: tuple[Finding, ...] | None
    if fault in APART:
        dataset: Dataset | None = spoiled(draw, divided(whole), APART[fault])
        return None if dataset is None else Told(name, fault, APART[fault].right, check_data(dataset))
    made = FAULTS[fault].spoil(draw, whole)
    if made is None:
        return None
    try:
        found = check_data(divided(made))
    except DefinitionError as error:
        return Told(name, fault, FAULTS[fault].right, (), refused=str(error))
    return Told(name, fault, FAULTS[fault].right, found)


def _pairs(names: Sequence[str], faults: Sequence[str]) -> Iterator[tuple[str, str]]:
    for fault in faults:
        yield from ((name, fault) for name in names if zlib.crc32(f"{fault}/{name}".encode()) % THIRD == 0)


def main(arguments: Sequence[str]) -> None:
    """Prints what was found and the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=tuple(PARTS), default="mended-by")
    parser.add_argument("--only", default="", help="sets whose name has this in it")
    parser.add_argument("--faults", action="store_true", help="makes faults, instead of asking about sound sets")
    parser.add_argument("--fault", default="", help="faults whose name has this in it")
    parser.add_argument("--verbose", action="store_true", help="prints every finding")
    options = parser.parse_args(arguments)
    names = [name for name in PARTS[options.part] if options.only in name]
    faults = [fault for fault in (*FAULTS, *APART) if options.fault in fault]
    asked = (spoilt(*pair) for pair in _pairs(names, faults)) if options.faults else (of_set(name) for name in names)
    told = []
    for one in asked:
        if one is not None:
            told.append(one)
            if options.verbose:
                print(one, flush=True)
    print(of_faults(told) if options.faults else of_sound(told))


if __name__ == "__main__":
    main(sys.argv[1:])
