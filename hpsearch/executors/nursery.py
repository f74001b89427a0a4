"""The nursery: one process that has imported PyTorch and forks workers from itself, each in milliseconds.

Importing PyTorch takes more than a second of a processor, in every process that does it. The nursery does it once, as
soon as it is made and while its owner does other things; its children have it from birth, and share its memory.
"""

import json
import math
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import IO, Any

from hpsearch.errors import WorkerError
from hpsearch.executors.inheritance import inherited

PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from hpsearch.executors.nursery_program import main; main(int(sys.argv[2]), sys.argv[3:])"
)
"""Imports from where its owner does."""

BEAT_S = 0.1
"""Of the patience for the end of a child, so much is waited at a time."""
LEAVING_S = 5.0
"""How long the process may take to end; it does nothing on its way out."""


@dataclass(eq=False)
class Child:
    """One process that the nursery has forked. Its owner talks to it through ``connection``."""

    connection: Connection
    faults: IO[bytes]
    """A file without a name, which takes what Python can still say when a signal ends the process."""
    _nursery: "Nursery"
    _number: int
    _ended: threading.Event = field(default_factory=threading.Event)
    _closing: threading.Lock = field(default_factory=threading.Lock)
    _status: int | None = None
    orphaned_because: str | None = None
    """Why the child is not to blame for its end: the nursery has ended before it, or could not make it."""

    def kill(self) -> None:
        """Ends the process at once; nothing happens if it has ended."""
        self._nursery.kill(self._number)

    def close(self) -> None:
        """Gives up the connection and the file. The process is left to itself."""
        with self._closing:
            self.connection.close()
            self.faults.close()

    def exit_status(self, patience_s: float) -> int | None:
        """Its exit code, or less the number of the signal that ended it; None if it lives, or if nobody knows.

        Time in which this process stood still is no patience: whoever tells of the end stood still with it.
        """
        for _ in range(math.ceil(patience_s / BEAT_S)):
            if self._ended.wait(BEAT_S):
                break
        return self._status

    def fault_text(self) -> str:
        """What Python could still say."""
        self.faults.seek(0)
        return self.faults.read().decode(errors="replace")

    def end(self, status: int | None) -> None:
        """For the nursery: the process has ended."""
        self._status = status
        self._ended.set()
        # Its own children may hold the other end open. The number of a closed connection may be another's by now.
        with self._closing, suppress(OSError), socket.socket(fileno=os.dup(self.connection.fileno())) as end:
            end.shutdown(socket.SHUT_RDWR)


class Nursery:
    """May be used from several threads. Its process and all children end with this process, however that ends."""

    def __init__(self, modules: Sequence[str]) -> None:
        """Starts importing ``modules``; returns at once."""
        self._lock = threading.Lock()
        self._children: dict[int, Child] = {}
        self._born = 0
        self._is_ready = self._has_died = False
        self._words = tempfile.TemporaryFile()  # noqa: SIM115  (closed in close)
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  (this Python)
                [sys.executable, "-c", PROGRAM, json.dumps(sys.path), str(theirs.fileno()), *modules],
                stdin=subprocess.DEVNULL,
                stdout=self._words,
                stderr=self._words,
                env=inherited(),
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C is for its owner
            )
        self._hearing = threading.Thread(target=self._hear, name="hpsearch-nursery", daemon=True)
        self._hearing.start()

    @property
    def has_died(self) -> bool:
        """Whether no more children can come."""
        return self._has_died

    def child(self, program: str, argument: Any) -> Child:
        """A new process that calls ``module:function`` with its end of the connection and the argument (JSON).

        Returns at once; what is sent meanwhile waits. Raises WorkerError if the nursery has died.
        """
        ours, theirs = socket.socketpair()
        faults = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the child)
        with theirs, self._lock:
            self._born += 1
            child = Child(Connection(ours.detach()), faults, self, self._born)
            self._children[self._born] = child
            request = json.dumps({"grow": self._born, "program": program, "argument": argument}).encode() + b"\n"
            try:
                socket.send_fds(self._control, [request], [theirs.fileno(), faults.fileno()])
            except OSError as error:
                del self._children[self._born]
                child.close()
                raise WorkerError(self._obituary()) from error
        return child

    def kill(self, number: int) -> None:
        """Ends one of the children."""
        with self._lock:
            if number in self._children:
                with suppress(OSError):
                    self._control.sendall(json.dumps({"kill": number}).encode() + b"\n")

    def close(self) -> None:
        """Ends the process and all children. May be called more than once. An import is not waited for."""
        if not self._is_ready:  # it has no children yet
            self._process.kill()
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(LEAVING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._hearing.join()
        self._control.close()
        self._words.close()

    def _hear(self) -> None:
        """The thread: who has ended, until the nursery itself has."""
        try:
            with suppress(OSError), self._control.makefile("rb") as lines:
                for line in lines:
                    self._learn(json.loads(line))
        finally:
            with self._lock:
                self._has_died = True
                orphans, self._children = list(self._children.values()), {}
            why = self._obituary() if orphans else None
            for child in orphans:  # the kernel ends them with the nursery
                child.orphaned_because = why
                child.end(None)

    def _learn(self, told: dict[str, Any]) -> None:
        if "ready" in told:
            self._is_ready = True
            return
        with self._lock:
            child = self._children.pop(told["ended"], None)
        if child is not None:
            if "why" in told:
                child.orphaned_because = (
                    f"no process can be started ({told['why']}); free memory or end other processes"
                )
            child.end(told["status"])

    def _obituary(self) -> str:
        if self._words.closed:
            return "the process that starts workers was ended"
        self._words.seek(0)
        lines = self._words.read().decode(errors="replace").strip().splitlines()
        last = f" ({lines[-1][:300]})" if lines else ""
        return f"the process that starts workers has ended{last}; see that torch can be imported, and try again"
