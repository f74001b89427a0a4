"""The process that forks workers: who ends with whom, and what is said of an end."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from hpsearch.errors import WorkerError
from hpsearch.executors import processes
from hpsearch.executors.nursery import Nursery
from hpsearch.executors.process_hand import ProcessHand
from hpsearch.executors.processes import ProcessExecutor
from tests.executors import nursery_children as children
from tests.executors.executor_cases import USER_CODE, by_number, in_cohorts_of, job, wait_until

PROGRAMS = children.__name__
OWNER = f"""
import sys
from hpsearch.executors.nursery import Nursery
nursery = Nursery(())
child = nursery.child("{PROGRAMS}:tell_and_sleep", None)
print(nursery._process.pid, *child.connection.recv(), flush=True)
sys.stdin.read()
"""


def test_children_are_born_with_what_the_nursery_knows_and_their_ends_are_told() -> None:
    nursery = Nursery(("decimal",))
    try:
        child = nursery.child(f"{PROGRAMS}:tell_modules", "decimal")
        assert child.connection.recv() is True
        assert child.exit_status(60) == 0
        ended = nursery.child(f"{PROGRAMS}:end", 7)
        with pytest.raises(EOFError):
            ended.connection.recv()
        assert ended.exit_status(60) == 7
        crashed = nursery.child(f"{PROGRAMS}:crash", None)
        assert crashed.exit_status(60) == -signal.SIGSEGV
        assert "Segmentation fault" in crashed.fault_text()
        sleeping = nursery.child(f"{PROGRAMS}:tell_and_sleep", None)
        sleeping.connection.recv()
        sleeping.kill()
        assert sleeping.exit_status(60) == -signal.SIGKILL
        sleeping.kill()  # of somebody who has ended
        for one in (child, ended, crashed, sleeping):
            one.close()
    finally:
        nursery.close()
    with pytest.raises(WorkerError, match="was ended"):
        nursery.child(f"{PROGRAMS}:end", 0)


def test_a_nursery_that_cannot_import_says_what() -> None:
    nursery = Nursery(("no_such_module",))
    child = nursery.child(f"{PROGRAMS}:end", 0)
    with pytest.raises((EOFError, OSError)):
        child.connection.recv()
    assert child.exit_status(60) is None
    child.close()
    assert "No module named 'no_such_module'" in (child.orphaned_because or "")
    nursery.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel ends orphans on Linux only")
def test_nothing_outlives_an_owner_that_is_killed() -> None:
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    command = [sys.executable, "-c", OWNER]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    ) as owner:
        assert owner.stdout is not None
        family = [int(word) for word in owner.stdout.readline().split()]
        assert len(family) == 3  # nursery, child, and the child's own child
        owner.kill()
    for process in family:
        wait_until(lambda process=process: not _is_alive(process))  # type: ignore[misc]


def test_what_a_child_has_started_is_killed_with_it() -> None:
    nursery = Nursery(())
    try:
        for how in ("kill", "kill from outside"):
            child = nursery.child(f"{PROGRAMS}:tell_and_sleep", None)
            process, own = child.connection.recv()
            if how == "kill":
                child.kill()
            else:
                os.kill(process, signal.SIGKILL)
            assert child.exit_status(60) == -signal.SIGKILL
            wait_until(lambda own=own: not _is_alive(own))  # type: ignore[misc]
            child.close()
    finally:
        nursery.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of another process are set on Linux only")
def test_a_child_that_cannot_be_made_costs_nobody_else() -> None:
    nursery = Nursery(())
    try:
        living = nursery.child(f"{PROGRAMS}:tell_and_sleep", None)
        living.connection.recv()
        limits = resource.prlimit(nursery._process.pid, resource.RLIMIT_NOFILE)
        for soft in (3, 6):  # none of its descriptors arrives, and one of them perhaps
            resource.prlimit(nursery._process.pid, resource.RLIMIT_NOFILE, (soft, limits[1]))
            unborn = nursery.child(f"{PROGRAMS}:tell_modules", "sys")
            with pytest.raises((EOFError, OSError)):
                unborn.connection.recv()
            assert unborn.exit_status(60) is None
            assert "Too many open files" in (unborn.orphaned_because or "")
            unborn.close()
        resource.prlimit(nursery._process.pid, resource.RLIMIT_NOFILE, limits)
        born = nursery.child(f"{PROGRAMS}:tell_modules", "sys")
        assert born.connection.recv() is True
        assert living.exit_status(0) is None
        assert not nursery.has_died
        for one in (born, living):
            one.close()
    finally:
        nursery.close()


def test_what_a_child_prints_goes_nowhere_and_what_it_raises_is_told() -> None:
    nursery = Nursery(())
    try:
        child = nursery.child(f"{PROGRAMS}:chatter_and_raise", None)
        assert child.exit_status(60) == 1
        assert child.fault_text().endswith("TypeError: the last words\n")
        assert os.fstat(nursery._words.fileno()).st_size == 0
        ending = ProcessHand(child).ending(EOFError())
        assert (ending.reason, ending.said_itself) == ("TypeError: the last words", False)
        child.close()
    finally:
        nursery.close()


def test_an_import_is_not_waited_for_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hpsearch.executors.nursery.LEAVING_S", 600.0)  # longer than any test lasts, as the import is
    nursery = Nursery((f"{PROGRAMS.rpartition('.')[0]}.endless_import",))
    child = nursery.child(f"{PROGRAMS}:end", 0)
    nursery.close()
    assert nursery._process.returncode == -signal.SIGKILL
    child.close()


def test_another_nursery_takes_the_place_of_one_that_was_killed() -> None:
    with ProcessExecutor(workers=1, import_paths=(USER_CODE,)) as executor:
        before = by_number(executor.run(in_cohorts_of(1, [job(0)])))
        (nursery,) = _nurseries()
        nursery.kill()
        assert by_number(executor.run(in_cohorts_of(1, [job(0)]))) == before


def test_trials_are_not_to_blame_for_the_end_of_the_nursery() -> None:
    with ProcessExecutor(workers=2, import_paths=(USER_CODE,)) as executor:
        running = executor.run(in_cohorts_of(1, [job(0, "sleep"), job(1, "sleep")]))
        for turn in range(3):  # more often than a trial may lose its worker
            begun = 0
            while begun < 2:
                arrived = next(running)
                assert arrived.results == ()
                begun += len(arrived.started)
            if turn < 2:
                (nursery,) = _nurseries()
                nursery.kill()
        running.close()


def test_a_nursery_that_never_comes_up_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "WORKER_MODULES", ("no_such_module",))
    with (
        ProcessExecutor(workers=2) as executor,
        pytest.raises(WorkerError, match=r"No module named 'no_such_module'.*see that torch can be imported"),
    ):
        list(executor.run(in_cohorts_of(1, [job(number) for number in range(4)])))


def _nurseries() -> list[psutil.Process]:
    living = (one for one in psutil.Process().children() if _is_alive(one.pid))
    return [one for one in living if "nursery_program" in " ".join(one.cmdline())]


def _is_alive(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
