"""What every executor must do, on real jobs; the same suite for all of them."""

import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import torch

from hpsearch.executors.in_process import InProcessExecutor
from hpsearch.executors.port import Executor
from hpsearch.job import NetworkSettings
from hpsearch.trial import Failure, TrialState
from tests.executors.executor_cases import (
    DIGITS,
    Results,
    by_number,
    in_cohorts_of,
    job,
    next_result,
    results_in,
    together,
    wait_until,
)


@pytest.fixture(params=["in_process", "processes", "ray_tune"])
def executor(request: pytest.FixtureRequest) -> Executor:
    found: Executor = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def undisturbed(in_process: InProcessExecutor) -> Results:
    """Results of jobs 0 … 7, each trained alone."""
    return by_number(in_process.run(in_cohorts_of(1, [job(number) for number in range(8)])))


@pytest.mark.parametrize("size", [1, 3, 8])
def test_results_do_not_depend_on_the_executor_or_the_grouping(
    executor: Executor, undisturbed: Results, size: int
) -> None:
    assert by_number(executor.run(in_cohorts_of(size, [job(number) for number in range(8)]))) == undisturbed
    assert all(result.state is TrialState.COMPLETE for result in undisturbed.values())
    assert len({result.step_losses for result in undisturbed.values()}) == 8


def test_no_cohorts_no_results(executor: Executor) -> None:
    assert list(executor.run([])) == []


def test_a_job_given_twice_is_refused(executor: Executor) -> None:
    with pytest.raises(ValueError, match="coarse 1"):
        list(executor.run([together(job(0), job(1)), together(job(1))]))


@pytest.mark.parametrize(
    ("kind", "failure", "reason"),
    [
        ("nan", Failure.DIVERGED, "nan"),
        ("raise", Failure.ERROR, "ValueError: the forward pass went wrong"),
        ("raise in factory", Failure.ERROR, "the factory went wrong"),
    ],
)
def test_a_failing_job_ends_itself_only(
    executor: Executor, undisturbed: Results, kind: str, failure: Failure, reason: str
) -> None:
    jobs = [job(number, kind if number == 1 else "none") for number in range(6)]
    results = by_number(executor.run(in_cohorts_of(3, jobs)))
    bad = results.pop(1)
    assert bad.state is TrialState.FAILED
    assert bad.failure is failure
    assert reason in (bad.reason or "")
    assert results == {number: undisturbed[number] for number in (0, 2, 3, 4, 5)}


def test_a_job_that_takes_too_much_memory_is_told_what_it_takes(executor: Executor, undisturbed: Results) -> None:
    results = by_number(executor.run([together(job(0), job(8, "greedy"), job(1))]))
    greedy = results.pop(8)
    assert results == {number: undisturbed[number] for number in (0, 1)}
    assert greedy.failure is Failure.ERROR
    for part in ("can't allocate memory", "kB were predicted", "GB for training", "Lower data.batch_size"):
        assert part in (greedy.reason or "")


def test_data_that_cannot_be_loaded_fail_their_jobs(executor: Executor, undisturbed: Results) -> None:
    no_data = replace(DIGITS, dataset=None, factory="faulty_network:load")
    bad = together(job(8, data=no_data), job(9, data=no_data))
    results = by_number(executor.run([bad, together(job(0))]))
    assert results[0] == undisturbed[0]
    for number in (8, 9):
        assert results[number].failure is Failure.ERROR
        assert "the data cannot be loaded" in (results[number].reason or "")
        assert "the disk is gone" in (results[number].reason or "")


def test_data_are_those_of_the_job_also_after_other_data(executor: Executor, undisturbed: Results) -> None:
    other = replace(DIGITS, split_seed=4)
    first, second = together(job(0, data=other)), together(job(1), job(2))
    different = by_number(executor.run([first]))
    assert by_number(executor.run([second])) == {1: undisturbed[1], 2: undisturbed[2]}
    assert different[0].step_losses != undisturbed[0].step_losses


