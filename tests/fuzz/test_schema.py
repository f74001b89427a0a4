"""Thousands of requests that schemathesis derives from the service's own OpenAPI document.

`pytest tests/fuzz -m slow` sends the full dose. The seed is that of schemathesis: the same requests each time.
"""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.fuzz.server import Server

SEED = 20_240_611
STREAMING = "watchStudy"
"""Goes on until its study ends; see ``test_streams``."""
LEFT_OUT = (
    "positive_data_acceptance",  # a definition may be right for the schema and name data that are not there
    "negative_data_rejection",
    "allow_header_conformance",
    "missing_required_header",
    "unsupported_method",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
    "object_level_authorization",
)
"""What remains: no server error, and status, content type, headers and body as the document says. Who may do what is
asked of every route elsewhere."""
SETTINGS = (
    "[checks]\n"
    + "".join(f"{check}.enabled = false\n" for check in LEFT_OUT)
    + """
[[operations]]
include-path = "/readyz"
checks.not_a_server_error.enabled = false

[[operations]]
include-path-regex = "^/v1/checks"
parameters = { "query.wait" = 0.05 }
"""
)
"""No conductor runs here: `GET /readyz` says so with 503, and nobody should wait for the end of a check."""


def fuzz(server: Server, folder: Path, phases: str, examples: int, least: int, limit_s: float) -> None:
    """Sends what schemathesis makes up, and looks at all answers."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json"]
    options = {
        "--header": f"Authorization: Bearer {server.secret}",
        "--seed": str(SEED),
        "--phases": phases,
        "--max-examples": str(examples),
        "--exclude-operation-id": STREAMING,
        "--request-timeout": "60",
        "--generation-database": "none",
        "--suppress-health-check": "all",
        "--warnings": "off",
    }
    (folder / "schemathesis.toml").write_text(SETTINGS)
    command += [word for pair in options.items() for word in pair]
    done = subprocess.run(
        [*command, "--no-color", "--continue-on-failure"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )
    statuses = Counter(request["status"] for request in server.requests())
    sys.stdout.write(f"seed {SEED}, {statuses.total()} requests, answers {dict(sorted(statuses.items()))}\n")
    assert statuses.total() >= least
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-3000:]
    server.assert_well()


def test_answers_keep_what_the_openapi_document_promises(server: Server, tmp_path: Path) -> None:
    fuzz(server, tmp_path, "examples,fuzzing", examples=14, least=150, limit_s=280)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_answers_keep_it_over_thousands_of_requests(server: Server, tmp_path: Path) -> None:
    fuzz(server, tmp_path, "examples,coverage,fuzzing,stateful", examples=300, least=5000, limit_s=1700)
