"""What only the executor on Ray Tune does: warm workers, several callers, and the deaths of idle workers."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from hpsearch.errors import WorkerError
from hpsearch.executors.ray_tune import RayTuneExecutor
from hpsearch.trial import TrialState
from tests.executors.executor_cases import DIGITS, by_number, in_cohorts_of, job, next_result


def processes(folder: Path) -> set[int]:
    """The processes that have built networks into ``folder``."""
    return {int(file.name) for file in folder.iterdir()}


def test_workers_stay_warm_from_run_to_run(ray_tune: RayTuneExecutor, tmp_path: Path) -> None:
    met = []
    for number in range(4):
        folder = tmp_path / str(number)
        folder.mkdir()
        jobs = [job(number, "meet", parameters={"folder": str(folder)}) for number in range(2)]
        assert len(by_number(ray_tune.run(in_cohorts_of(1, jobs)))) == 2
        met.append(processes(folder))
    assert met == [met[0]] * 4
    assert len(met[0] - {os.getpid()}) == 2


def test_idle_workers_that_die_are_replaced(ray_tune: RayTuneExecutor, tmp_path: Path) -> None:
    jobs = [job(number, parameters={"folder": str(tmp_path)}) for number in range(6)]
    before = by_number(ray_tune.run(in_cohorts_of(2, jobs)))
    killed = processes(tmp_path)
    for process in killed:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    assert by_number(ray_tune.run(in_cohorts_of(2, jobs))) == before
    assert all(result.state is TrialState.COMPLETE for result in before.values())
    assert processes(tmp_path) - killed


def test_several_callers_share_the_workers(ray_tune: RayTuneExecutor) -> None:
    def run(first: int) -> set[int]:
        return set(by_number(ray_tune.run(in_cohorts_of(2, [job(first + k) for k in range(5)]))))

    with ThreadPoolExecutor(3) as callers:
        found = list(callers.map(run, (0, 100, 200)))
    assert found == [set(range(first, first + 5)) for first in (0, 100, 200)]


def test_workers_that_cannot_get_ready_end_the_run(ray_tune: RayTuneExecutor) -> None:
    deadly = replace(DIGITS, dataset=None, factory="faulty_network:load_and_die")
    with pytest.raises(WorkerError, match=r"3 workers in a row died before they could train: .*exit"):
        list(ray_tune.run(in_cohorts_of(1, [job(0, data=deadly)])))
    assert len(by_number(ray_tune.run(in_cohorts_of(1, [job(0)])))) == 1


def test_after_closing_nothing_is_run(ray_tune: RayTuneExecutor) -> None:
    running = ray_tune.run(in_cohorts_of(1, [job(0), job(1, "sleep")]))
    assert next_result(running).number == 0
    ray_tune.close()
    with pytest.raises(WorkerError, match="sent home"):
        list(running)
    with pytest.raises(WorkerError, match="sent home"):
        list(ray_tune.run(in_cohorts_of(1, [job(0)])))
    ray_tune.close()
