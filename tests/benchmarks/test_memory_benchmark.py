"""The table of predicted against measured memory."""

import json
from pathlib import Path

import pytest
import torch

from benchmarks.memory.__main__ import BEGIN, END, SAME, main
from benchmarks.memory.measured import Run
from benchmarks.memory.table import summary, table
from hpsearch.networks.table import NETWORKS

RUNS = [
    Run("lenet", 2, "sgd", 109, 100, 50, 50, 0.1),
    Run("lenet", 2, "adam", 112, 100, 50, 50, 0.1),
]


def test_a_miss_is_told_by_name() -> None:
    text = summary(RUNS, ["vgg11 (killed)"])
    assert "1 of 2 iterations are within 10%, and 0 of 1 networks" in text
    assert "Missed: lenet (batch 2, adam: 1.120)." in text
    assert "Not measured: vgg11 (killed)." in text
    assert table(RUNS).splitlines()[-1].startswith("| lenet | 2 | 0.00 | 0.00 | 1.090 ")


def test_what_is_known_is_written_and_not_measured_again(tmp_path: Path) -> None:
    rows, document = tmp_path / "rows", tmp_path / "a.md"
    rows.write_text("".join(json.dumps(run._asdict()) + "\n" for run in RUNS))
    document.write_text(f"above\n{BEGIN}\nold\n{END}\nbelow\n")
    main(["--networks", "lenet", "--rows", str(rows), "--write", str(document)])
    text = document.read_text()
    assert text.startswith(f"above\n{BEGIN}\ntorch ")
    assert text.endswith(f"|\n{END}\nbelow\n")
    assert "old" not in text


@pytest.mark.parametrize(("name", "same"), SAME.items())
def test_names_that_are_left_out_build_what_others_build(name: str, same: str) -> None:
    """At the size of images of the table, without memory."""
    with torch.device("meta"):
        assert repr(NETWORKS[name]((3, 64, 64), 10)) == repr(NETWORKS[same]((3, 64, 64), 10))
