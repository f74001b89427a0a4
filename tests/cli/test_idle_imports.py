"""What a process does not need is not imported: a service that waits has to be small, and a client quick."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.cli_cases import ROOT, environment

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


def test_a_check_imports_neither_pytorchs_compiler_nor_its_algebra(tmp_path: Path) -> None:
    """They take one and a half seconds of the processor, a quarter of the whole."""
    program = (
        "import sys\n"
        "from hpsearch.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as ended: assert ended.code == 0, ended.code\n"
        "print([name for name in ('torch._dynamo', 'sympy', 'sklearn.datasets') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "check", str(ROOT / "studies" / "digits.yaml"), "--format", "markdown"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
