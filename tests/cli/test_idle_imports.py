"""What a process does not need is not imported: a service that waits has to be small, and a client quick."""

import subprocess
import sys

import pytest

from tests.cli.cli_cases import ROOT

HEAVY = {"torch", "ray", "optuna", "optuna_dashboard", "sklearn", "scipy", "pandas", "plotly"}
SERVERS = {"fastapi", "uvicorn", "sqlalchemy", "psycopg"}


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("hpsearch.cli.serving", HEAVY),
        ("hpsearch.cli.conducting", HEAVY),
        ("hpsearch.client", HEAVY | SERVERS),
        ("hpsearch.cli.main", HEAVY | SERVERS | {"httpx", "pydantic"}),
    ],
)
def test_imports(module: str, forbidden: set[str]) -> None:
    code = f"import {module}, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert forbidden.isdisjoint(done.stdout.split())
