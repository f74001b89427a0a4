"""Processes that start in milliseconds: forked from one that has imported everything and holds nothing open."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

PRELOADED = ["tests.faults.conductor_process", "tests.faults.api_process"]


def started(target: Callable[..., None], *arguments: Any) -> BaseProcess:
    """``target(*arguments)`` in a process of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def kill(process: BaseProcess) -> None:
    """Ends it with SIGKILL and waits."""
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join()


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Polls; raises AssertionError with ``what`` when the time is up."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.01)
