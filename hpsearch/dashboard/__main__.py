"""``python -m hpsearch.dashboard``: reads its order from standard input and serves until that ends or nobody asks.

The order is one line of JSON: ``url`` of the database (it may hold a password, which a command line would show),
``socket`` to listen on, ``idle_s``. ``ready`` on standard output means that requests are answered. The end of standard
input means that the process that started this one has ended, however it did.
"""

import json
import os
import sys
from pathlib import Path
from threading import Thread


def main() -> None:
    """Serves the dashboard."""
    order = json.loads(sys.stdin.readline())
    place, idle_s = Path(order["socket"]), float(order["idle_s"])
    Thread(target=_end_with_parent, args=(place,), daemon=True).start()
    from hpsearch.dashboard.pages import Pages  # noqa: PLC0415 - takes seconds: the watch has begun
    from hpsearch.dashboard.server import SocketServer  # noqa: PLC0415

    server = SocketServer(place, Pages(order["url"]))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve(idle_s)
    _clear(place)
    os._exit(0)  # answers that nobody waits for must not keep it


def _end_with_parent(place: Path) -> None:
    while sys.stdin.readline():
        pass
    _clear(place)
    os._exit(0)


def _clear(place: Path) -> None:
    """Removes the socket and the folder that was made for it."""
    place.unlink(missing_ok=True)
    if place.parent.exists():
        place.parent.rmdir()


if __name__ == "__main__":
    main()
