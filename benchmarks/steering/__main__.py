"""What steering gains: the same studies with and without it, over several seeds.

Both searches of a seed have the same coarse search; from the first change on they differ. One process, one thread; the
epochs of all trainings count as what a search costs. Rows that are in the file already are not trained again.

    pip install -e '.[test]' && python -m benchmarks.steering --rows /tmp/steering.jsonl --seeds 5
"""

import argparse
import json
import math
import statistics
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from benchmarks.steering.scenarios import SCENARIOS, definition
from benchmarks.steering.search import bench_for, walk


def row_of(scenario: str, seed: int) -> dict[str, Any]:
    """Both searches of one seed."""
    bench = bench_for(definition(scenario, seed, True))
    return {
        "scenario": scenario,
        "seed": seed,
        "steered": asdict(walk(definition(scenario, seed, True), bench)),
        "plain": asdict(walk(definition(scenario, seed, False), bench)),
    }


def table(rows: list[dict[str, Any]]) -> str:
    """One line for each scenario: the changes and in how many seeds, what is gained, and the costs, steered / plain."""
    head = ("scenario", "seeds", "before round 1", "before round 2", "validation", "wins", "test", "epochs", "failed")
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for scenario in SCENARIOS:
        mine = [row for row in rows if row["scenario"] == scenario]
        if mine:
            lines.append(_line(scenario, mine))
    return "\n".join(lines)


def _line(scenario: str, rows: list[dict[str, Any]]) -> str:
    best = [row["steered"]["best"] - row["plain"]["best"] for row in rows]
    test = [row["steered"]["test"] - row["plain"]["test"] for row in rows]
    wins, losses = sum(one > 0 for one in best), sum(one < 0 for one in best)
    epochs = statistics.fmean(row["steered"]["epochs"] / row["plain"]["epochs"] for row in rows)
    failed = [sum(row[side]["failed"] for row in rows) for side in ("steered", "plain")]
    cells = (
        scenario,
        str(len(rows)),
        _changes(rows, "1"),
        _changes(rows, "2"),
        _mean(best),
        f"{wins} : {losses}",
        _mean(test),
        f"{epochs:.2f}",
        f"{failed[0]} / {failed[1]}",
    )
    return f"| {' | '.join(cells)} |"


def _changes(rows: list[dict[str, Any]], number: str) -> str:
    found = [code for row in rows for code in row["steered"]["changes"].get(number, [])]
    return ", ".join(f"{code} {found.count(code)}" for code in sorted(set(found))) or "none"


def _mean(differences: list[float]) -> str:
    """Mean and its standard error, in percentage points."""
    error = statistics.stdev(differences) / math.sqrt(len(differences)) if len(differences) > 1 else math.nan
    return f"{100 * statistics.fmean(differences):+.2f} ± {100 * error:.2f}"


def main() -> None:
    """Trains what is missing and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--scenarios", nargs="*", default=list(SCENARIOS), choices=list(SCENARIOS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = [json.loads(line) for line in options.rows.read_text().splitlines()] if options.rows.exists() else []
    known = {(row["scenario"], row["seed"]) for row in rows}
    for seed in range(options.seeds):
        for scenario in options.scenarios:
            if (scenario, seed) not in known:
                rows.append(row_of(scenario, seed))
                with options.rows.open("a") as file:
                    file.write(json.dumps(rows[-1]) + "\n")
    print(table(rows))


if __name__ == "__main__":
    main()
