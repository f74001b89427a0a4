"""The GPU programs run wherever there is torch, and need nothing else of this project's services."""

import subprocess
import sys

import pytest

from benchmarks.gpu.__main__ import FULL, HEAD, main
from benchmarks.gpu.cases import CASES, QUICK_NET
from benchmarks.gpu.quick_net import build

SERVICES = ("ray", "optuna", "sqlalchemy", "fastapi", "psycopg", "plotly", "httpx", "rich", "uvicorn")
PROGRAM = f"""
import sys
from benchmarks.gpu.__main__ import main
main(["--device", "cpu", "--quick", "--only", "lenet"])
print("imported:", sorted(set(sys.modules) & set({SERVICES!r})))
"""


def test_one_command_gives_a_table_and_needs_no_service() -> None:
    made = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, timeout=240)
    told, *lines, imported = made.stdout.splitlines()
    assert imported == "imported: []"
    assert "one thread of the CPU" in told
    assert "TFLOP/s in bf16" in told
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    assert rows[0] == list(HEAD)
    arrangements = {(row[0], row[1], row[2]) for row in rows[2:]}
    assert arrangements == {
        (precision, order, members)
        for precision in ("float32", "bf16")
        for order in ("contiguous", "channels last")
        for members in ("one by one", "2")
    }


@pytest.mark.slow
def test_the_quick_dose_tries_the_last_network_too(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--device", "cpu", "--quick"])
    assert f"### {QUICK_NET.title}" in capsys.readouterr().out


def test_what_a_gpu_is_measured_with() -> None:
    assert {case.title.split(",")[0] for case in CASES} == {"LeNet", "ResNet-8", "ResNet-20", "VGG-11", "ResNet-18"}
    assert (min(FULL.members), max(FULL.members)) == (1, 128)
    assert 1_500_000 < sum(one.numel() for one in build((3, 32, 32), 10).parameters()) < 2_500_000
