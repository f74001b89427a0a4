"""How long it takes to the accuracy that plain random search reaches with 64 full trainings, with and without halving.

For each seed (another split, other points, other weights) two searches by the same engine: one trains all points to
their end; the other has halving on, and goes on with rounds at further points until one of its trials has the accuracy
that the first one came to. One process and one thread; the process's own time counts, so that neighbours on the machine
count less. Seeds that are in the file of rows already are not trained again.

    pip install -e '.[test]' && python -m benchmarks.halving --rows /tmp/halving.jsonl
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

import torch

from benchmarks.halving.rows import Options, Row, summary, table
from benchmarks.halving.search import Search
from benchmarks.halving.task import EPOCHS, TRIALS, definition
from hpsearch.stage import Halving

MOST_ROUNDS = 4
"""Of a halved search, which has then taken longer than the one without."""


def row_of(seed: int, options: Options) -> Row:
    """Both searches of one seed."""
    halving, schedule = Halving(from_epoch=options.from_epoch, keep=options.keep), options.schedule
    with tempfile.TemporaryDirectory(prefix="hps-") as folder:
        plain = Search(definition(seed, None, schedule), Path(folder) / "plain")
        plain.one_round()
        accuracy = plain.best().value
        first_s = min(one.at_s for one in plain.ended if one.value >= accuracy)
        halved = Search(definition(seed, halving, schedule), Path(folder) / "halved")
        halved.one_round()
        halved_s, epochs, best = halved.seconds, halved.epochs, halved.best().value
        halved_test = halved.test_accuracy()
        while halved.rounds < options.most_rounds and not halved.has(accuracy):
            halved.one_round()
    reached_s = min((one.at_s for one in halved.ended if one.value >= accuracy), default=None)
    return Row(
        seed, plain.seconds, first_s, plain.epochs, accuracy, plain.test_accuracy(),
        halved_s, epochs, best, halved_test, halved.rounds, reached_s, halved.seconds,
        plain.curves(), options,
    )  # fmt: skip


def known(path: Path, options: Options) -> list[Row]:
    """The rows in a file that may not be there yet; SystemExit if one of them was measured with other options."""
    rows: list[Row] = []
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
        found = json.loads(line)
        theirs = found.pop("options", None)
        if theirs != asdict(options):
            raise SystemExit(
                f"{path}, line {number}: measured with {theirs or 'options that it does not tell'}, now asked for with "
                f"{asdict(options)}; give --rows another file"
            )
        rows.append(Row(**found, options=options))
    return rows


def main(arguments: list[str] | None = None) -> None:
    """Trains what is missing and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--from-epoch", type=int, default=Halving().from_epoch)
    parser.add_argument("--keep", type=float, default=Halving().keep)
    parser.add_argument("--schedule", default="constant")
    parser.add_argument("--rounds", type=int, default=MOST_ROUNDS, help="halved rounds at most")
    parser.add_argument("--rows", type=Path, help="a file that keeps what was measured with these options")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    halving = Halving(from_epoch=options.from_epoch, keep=options.keep)
    asked = Options(TRIALS, EPOCHS, halving.from_epoch, halving.keep, options.schedule, options.rounds)
    rows = known(options.rows, asked) if options.rows else []
    for seed in range(options.first, options.first + options.seeds):
        if seed in {row.seed for row in rows}:
            continue
        rows.append(row_of(seed, asked))
        if options.rows:
            with options.rows.open("a") as file:
                file.write(json.dumps(asdict(rows[-1])) + "\n")
        print(f"  {replace(rows[-1], curves=())}", file=sys.stderr, flush=True)
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, torch {version('torch')}."
    )
    rungs = ", ".join(str(rung) for rung in halving.rungs(EPOCHS))
    print(
        f"{TRIALS} trials of {EPOCHS} epochs; {halving.keep:.0%} go on after epoch {rungs}; {options.schedule} rates.\n"
    )
    print(f"{table(rows)}\n\n{summary(rows)}")


if __name__ == "__main__":
    main()
