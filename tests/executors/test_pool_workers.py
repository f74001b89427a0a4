"""What executors with a pool of workers do alike: warm workers, several callers, and the deaths of idle workers."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from hpsearch.cohort import Cohort
from hpsearch.errors import WorkerError
from hpsearch.executors.pooled import PooledExecutor
from hpsearch.executors.processes import ProcessExecutor
from hpsearch.executors.ray_tune import RayTuneExecutor
from hpsearch.job import Job
from hpsearch.trial import Failure, TrialResult, TrialState
from tests.executors.executor_cases import (
    DIGITS,
    USER_CODE,
    by_number,
    in_cohorts_of,
    job,
    next_result,
    results_in,
    together,
    wait_until,
)


@pytest.fixture(scope="module", params=["processes", "ray_tune"])
def pool(request: pytest.FixtureRequest) -> PooledExecutor:
    found: PooledExecutor = request.getfixturevalue(request.param)
    return found


def processes_in(folder: Path) -> set[int]:
    """The processes that have built networks into ``folder``."""
    return {int(file.name) for file in folder.iterdir() if file.name.isdigit()}


def test_workers_stay_warm_from_run_to_run(pool: PooledExecutor, tmp_path: Path) -> None:
    met = []
    for number in range(4):
        folder = tmp_path / str(number)
        folder.mkdir()
        jobs = [job(number, "meet", parameters={"folder": str(folder)}) for number in range(2)]
        assert len(by_number(pool.run(in_cohorts_of(1, jobs)))) == 2
        met.append(processes_in(folder))
    assert met == [met[0]] * 4
    assert len(met[0] - {os.getpid()}) == 2


def test_idle_workers_that_die_are_replaced(pool: PooledExecutor, tmp_path: Path) -> None:
    jobs = [job(number, parameters={"folder": str(tmp_path)}) for number in range(6)]
    before = by_number(pool.run(in_cohorts_of(2, jobs)))
    killed = processes_in(tmp_path)
    for process in killed:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    assert by_number(pool.run(in_cohorts_of(2, jobs))) == before
    assert all(result.state is TrialState.COMPLETE for result in before.values())
    assert processes_in(tmp_path) - killed


def test_what_ran_out_of_memory_is_tried_again_in_another_process(pool: PooledExecutor, tmp_path: Path) -> None:
    greedy = job(8, "greedy once", parameters={"folder": str(tmp_path)})
    others = [job(number) for number in range(4)]
    results = by_number(pool.run([*in_cohorts_of(1, others[:2]), together(others[2], greedy, others[3])]))
    assert all(result.state is TrialState.COMPLETE for result in results.values())
    limited = int((tmp_path / "greedy").read_text())
    assert len(processes_in(tmp_path)) == 2
    assert limited in processes_in(tmp_path)
    wait_until(lambda: not psutil.pid_exists(limited))  # what is left of its memory is in pieces


def test_as_many_warm_workers_measure_as_may_train(pool: PooledExecutor, tmp_path: Path) -> None:
    def folder_for(name: str) -> Path:
        (tmp_path / name).mkdir()
        return tmp_path / name

    def met(kind: str, folder: Path) -> list[Job]:
        return [job(number, kind, parameters={"folder": str(folder)}) for number in range(4)]

    warm, one, both = map(folder_for, ("warm", "one", "both"))
    results_in(pool.run(in_cohorts_of(2, met("meet", warm))))
    pool.measure(met("none", one), at_most=1)
    pool.measure(met("meet", both))  # a worker that waited for no other might have answered before the other had begun
    assert [len(processes_in(folder)) for folder in (warm, one, both)] == [2, 1, 2]


def test_whatever_goes_wrong_in_measuring_finds_nothing_out(pool: PooledExecutor) -> None:
    for kind in ("raise", "exit"):
        assert pool.measure([job(number, kind) for number in range(2)], at_most=1) is None
    halt = threading.Event()
    halt.set()
    assert pool.measure([job(0, "sleep")], at_most=1, halt=halt) is None
    with pytest.raises(ValueError, match="same structure"):
        pool.measure([job(0), job(1, batch_size=7)])
    assert len(by_number(pool.run(in_cohorts_of(1, [job(0)])))) == 1


def test_several_callers_share_the_workers(pool: PooledExecutor) -> None:
    def run(first: int) -> set[int]:
        return set(by_number(pool.run(in_cohorts_of(2, [job(first + k) for k in range(5)]))))

    with ThreadPoolExecutor(3) as callers:
        found = list(callers.map(run, (0, 100, 200)))
    assert found == [set(range(first, first + 5)) for first in (0, 100, 200)]


def test_a_late_run_of_another_turn_does_not_wait_for_a_long_one(pool: PooledExecutor, tmp_path: Path) -> None:
    """Both workers are at ada's first jobs until bob's is in line, and ada's others wait for what bob's leaves."""

    def run(turn: str, *jobs: Job) -> list[TrialResult]:
        return results_in(pool.run(in_cohorts_of(1, jobs), turn=turn, at_most=2))

    folder = {"folder": str(tmp_path)}
    first = [job(number, "await start", parameters=folder) for number in range(2)]
    others = [job(number, "await bob", parameters=folder) for number in range(2, 8)]
    with ThreadPoolExecutor(2) as callers:
        long = callers.submit(run, "ada", *first, *others)
        wait_until(lambda: len(processes_in(tmp_path)) == 2)
        late = callers.submit(run, "bob", job(100, "leave bob", parameters=folder))
        wait_until(lambda: any(line.turn == "bob" for line in pool._feed._lines))
        (tmp_path / "start").touch()
        found = [*long.result(), *late.result()]
    assert {result.number: result.reason for result in found} == dict.fromkeys([*range(8), 100])


def test_workers_that_cannot_get_ready_end_the_run(pool: PooledExecutor) -> None:
    deadly = replace(DIGITS, dataset=None, factory="faulty_network:load_and_die")
    with pytest.raises(WorkerError, match=r"3 workers in a row died before they could train: .*exit"):
        list(pool.run(in_cohorts_of(1, [job(0, data=deadly)])))
    assert len(by_number(pool.run(in_cohorts_of(1, [job(0)])))) == 1


class Unreadable:
    """Can be sent and not be received, as what a worker with other versions of modules does not know."""

    def __reduce__(self) -> tuple[object, ...]:
        return int, ("unreadable",)


def test_an_order_that_workers_cannot_read_ends_the_run(pool: PooledExecutor) -> None:
    with pytest.raises(WorkerError, match=r"3 workers in a row died before they could train: .*unreadable"):
        list(pool.run(in_cohorts_of(1, [job(0, parameters={"folder": Unreadable()})])))


def test_what_a_worker_raises_is_told(pool: PooledExecutor) -> None:
    no_folder: Any = 7
    (result,) = by_number(pool.run([Cohort((job(0),), checkpoints=no_folder)])).values()
    assert result.failure is Failure.WORKER_LOST
    assert "TypeError: " in (result.reason or "")


def test_after_closing_nothing_is_run(pool: PooledExecutor) -> None:
    running = pool.run(in_cohorts_of(1, [job(0), job(1, "sleep")]))
    assert next_result(running).number == 0
    pool.close()
    with pytest.raises(WorkerError, match="sent home"):
        list(running)
    with pytest.raises(WorkerError, match="sent home"):
        list(pool.run(in_cohorts_of(1, [job(0)])))
    pool.close()


def test_idle_workers_are_ended_and_come_again(pool: PooledExecutor, short_home: Path, tmp_path: Path) -> None:
    pool.close()  # there is one Ray to a process
    how = {"workers": 2, "import_paths": (USER_CODE,), "idle_s": 0.5}
    with ProcessExecutor(**how) if isinstance(pool, ProcessExecutor) else RayTuneExecutor(short_home, **how) as other:
        for turn in ("first", "second"):
            folder = tmp_path / turn
            folder.mkdir()
            jobs = [job(number, "meet", parameters={"folder": str(folder)}) for number in range(2)]
            assert len(by_number(other.run(in_cohorts_of(1, jobs)))) == 2
            for process in processes_in(folder):
                wait_until(lambda process=process: not psutil.pid_exists(process))  # type: ignore[misc]
