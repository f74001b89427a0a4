"""However the service ends: no process of it stays, and what was worked on goes on at the next start."""

import json
import signal
from pathlib import Path

import pytest

from hpsearch.progress import EventKind
from tests.end_to_end.programs import run_to_its_end, table
from tests.service.running import LONG, TINY, Service, cli, gone, serving, short_home

pytestmark = pytest.mark.timeout(600)
GONE_WITHIN_S = 120.0
"""Ten seconds on a quiet machine; what stays for longer stays."""


def submit_and_wait_for_a_trial(service: Service, definition: str) -> int:
    assert service.key is not None
    with service.client(service.key) as client:
        study_id = client.submit(definition).study.id
        next(event for event in client.events(study_id) if event.kind is EventKind.TRIAL and event.stage == "coarse")
    return study_id


def test_terminated_in_the_middle_and_started_again_it_ends_with_the_same_table(tmp_path: Path) -> None:
    definition = TINY.replace("coarse: {trials: 6", "coarse: {trials: 60")
    file = tmp_path / "study.yaml"
    file.write_text(definition)
    with short_home() as home:
        with serving(home, "--workers", "2") as service:
            study_id = submit_and_wait_for_a_trial(service, definition)
            family = service.family()
            assert service.stop(signal.SIGTERM) == 0
            assert gone(family, GONE_WITHIN_S) == []
        assert "conductor_stopped" in (home.parent / "serve.log").read_text()
        (left,) = json.loads(cli(home, "list", "--json").stdout)["studies"]
        assert left["state"] == "interrupted"
        with serving(home, "--workers", "2") as again:
            assert again.key is None, "only the first start makes a key"
            assert service.key is not None
            with again.client(service.key) as client:
                assert client.wait(study_id).study.state == "complete"
                found = table(json.loads(client.report(study_id).model_dump_json()))
        with short_home() as other:
            assert found == run_to_its_end(file, other, workers=2)


def test_killed_it_takes_everything_with_it() -> None:
    with short_home() as home, serving(home, "--workers", "2") as service:
        submit_and_wait_for_a_trial(service, LONG)
        family = service.family()
        assert any("raylet" in " ".join(process.cmdline()) for process in family)
        service.stop(signal.SIGKILL)
        assert gone(family, GONE_WITHIN_S) == []
        assert service.family() == []


def test_interrupted_while_nothing_is_to_do_it_ends_well() -> None:
    with short_home() as home, serving(home, "--workers", "2") as service:
        family = service.family()
        assert service.stop(signal.SIGINT) == 0
        assert gone(family, GONE_WITHIN_S) == []
