"""A program that runs on Ray, from outside: what it prints, listens on, leaves behind, and how it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from hpsearch.executors.in_process import InProcessExecutor
from tests.executors.executor_cases import in_cohorts_of, job, results_in

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
MARK = "HPSEARCH_TEST_MARK"
ROOT = Path(__file__).parents[2]
DEADLINE_S = 120.0

CLUSTER = """
import logging, sys
import ray
found = ray.init(
    address="local", num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level=logging.CRITICAL,
    object_store_memory=200_000_000, _temp_dir=sys.argv[1],
)
print(found.address_info["gcs_address"], flush=True)
sys.stdin.read()
"""


class Program:
    """A started program, with everything that it has started itself."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        self.mark = uuid.uuid4().hex
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment, MARK: self.mark},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def family(self) -> list[int]:
        """The processes that live and inherited the mark: the program and all of Ray."""
        found = []
        for folder in Path("/proc").iterdir():
            with suppress(OSError):
                if folder.name.isdigit() and f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
        return found

    def listens_beyond_loopback(self) -> set[str]:
        """Addresses outside loopback on which one of the family listens, as /proc/net writes them."""
        inodes = set()
        for process in self.family():
            for descriptor in Path(f"/proc/{process}/fd").iterdir():
                with suppress(OSError):
                    inodes.add(str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]"))
        rows = [line.split() for kind in ("tcp", "tcp6") for line in Path(f"/proc/net/{kind}").read_text().splitlines()]
        listening = {row[1].split(":")[0] for row in rows if row[3] == "0A" and row[9] in inodes}
        assert listening, "Ray listens somewhere"
        return listening - {_written(socket.AF_INET, "127.0.0.1"), _written(socket.AF_INET6, "::ffff:127.0.0.1")}

    def end(self) -> None:
        """Kills whatever is left of it."""
        for process in self.family():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.communicate()


def _written(family: int, address: str) -> str:
    """An address in the notation of /proc/net: words of four bytes in the order of the machine."""
    packed = socket.inet_pton(family, address)
    words = (packed[start : start + 4] for start in range(0, len(packed), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)


@contextmanager
def program(*arguments: str, **environment: str) -> Iterator[Program]:
    started = Program(list(arguments), environment)
    try:
        yield started
    finally:
        started.end()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


DRIVER = str(Path(__file__).parent / "ray_driver.py")


@pytest.mark.parametrize(("how", "fault"), [("interrupt", "exit"), ("terminate", "raise")])
def test_a_program_ends_by_its_own_rules_and_leaves_nothing(
    short_home: Path, tmp_path: Path, how: str, fault: str
) -> None:
    home = short_home / how
    with program(DRIVER, str(home), "", "2", "none", fault, "sleep", HOME=str(tmp_path)) as driver:
        lines = [driver.line() for _ in range(2)]
        assert driver.listens_beyond_loopback() == set()
        if how == "interrupt":
            os.killpg(driver.process.pid, signal.SIGINT)  # as a terminal does
        else:
            driver.process.terminate()
        output, errors = driver.process.communicate(timeout=DEADLINE_S)
        assert driver.process.returncode == 1
        assert errors == ("interrupted\n" if how == "interrupt" else "own handler of signal 15\n")
        assert output == ""
        wait_until(lambda: not driver.family())
    assert [line.split()[:2] for line in sorted(lines)] == [["0", "complete"], ["1", "failed"]]
    assert [file for file in home.rglob("*") if file != home / "ray"] == []
    assert list(tmp_path.iterdir()) == []


def test_importing_the_executor_imports_neither_torch_nor_ray() -> None:
    text = "import sys, hpsearch.executors.ray_tune; print(sorted({'torch', 'ray', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", text], capture_output=True, check=True, text=True).stdout == "[]\n"


def test_a_killed_program_leaves_no_process(short_home: Path) -> None:
    with program(DRIVER, str(short_home), "", "2", "none", "sleep", "sleep") as driver:
        assert driver.line().startswith("0 complete")
        assert len(driver.family()) > 5
        driver.process.kill()
        killed_at = time.monotonic()
        wait_until(lambda: not driver.family())
        # Ray's own agents would stay for a minute; the bound is generous for a busy machine.
        assert time.monotonic() - killed_at < 45


def test_without_its_scheduler_a_program_ends_with_a_reason(short_home: Path) -> None:
    with program(DRIVER, str(short_home), "", "2", "none", "sleep") as driver:
        assert driver.line().startswith("0 complete")
        (raylet,) = [pid for pid in driver.family() if Path(f"/proc/{pid}/comm").read_text().strip() == "raylet"]
        os.kill(raylet, signal.SIGKILL)
        _, errors = driver.process.communicate(timeout=DEADLINE_S)
    assert driver.process.returncode == 1
    assert "a worker needs 1 CPU, and Ray has 0 in all" in errors


def test_a_cluster_can_be_joined_and_stays(short_home: Path, in_process: InProcessExecutor) -> None:
    token = {"RAY_AUTH_TOKEN": uuid.uuid4().hex, "RAY_AUTH_MODE": "token"}
    with program("-c", CLUSTER, str(short_home / "c"), **token) as cluster:
        # Two workers are asked for, and there is room for one.
        join = (DRIVER, str(short_home / "d"), cluster.line(), "2")
        with program(*join, "none", "none", "none", "none", **token) as driver:
            output, errors = driver.process.communicate(timeout=DEADLINE_S)
            assert (driver.process.returncode, errors) == (0, "")
        with program(*join, "none", "sleep", "none", **token) as driver:
            assert driver.line().startswith("0 complete")
            driver.process.terminate()
            assert driver.process.communicate(timeout=DEADLINE_S) == ("", "own handler of signal 15\n")
        assert cluster.process.poll() is None
    expected = results_in(in_process.run(in_cohorts_of(1, [job(number) for number in range(4)])))
    assert sorted(output.splitlines()) == [f"{r.number} {r.state} {r.step_losses}" for r in expected]


@pytest.mark.parametrize(
    ("address", "message"),
    [("127.0.0.1:1", "no Ray cluster answers at 127.0.0.1:1"), ("ray://head", "HOST:PORT (got 'ray://head')")],
)
def test_an_address_without_a_cluster_is_named(short_home: Path, address: str, message: str) -> None:
    with program(DRIVER, str(short_home), address, "1", "none") as driver:
        output, errors = driver.process.communicate(timeout=DEADLINE_S)
    assert driver.process.returncode == 1
    assert output == ""
    assert message in errors
