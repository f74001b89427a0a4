"""The nursery's own process: imports what its children will need, then forks whenever it is asked to.

A line on the control socket is an order as JSON: ``grow`` (with the descriptors of the child's connection and of the
file for its faults) or ``kill``; each child's end goes back as a line. It has one thread, so that a fork leaves nobody
out, and computes nothing, so that no library has begun threads of its own. When the other side of the socket is gone
it ends, and the kernel ends the children.
"""

import ctypes
import faulthandler
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, NoReturn

PARENT_DEATH = 1
"""``PR_SET_PDEATHSIG`` of Linux's prctl."""
LARGEST_ORDER = 65536
"""Bytes that are read at once."""


def main(descriptor: int, modules: Sequence[str]) -> NoReturn:
    """Imports the modules, then serves the control socket."""
    os.set_inheritable(descriptor, False)
    for module in modules:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # a collection in a child would write to, and so copy, every page
    _Nursery(socket.socket(fileno=descriptor)).serve()
    os._exit(0)


class _Nursery:
    """Forks and reaps."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._numbers: dict[int, int] = {}
        """Of the living children, by process id."""
        self._received = b""
        self._descriptors: deque[int] = deque()
        self._signals, writing = os.pipe()
        os.set_blocking(self._signals, False)
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        """Until the owner has gone."""
        waiting = select.poll()
        for descriptor in (self._control.fileno(), self._signals):
            waiting.register(descriptor, select.POLLIN)
        while True:
            for descriptor, _ in waiting.poll():
                if descriptor == self._signals:
                    with suppress(BlockingIOError):
                        os.read(self._signals, 1024)
                    self._reap()
                elif not self._obey():
                    return

    def _obey(self) -> bool:
        """Follows the orders that have come; False if no more can come."""
        try:
            received, descriptors, _, _ = socket.recv_fds(self._control, LARGEST_ORDER, 16)
        except OSError:
            return False
        if not received:
            return False
        self._descriptors += descriptors
        *lines, self._received = (self._received + received).split(b"\n")
        for line in lines:
            order = json.loads(line)
            if "kill" in order:
                self._kill(order["kill"])
            else:
                self._grow(order)
        return True

    def _kill(self, number: int) -> None:
        for process, of in self._numbers.items():
            if of == number:  # not reaped yet, so that the process id is still its own
                os.kill(process, signal.SIGKILL)

    def _grow(self, order: dict[str, Any]) -> None:
        connection, faults = self._descriptors.popleft(), self._descriptors.popleft()
        nursery = os.getpid()
        process = os.fork()
        if process == 0:
            self._live(order, nursery, connection, faults)
        self._numbers[process] = order["grow"]
        os.close(connection)
        os.close(faults)

    def _live(self, order: dict[str, Any], nursery: int, connection: int, faults: int) -> NoReturn:
        """The child, from its birth to its end."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self._control.close()
            os.close(self._signals)
            if sys.platform.startswith("linux"):
                ctypes.CDLL(None).prctl(PARENT_DEATH, signal.SIGKILL)
            if os.getppid() == nursery:
                faulthandler.enable(faults, all_threads=False)
                module, _, function = order["program"].partition(":")
                getattr(importlib.import_module(module), function)(Connection(connection), order["argument"])
                status = 0
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else int(error.code is not None)
        except BaseException:  # noqa: BLE001  (the last guard: nothing of this returns into the nursery)
            traceback.print_exc()
        finally:
            os._exit(status)

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while True:
                process, status = os.waitpid(-1, os.WNOHANG)
                if process == 0:
                    return
                told = {"ended": self._numbers.pop(process), "status": os.waitstatus_to_exitcode(status)}
                with suppress(OSError):
                    self._control.sendall(json.dumps(told).encode() + b"\n")
