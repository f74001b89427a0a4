"""One service that runs: what is handed in is worked on, and gives what ``hpsearch run`` gives."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpsearch.client import Client, ConflictingError
from hpsearch.progress import EventKind
from tests.end_to_end.programs import run_to_its_end, table
from tests.service.running import LONG, PATIENCE_S, TINY, Service, cli, gone, serving, short_home, wait_until

MOST_IDLE_BYTES = 250 * 2**20

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with short_home() as home, serving(home, "--workers", "2") as found:
        yield found


@pytest.fixture(scope="module")
def key(service: Service) -> str:
    assert service.key is not None
    return service.key


@pytest.fixture
def client(service: Service, key: str) -> Iterator[Client]:
    with service.client(key) as found:
        yield found


@pytest.fixture
def study_file(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return path


def test_it_needs_little_memory_while_nobody_wants_anything(service: Service, client: Client) -> None:
    assert list(client.studies()) == []
    family = service.family()
    names = " ".join(word for process in family for word in process.cmdline())
    assert "offspring" in names
    assert "postgres" in names
    assert "raylet" not in names
    assert sum(process.memory_full_info().pss for process in family) < MOST_IDLE_BYTES


def test_a_study_through_the_client_and_one_through_the_command_line_give_what_run_gives(
    service: Service, client: Client, key: str, study_file: Path
) -> None:
    study_id = client.submit(study_file).study.id
    done = cli(service.home, "submit", study_file, "--watch", "--json", HPSEARCH_SERVER=service.url, HPSEARCH_KEY=key)
    assert done.returncode == 0, done.stderr
    watched = json.loads(done.stdout)
    assert watched["study"]["name"] == "tiny-2"
    assert "coarse: 6 trials\n" in done.stderr
    assert "fine: passed: " in done.stderr
    assert client.wait(study_id).study.state == "complete"
    with short_home() as other:
        expected = run_to_its_end(study_file, other, workers=2)
    assert table(watched) == expected
    assert table(json.loads(client.report(study_id).model_dump_json())) == expected
    assert len(list(client.trials(study_id, page=5))) == sum(stage.planned for stage in client.stages(study_id))
    told = [event.kind for event in client.events(study_id)]
    assert told.count(EventKind.TRIAL) == sum(stage.complete + stage.failed for stage in client.stages(study_id))


def test_pause_resume_cancel_and_delete(service: Service, client: Client, key: str) -> None:
    more = {"HPSEARCH_SERVER": service.url, "HPSEARCH_KEY": key}
    study_id = client.submit(LONG).study.id
    next(event for event in client.events(study_id) if event.kind is EventKind.TRIAL and event.stage == "coarse")
    with pytest.raises(ConflictingError, match="cancel"):
        client.delete(study_id)
    assert cli(service.home, "pause", "long", **more).returncode == 0
    wait_until(lambda: client.study(study_id).study.state == "paused")
    done = client.study(study_id)
    assert done.stages[-1].running == 0
    assert cli(service.home, "resume", study_id, **more).returncode == 0
    wait_until(lambda: client.study(study_id).stages[-1].complete > done.stages[-1].complete)
    assert cli(service.home, "cancel", "long", **more).returncode == 0
    assert client.wait(study_id).study.state == "cancelled"
    assert cli(service.home, "watch", "long", **more).returncode == 1
    assert cli(service.home, "delete", "long", **more).stdout == "Study long is deleted.\n"
    assert study_id not in [study.id for study in client.studies()]


def test_a_dead_conductor_is_started_again(service: Service, client: Client) -> None:
    (before,) = service.conductors()
    before.kill()
    wait_until(lambda: bool(service.conductors()) and before not in service.conductors())
    study_id = client.submit(TINY).study.id
    assert client.wait(study_id).study.state == "complete"


def test_terminated_it_ends_well_and_leaves_no_process(service: Service) -> None:
    """The last test of this file: it ends the service of all."""
    family = service.family()
    assert service.stop(signal.SIGTERM) == 0
    assert gone(family, PATIENCE_S) == []
    assert service.family() == []
