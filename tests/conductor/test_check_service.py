"""Checks of the service, worked on by real processes on a real database: whatever happens, a row comes to its end."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from hpsearch.checked import CHECK_OVER, CheckDose, CheckRecord, CheckState
from hpsearch.conductor.check_service import CheckPace, CheckService
from hpsearch.conductor.checking import Checker
from hpsearch.store.bell import Bell
from hpsearch.store.check_desk import CheckDesk, CheckOrder
from hpsearch.store.check_queue import CheckQueue
from hpsearch.store.submitting import Request
from hpsearch.study import StudyDefinition
from tests.conductor.service_cases import wait_until
from tests.store.service_samples import execute, key_of

BAD = """
import os, pathlib, sys, time

def crash(**_): os._exit(0)

def leave(**_): sys.exit(3)

def killed(**_): os.kill(os.getpid(), 9)

def hungry(**_): raise MemoryError

def hang(folder, **_):
    pathlib.Path(folder, str(os.getpid())).touch()
    time.sleep(600)
"""
RECIPE = {"initial_loss": {"seeds": 2}, "overfit": {"samples": 32}, "lr_sweep": {"skip": True}}
USUAL = CheckDose()
NAMED = {"data": {"dataset": "digits"}, "network": {"name": "convnet", "depth": 1, "width": 4}, "recipe": RECIPE}


@pytest.fixture(autouse=True)
def _factories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad_checks.py").write_text(BAD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)


@contextmanager
def working(engine: Engine, url: str, **pace: Any) -> Iterator[CheckService]:
    checker = Checker(at_once=pace.get("at_once", CheckPace.at_once))
    with Bell(url) as bell:
        queue = CheckQueue(engine)
        with CheckService(queue, bell, checker, holder="me", pace=CheckPace(**pace)) as service:
            yield service
    for examiner in checker._idle:
        examiner.kill()


def asked(engine: Engine, sections: dict[str, Any], dose: CheckDose = USUAL) -> int:
    order = CheckOrder(StudyDefinition.model_validate(sections), "", dose)
    return CheckDesk(engine).submit(key_of(engine), order, Request("", b""))[0].id


def bad(factory: str, **options: str) -> dict[str, Any]:
    return {**NAMED, "data": {"factory": f"bad_checks:{factory}", "options": options}}


def ended(engine: Engine, check_id: int) -> CheckRecord:
    desk = CheckDesk(engine)
    wait_until(lambda: desk.check(None, check_id).state in CHECK_OVER)
    return desk.check(None, check_id)


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize(
    ("factory", "reason"),
    [
        ("crash", "exit code 0"),
        pytest.param("leave", "exit code 3", marks=pytest.mark.slow),
        pytest.param("killed", "killed by signal 9", marks=pytest.mark.slow),
        pytest.param("hungry", "killed by signal 9", marks=pytest.mark.slow),
    ],
)
def test_a_process_that_dies_is_an_honest_outcome(engine: Engine, database_url: str, factory: str, reason: str) -> None:
    with working(engine, database_url):
        found = ended(engine, asked(engine, bad(factory)))
    assert found.state is CheckState.FAILED
    assert reason in (found.reason or "")


def test_checks_come_to_reports_and_problems_also_those_of_a_killed_conductor(
    engine: Engine, database_url: str
) -> None:
    right = asked(engine, NAMED)
    assert CheckQueue(engine).next_check("killed", 3600.0, 1) is not None
    execute(engine, "UPDATE hpsearch.checks SET lease_until = clock_timestamp()")
    wrong = asked(engine, {**NAMED, "data": {"dataset": "digits", "batch_size": 5000}})
    with working(engine, database_url):
        found, rejected = ended(engine, right), ended(engine, wrong)
    assert found.state is CheckState.COMPLETE
    report = json.loads(found.report or "")
    assert [part["name"] for part in report["parts"]] == ["data", "advice", "initial_loss", "overfit", "lr_sweep"]
    assert report["verdict"] == "pass"
    assert rejected.state is CheckState.REJECTED
    assert rejected.problems[0].path == "data.batch_size"


def test_a_check_that_hangs_ends_behind_its_budget(engine: Engine, database_url: str, tmp_path: Path) -> None:
    with working(engine, database_url, spare_s=0.5):
        found = ended(engine, asked(engine, bad("hang", folder=str(tmp_path)), CheckDose(0.5)))
    assert not any(lives(int(path.name)) for path in tmp_path.iterdir() if path.name.isdigit())
    assert found.state is CheckState.FAILED
    assert "longer than 1 s" in (found.reason or "")


def test_what_is_given_up_or_stopped_leaves_no_process(engine: Engine, database_url: str, tmp_path: Path) -> None:
    """A deleted check ends within a beat; one whose conductor stops waits for the next conductor at once."""

    def begun() -> list[int]:
        return [int(path.name) for path in tmp_path.iterdir() if path.name.isdigit()]

    desk = CheckDesk(engine)
    with working(engine, database_url, lease_s=3.0, at_once=3):
        deleted, stopped = (asked(engine, bad("hang", folder=str(tmp_path))) for _ in range(2))
        wait_until(lambda: len(begun()) >= 2)
        desk.delete(None, deleted)
        wait_until(lambda: sum(map(lives, begun())) == 1)
    assert not any(map(lives, begun()))
    assert desk.check(None, stopped).state is CheckState.WAITING
