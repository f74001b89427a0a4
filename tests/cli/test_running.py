"""``run`` and ``check`` as processes of their own: real Postgres, real Ray, real training."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.cli_cases import ROOT, TINY, environment

Program = Callable[..., subprocess.CompletedProcess[str]]
SCHEMAS = ROOT / "docs" / "schemas"


def document(text: str, schema: str) -> Any:
    found = json.loads(text)
    jsonschema.validate(found, json.loads((SCHEMAS / f"{schema}.json").read_text()))
    return found


def sick(folder: Path) -> Path:
    """A study whose network cannot learn: its only learning rate is a billionth."""
    path = folder / "sick.yaml"
    text = TINY.replace("overfit: {batches: 1}", "overfit: {batches: 1, steps: 20, learning_rates: [1.0e-9]}")
    path.write_text(text.replace("name: tiny", "name: sick"))
    return path


@pytest.mark.timeout(240)
def test_check_passes_without_ray_and_postgres(tiny: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from hpsearch.cli.main import main\n"
        f"try: main(['check', {str(tiny)!r}, '--json'])\n"
        "except SystemExit as end: code = end.code\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'ray', 'psycopg', 'sqlalchemy', 'optuna', 'fastapi', 'alembic'}), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(tmp_path / "h"),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = document(done.stdout, "check")
    assert found["verdict"] == "pass"
    assert [stage["name"] for stage in found["stages"]] == ["initial_loss", "overfit", "lr_sweep"]
    assert done.stderr.splitlines()[-1] == "[]"
    assert not (tmp_path / "h").exists()


@pytest.mark.timeout(240)
def test_check_fails_with_evidence(program: Program, tmp_path: Path) -> None:
    done = program("check", sick(tmp_path), "--json")
    assert done.returncode == 1, done.stderr
    found = document(done.stdout, "check")
    assert (found["verdict"], found["stages"][-1]["name"]) == ("fail", "overfit")
    assert found["findings"][-1]["evidence"]
    assert found["findings"][-1]["advice"]


@pytest.mark.timeout(300)
def test_run_reports_and_then_remembers(program: Program, tiny: Path, tmp_path: Path) -> None:
    first = program("run", tiny, "--json", "--workers", 1)
    assert first.returncode == 0, first.stderr
    found = document(first.stdout, "report")
    assert (found["study"]["name"], found["study"]["state"]) == ("tiny", "complete")
    assert [(stage["name"], stage["verdict"]) for stage in found["stages"]] == [
        (name, "pass") for name in ("initial_loss", "overfit", "lr_sweep", "coarse", "fine")
    ]
    assert found["best"]["stage"] == "fine"
    assert 0 <= found["best"]["test_accuracy"] <= 1
    head, warning, *_ = first.stderr.splitlines()
    assert head == "New study tiny."
    assert warning.startswith("warning: a training of coarse has 17 and of fine 34 updates, 17 in each epoch: ")
    assert "Traceback" not in first.stderr

    again = program("run", tiny, "--workers", 2)  # the number of workers is not part of what is searched
    assert again.returncode == 0
    assert again.stderr == "Study tiny has ended before; this is its report. --again trains a copy.\n"
    assert "on the test split" in " ".join(again.stdout.split())
    assert "hpsearch show tiny" in again.stdout


@pytest.mark.timeout(300)
def test_run_stops_at_a_failed_stage(program: Program, tmp_path: Path) -> None:
    done = program("run", sick(tmp_path))
    assert done.returncode == 1, done.stderr
    assert "Not run: lr_sweep, coarse, fine" in done.stdout
    assert " Next: " in " ".join(done.stdout.split())
    again = program("run", sick(tmp_path))
    assert (again.returncode, again.stdout) == (1, done.stdout)


@pytest.mark.timeout(300)
def test_an_interrupted_study_is_left_in_order(program: Program, tiny: Path, tmp_path: Path) -> None:
    tiny.write_text(TINY.replace("coarse: {trials: 2, epochs: 1}", "coarse: {trials: 2, epochs: 1000000}"))
    command = [sys.executable, "-m", "hpsearch.cli", "run", str(tiny), "--workers", "1"]
    process = subprocess.Popen(
        command,
        env=environment(tmp_path / "h"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    seen = next(line for line in process.stderr if line.startswith("overfit"))
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, seen + err
    assert out == ""
    assert err.endswith("Interrupted. Nothing is lost: the same command goes on where it stopped.\n")
    assert "Traceback" not in err
    listed = document(program("list", "--json").stdout, "list")["studies"]
    assert [(study["name"], study["state"]) for study in listed] == [("tiny", "interrupted")]
