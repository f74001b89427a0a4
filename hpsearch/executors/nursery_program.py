"""The nursery's own process: imports what its children will need, then forks whenever it is asked to.

A line on the control socket is an order as JSON: ``grow`` (with the descriptors of the child's connection and of the
file for its faults) or ``kill``. Back go, as lines, ``ready`` once everything is imported, and each child's end, also
of one that could not be born (with ``why``). It has one thread, so that a fork leaves nobody out, and computes nothing,
so that no library has begun threads of its own. Each child leads a process group, which is killed with it: what the
user's code has started does not live on. When the other side of the socket is gone the nursery kills them all and
ends; if it is killed itself, the kernel ends the children.
"""

import ctypes
import errno
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
from collections.abc import Iterable, Sequence
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
        self._descriptors: deque[tuple[int, ...]] = deque()
        """Of each child to come its two, or none where they were lost on their way."""
        self._signals, writing = os.pipe()
        os.set_blocking(self._signals, False)
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        """Until the owner has gone."""
        self._tell({"ready": True})
        try:
            self._follow()
        finally:
            for process in self._numbers:
                _kill_group(process)

    def _follow(self) -> None:
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
            received, descriptors, flags, _ = socket.recv_fds(self._control, LARGEST_ORDER, 16)
        except OSError:
            return False
        if not received:
            return False
        if flags & socket.MSG_CTRUNC:  # this process may open no more files; one message's come at a time
            _close(descriptors)
            self._descriptors.append(())
        elif descriptors:
            self._descriptors.append(tuple(descriptors))
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
                _kill_group(process)

    def _grow(self, order: dict[str, Any]) -> None:
        """A child, or the news that there can be none: nothing of that may end those that live."""
        descriptors, nursery = self._descriptors.popleft(), os.getpid()
        try:
            process = _forked(descriptors)
        except OSError as error:
            self._tell({"ended": order["grow"], "status": None, "why": str(error)})
        else:
            if process == 0:
                self._live(order, nursery, *descriptors)
            with suppress(OSError):  # the child does it too: whoever comes first
                os.setpgid(process, process)
            self._numbers[process] = order["grow"]
        finally:
            _close(descriptors)

    def _live(self, order: dict[str, Any], nursery: int, connection: int, faults: int) -> NoReturn:
        """The child, from its birth to its end."""
        status = 1
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self._control.close()
            os.close(self._signals)
            _be_silent()
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
            with suppress(Exception), open(faults, "w", closefd=False) as file:
                traceback.print_exc(file=file)
        finally:
            os._exit(status)

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while True:
                ended = -1
                if sys.platform != "darwin":
                    seen = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                    if seen is None:
                        return
                    ended = seen.si_pid
                    _kill_group(ended)  # before it is reaped: its number is not another's yet
                process, status = os.waitpid(ended, os.WNOHANG)
                if process == 0:
                    return
                if (number := self._numbers.pop(process, None)) is not None:
                    self._tell({"ended": number, "status": os.waitstatus_to_exitcode(status)})

    def _tell(self, news: dict[str, Any]) -> None:
        with suppress(OSError):  # the owner has gone: that is seen next
            self._control.sendall(json.dumps(news).encode() + b"\n")


def _forked(descriptors: Sequence[int]) -> int:
    if not descriptors:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    return os.fork()


def _kill_group(process: int) -> None:
    """The child and whatever its code has started."""
    for kill in (os.killpg, os.kill):  # a child that has just been born may lead none yet
        with suppress(OSError):
            kill(process, signal.SIGKILL)


def _be_silent() -> None:
    """What the user's code prints goes nowhere, as with Ray's workers: nobody reads it, and a file would grow."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for standard in (1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)


def _close(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
