"""What children of a nursery do in the tests."""

import ctypes
import os
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from typing import Any


def tell_modules(connection: Connection, name: Any) -> None:
    """Whether a module was there before anybody asked for it."""
    connection.send(name in sys.modules)


def tell_and_sleep(connection: Connection, _argument: Any) -> None:
    """Its process id and that of a process of its own, which holds the connection open."""
    os.set_inheritable(connection.fileno(), True)
    own = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], close_fds=False)
    connection.send([os.getpid(), own.pid])
    time.sleep(600)


def end(_connection: Connection, code: Any) -> None:
    """Ends without a word."""
    os._exit(code)


def crash(_connection: Connection, _argument: Any) -> None:
    """Ends by a signal."""
    ctypes.string_at(0)


def chatter_and_raise(_connection: Connection, _argument: Any) -> None:
    """Prints in both ways, and ends by an exception."""
    sys.stdout.write("a word")
    sys.stdout.flush()
    os.write(2, b"another one")
    raise TypeError("the last words")
