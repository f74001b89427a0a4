"""``python -m hpsearch.cli.offspring COMMAND …``: a command of hpsearch that ends with the process that started it.

That process holds the other end of its standard input. When it has ended, in whatever way, the input ends: then the
command is interrupted like by SIGTERM, and killed if it does not stop in time.
"""

import os
import signal
import sys
import threading
import time

LEAVING_S = 8.0
"""How long the command may take to stop once nobody needs it any more."""


def end_with_input(descriptor: int) -> None:
    """Waits for the end of the input, then ends this process. In a thread of its own."""
    while os.read(descriptor, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LEAVING_S)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Runs the command that the arguments name."""
    threading.Thread(target=end_with_input, args=(sys.stdin.fileno(),), name="parent", daemon=True).start()
    from hpsearch.cli.main import main as program

    program(prog_name="hpsearch")


if __name__ == "__main__":
    main()