def test_named_networks_need_no_import_path(executor: Executor) -> None:
    network = NetworkSettings("convnet", None, {"depth": 1, "width": 4})
    (result,) = results_in(executor.run([together(job(0, network=network))]))
    assert result.state is TrialState.COMPLETE


def test_a_closed_generator_cancels_the_rest(executor: Executor, undisturbed: Results) -> None:
    # In this process nothing is under way when the generator is closed; a worker is inside a job of ten minutes.
    slow = "sleep" if executor.isolates_processes else "none"
    running = executor.run([together(job(0)), together(job(8, slow), job(9)), together(job(10, slow), job(11))])
    first = next_result(running)
    running.close()
    assert first == undisturbed[0]
    assert by_number(executor.run([together(job(0), job(1))])) == {0: undisturbed[0], 1: undisturbed[1]}


def test_every_job_is_taken_up_before_it_has_its_result(executor: Executor) -> None:
    begun: set[int] = set()
    for arrived in executor.run(in_cohorts_of(2, [job(number) for number in range(5)])):
        assert arrived.started or arrived.results
        begun |= {started.number for started in arrived.started}
        assert {result.number for result in arrived.results} <= begun
    assert begun == set(range(5))


def test_halting_ends_the_run_early_and_its_workers(executor: Executor, tmp_path: Path) -> None:
    halt = threading.Event()
    slow = "sleep" if executor.isolates_processes else "none"
    jobs = [job(0), *(job(number, slow, parameters={"folder": str(tmp_path)}) for number in (8, 9, 10))]
    running = executor.run(in_cohorts_of(1, jobs), halt=halt)
    assert next_result(running).number == 0
    if executor.isolates_processes:
        wait_until(lambda: any(tmp_path.iterdir()))
    halt.set()
    assert results_in(running) == []
    if executor.isolates_processes:
        for process in (int(file.name) for file in tmp_path.iterdir()):
            wait_until(lambda process=process: not psutil.pid_exists(process))
    assert results_in(executor.run([together(job(0))], halt=halt)) == []
    assert set(by_number(executor.run([together(job(0))]))) == {0}


def test_jobs_run_on_one_thread_in_the_callers_folder(executor: Executor) -> None:
    (result,) = results_in(executor.run([together(job(0, "tell"))]))
    assert f"1 thread in {Path.cwd()}" in (result.reason or "")


def test_the_callers_process_stays_as_it_was(executor: Executor) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 1)
    try:
        before = list(sys.path), Path.cwd(), torch.get_num_threads()
        running = executor.run([together(job(0), job(1))])
        next_result(running)
        assert (list(sys.path), Path.cwd(), torch.get_num_threads()) == before
        running.close()
    finally:
        torch.set_num_threads(threads)


def test_a_crash_ends_nothing_but_its_job_where_processes_are_isolated(
    executor: Executor, undisturbed: Results, tmp_path: Path
) -> None:
    if not executor.isolates_processes:
        assert [_exit_code_in_process(kind) for kind in ("exit", "segfault")] == [7, -signal.SIGSEGV]
        return
    once = {"folder": str(tmp_path)}
    cohorts = [
        together(job(0), job(1), job(8, "exit")),
        together(job(2), job(3, "die once", parameters=once), job(4)),
        together(job(5), job(9, "segfault")),
    ]
    results = by_number(executor.run(cohorts))
    exited, crashed = results.pop(8), results.pop(9)
    assert results == {number: undisturbed[number] for number in range(6)}
    assert exited.failure is crashed.failure is Failure.WORKER_LOST
    assert "os._exit" in (exited.reason or "")
    assert "Segmentation fault in forward" in (crashed.reason or "")
    assert "faulty_network.py" in (crashed.reason or "")


def _exit_code_in_process(kind: str) -> int:
    """How a process ends that runs such a job with the executor that does not isolate."""
    program = (
        "from hpsearch.executors.in_process import InProcessExecutor\n"
        "from tests.executors.executor_cases import USER_CODE, job, together\n"
        f"list(InProcessExecutor(import_paths=(USER_CODE,)).run([together(job(0, {kind!r}))]))\n"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=120).returncode
