"""``check --server`` where the service fails while it is waited for."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from hpsearch.api.routes.examples import _check
from hpsearch.checked import CheckState
from hpsearch.report.service_checks import service_check
from tests.cli.cli_cases import TINY
from tests.client.scripted_server import ScriptedServer, Told, problem

RUNNING = service_check(_check(CheckState.RUNNING), None).model_dump_json().encode()


def test_a_check_whose_report_nobody_gets_is_given_up(
    cli: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HPSEARCH_KEY", "hps_abcdefgh_" + 43 * "a")
    (tmp_path / "tiny.yaml").write_text(TINY)
    told = (Told(202, RUNNING, {"Content-Type": "application/json"}), problem(403, "no longer"), Told(204, b""))
    with ScriptedServer(*told).running() as server:
        done = cli("check", tmp_path / "tiny.yaml", "--server", server.url)
    assert "no longer" in done.stderr
    assert [(one.method, one.path.partition("?")[0]) for one in server.heard] == [
        ("POST", "/v1/checks"),
        ("GET", "/v1/checks/1"),
        ("DELETE", "/v1/checks/1"),
    ]
