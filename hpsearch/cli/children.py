"""A process of hpsearch beside this one: started again when it dies, and gone when this one is."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import click

FIRST_PAUSE_S = 0.5
"""Before a child that has died is started again; doubled each time …"""

LONGEST_PAUSE_S = 30.0
"""… up to this, and back at the first one …"""

WELL_S = 60.0
"""… after a child that has lived for so long."""

PATIENCE_S = 20.0
"""How long a child that was asked to stop may take before it is killed."""


class Child:
    """``hpsearch ARGUMENTS`` as a process of its own for as long as the context lasts.

    It runs in a session of its own, so that Ctrl-C reaches it in turn and not at once, and reads an input that ends
    with this process, however that ends (see ``offspring``). Its output goes to this process's standard error.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        # -P: nothing is imported from the working directory.
        self._command = [sys.executable, "-P", "-m", "hpsearch.cli.offspring", *arguments]
        self._name = arguments[0]
        self._stopping = threading.Event()
        self._lock = threading.RLock()  # a signal's handler may come while its own thread holds it
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name=f"child-{self._name}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ask_to_stop()
        self._thread.join(PATIENCE_S)
        with self._lock:
            if self._process is not None:
                click.echo(f"The {self._name} does not stop and is killed.", err=True)
                self._signal(signal.SIGKILL)
        self._thread.join()

    def ask_to_stop(self) -> None:
        """Asks it to end, and does not start it again. Returns at once; again: no effect.

        A command that is asked twice takes that for impatience, and leaves its work as it is.
        """
        with self._lock:
            if not self._stopping.is_set():
                self._stopping.set()
                self._signal(signal.SIGTERM)

    def _keep(self) -> None:
        """(the child's own thread)"""
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            began_s = time.monotonic()
            status = self._run_once()
            if self._stopping.is_set():
                return
            if time.monotonic() - began_s >= WELL_S:
                pause_s = FIRST_PAUSE_S
            click.echo(f"The {self._name} has ended by itself ({status}); it is started again.", err=True)
            self._stopping.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _run_once(self) -> int | str:
        """Its exit status, or why it could not be started."""
        with self._lock:
            if self._stopping.is_set():
                return 0
            try:
                process = subprocess.Popen(  # noqa: S603 - this Python
                    self._command, stdin=subprocess.PIPE, stdout=sys.stderr.fileno(), start_new_session=True
                )
            except OSError as error:
                return str(error)
            self._process = process
        status = process.wait()
        with self._lock, process:
            self._process = None
        return status

    def _signal(self, number: signal.Signals) -> None:
        """To the child; when it is killed, to everything that it has started in its session as well."""
        if self._process is None or self._process.poll() is not None:
            return
        if number is signal.SIGKILL:
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)
