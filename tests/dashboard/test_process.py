"""The dashboard's process: started when it is needed, ended when it is not, restarted when it died."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from hpsearch.dashboard.process import DashboardProcess
from tests.dashboard.conftest import Mounted

ROOT = Path(__file__).parents[2]

PATIENCE_S = 60.0


def until(condition: Callable[[], bool]) -> None:
    """Waits for it, for a minute at most."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_nothing_runs_before_the_first_request(fresh: Callable[..., Mounted]) -> None:
    made = fresh()
    assert made.proxy.process.pid() is None
    assert made.child().is_running()


def test_a_killed_process_is_started_again(fresh: Callable[..., Mounted]) -> None:
    made = fresh()
    before = made.child()
    before.kill()
    assert made.ask("/api/meta").status_code == 200
    after = made.child()
    assert after.pid != before.pid
    until(lambda: gone(before))


def test_it_ends_when_nobody_asks_and_comes_back(fresh: Callable[..., Mounted]) -> None:
    made = fresh(idle_s=0.5)
    socket = made.proxy.process.ready()
    until(lambda: made.proxy.process.pid() is None)
    assert not socket.parent.exists()
    assert made.ask("/api/meta").status_code == 200


def test_it_starts_with_many_descriptors_open(fresh: Callable[..., Mounted]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        assert fresh().proxy.process.ready().exists()
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_close_ends_it_for_good(fresh: Callable[..., Mounted]) -> None:
    made = fresh()
    child, socket = made.child(), made.proxy.process.ready()
    made.proxy.close()
    assert gone(child)
    assert not socket.parent.exists()
    assert made.ask("/api/meta").status_code == 503
    assert made.proxy.process.pid() is None


def test_only_this_user_reaches_the_socket(mounted: Mounted) -> None:
    mounted.child()
    assert mounted.proxy.process.ready().parent.stat().st_mode & 0o077 == 0


def test_the_url_stands_on_no_command_line(mounted: Mounted, owned: str) -> None:
    child = mounted.child()
    assert owned not in " ".join(child.cmdline())
    assert owned not in " ".join(child.environ().values())


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_the_end_of_the_service_leaves_nothing_behind(owned: str, sent: signal.Signals) -> None:
    program = (
        "import sys, time; from hpsearch.dashboard.process import DashboardProcess; "
        "process = DashboardProcess(sys.argv[1]); print(process.ready(), process.pid(), flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, owned], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        socket, pid = parent.stdout.readline().split()
        child = psutil.Process(int(pid))
        assert child.is_running()
        os.kill(parent.pid, sent)
    until(lambda: gone(child))
    assert not Path(socket).parent.exists()


def test_a_process_that_cannot_start_is_an_error() -> None:
    process = DashboardProcess("postgresql://nowhere/x", idle_s="soon")  # type: ignore[arg-type]
    with pytest.raises(ChildProcessError, match="has ended while it started"):
        process.ready()
    assert process.pid() is None
    process.close()


def test_a_database_that_is_away_is_said_so(fresh: Callable[..., Mounted]) -> None:
    made = fresh()
    made.proxy.process._url = "postgresql://nobody@127.0.0.1:1/nothing"
    answer = made.ask("/api/studies")
    assert (answer.status_code, answer.json()) == (503, {"reason": "the database cannot be reached"})
    assert made.ask("/api/studies/1").status_code == 503
    assert made.ask("/static/bundle.js").status_code in (200, 503)


def test_the_proxy_loads_none_of_the_dashboard() -> None:
    program = (
        "import sys, hpsearch.api.dashboard; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & "
        "{'torch', 'ray', 'optuna', 'optuna_dashboard', 'pandas', 'sklearn', 'numpy'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
